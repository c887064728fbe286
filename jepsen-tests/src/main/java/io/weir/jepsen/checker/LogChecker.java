package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Source;
import io.weir.jepsen.history.TimeSpan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Judges a log and those who follow it: each subscriber is given each event once and in order, from where it began, over
 * all its reconnections; all of them, and all writers, agree on what stands where. Pure, deterministic, on the caller's
 * thread; O(n log n) in the number of events that were delivered, some 300 bytes each.
 *
 * <p>After the queue tests of Jepsen's reports and the watch rules of etcd's robustness tests (ordered, unique, reliable,
 * resumable). Revisions in a stream and positions in a partition are dense, and that makes the rule sharp: the next
 * event is the one behind the last one, or something is wrong. What is added and read is judged by {@link SetChecker}.
 */
public final class LogChecker {
    private final Calls calls;
    private final Findings findings;
    private final Elements elements;
    private final Deliveries deliveries;

    private LogChecker(History history) {
        calls = new Calls(history);
        findings = new Findings(calls);
        elements = new Elements(calls, new Findings(calls)); // answers that differ are told by the other checker
        deliveries = new Deliveries(calls, elements, findings);
    }

    /** Judges the polls of a history of which no replica was opened anew, and its additions and reads. */
    public static Verdict check(History history) {
        return check(history, List.of());
    }

    /**
     * Judges the polls of a history, and its additions and reads.
     *
     * @param reopenings see {@link SetChecker#check(History, List)}
     */
    public static Verdict check(History history, List<TimeSpan> reopenings) {
        LogChecker checker = new LogChecker(history);
        checker.checkPolls();
        checker.deliveries.check();
        return SetChecker.check(history, reopenings).and(checker.findings.verdict());
    }

    private void checkPolls() {
        TreeMap<Integer, List<Integer>> bySubscriber = new TreeMap<>();
        for (int line = 0; line < calls.history().size(); line++) {
            int call = calls.at(line);
            if (line == calls.place(call) && calls.isOk(call) && calls.operation(call) instanceof Poll poll) {
                bySubscriber
                        .computeIfAbsent(poll.subscriber(), subscriber -> new ArrayList<>())
                        .add(call);
                deliveries.add(call, poll);
            }
        }
        List<Follower> followers = new ArrayList<>();
        bySubscriber.values().forEach(polls -> followers.add(follow(polls)));
        for (Follower follower : followers) {
            if (follower.isFinal()) {
                checkEnd(follower);
            }
        }
        checkUncovered(followers);
    }

    private Follower follow(List<Integer> polls) {
        Follower follower = new Follower(calls, findings, ((Poll) calls.operation(polls.get(0))).source());
        polls.forEach(call -> follower.take(call, (Poll) calls.operation(call)));
        return follower;
    }

    /** A subscriber that has come to the end has been given all that was acknowledged before, and all that others got. */
    private void checkEnd(Follower follower) {
        Source source = follower.source();
        for (Follower.End end : follower.ends()) {
            long known = deliveries.knownBefore(source, calls.invocation(end.call()));
            if (known >= end.next()) {
                findings.add(
                        AnomalyKind.SKIPPED,
                        () -> follower.described() + " had come to the end in line " + calls.place(end.call())
                                + ", before place " + end.next() + " of " + source + ", and place " + known
                                + " was there already",
                        end.call());
            }
        }
        List<Integer> missing = new ArrayList<>();
        for (int element = 0; element < elements.count(); element++) {
            if (elements.isAcknowledged(element)
                    && elements.over(element) < calls.invocation(follower.last())
                    && isDue(follower, element)
                    && !deliveries.isDelivered(element)) {
                missing.add(element);
            }
        }
        missing.sort(Comparator.comparingInt(elements::over));
        for (int element : missing) {
            findings.add(
                    AnomalyKind.LOST,
                    () -> "line " + calls.place(elements.acknowledged(element)) + " acknowledged "
                            + elements.described(element) + ", and " + follower.described() + " ended in line "
                            + calls.place(follower.last()) + " without it; no other subscriber was given it",
                    elements.acknowledged(element),
                    follower.last());
        }
    }

    /** Whether a subscriber should have been given an element. */
    private boolean isDue(Follower follower, int element) {
        int stream = elements.streamOf(element);
        if (!follower.source().isPartition()) {
            return follower.source().number() == stream && elements.revision(element) >= follower.first();
        }
        Integer partition = deliveries.partition(stream);
        return partition != null && partition == follower.source().number() && follower.first() == 0;
    }

    /** Nobody can say of a stream that nobody ever saw in which partition it should have been. */
    private void checkUncovered(List<Follower> followers) {
        boolean hasFinal = followers.stream().anyMatch(Follower::isFinal);
        if (!hasFinal) {
            findings.doubt("no final poll: what no subscriber was given is not looked at");
            return;
        }
        for (int element = 0; element < elements.count(); element++) {
            int stream = elements.streamOf(element);
            if (elements.isAcknowledged(element)
                    && deliveries.partition(stream) == null
                    && followers.stream().noneMatch(follower -> covers(follower, stream))) {
                findings.doubt("stream " + stream + " was written, and no final poll covers it");
                return;
            }
        }
    }

    private static boolean covers(Follower follower, int stream) {
        return follower.isFinal()
                && !follower.source().isPartition()
                && follower.source().number() == stream;
    }
}
