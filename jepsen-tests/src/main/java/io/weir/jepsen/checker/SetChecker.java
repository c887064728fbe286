package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.TimeSpan;
import io.weir.jepsen.history.Values;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges values of their own, added once or sent several times, and reads of their streams at all levels: on every node
 * all that was acknowledged is there at the end, once, and nothing else but what was attempted. Pure, deterministic, on
 * the caller's thread; O(lines + values that were read), some 100 bytes a value.
 *
 * <p>After the set and queue tests of Jepsen's reports. A stream is more than a set, and so more is compared: every
 * read, at any level, shows a beginning of the longest one; revisions are places; linearizable reads, and the order of
 * what was acknowledged, keep the order of the clock ({@link Chain}); a stale read of a process on a node shows no less
 * than the one before, unless the replica may have been opened anew in between; a read at a token shows what the token stands for.
 */
public final class SetChecker {
    private static final int NONE = Elements.NONE;

    private final Calls calls;
    private final Findings findings;
    private final Elements elements;
    private final StreamReads reads;
    private final List<TimeSpan> reopenings;

    private SetChecker(History history, List<TimeSpan> reopenings) {
        this.reopenings = reopenings;
        calls = new Calls(history);
        findings = new Findings(calls);
        elements = new Elements(calls, findings);
        reads = new StreamReads(calls, elements);
    }

    /** Judges the additions, conditional appends and reads of streams of a history of which no replica was opened anew. */
    public static Verdict check(History history) {
        return check(history, List.of());
    }

    /**
     * Judges the additions, conditional appends and reads of streams of a history.
     *
     * @param reopenings when replicas may have been opened anew
     */
    public static Verdict check(History history, List<TimeSpan> reopenings) {
        SetChecker checker = new SetChecker(history, reopenings);
        checker.checkReads();
        checker.checkFuture();
        checker.checkSessions();
        new PlaceChecks(checker.calls, checker.elements, checker.reads, checker.findings).check();
        new LossChecks(checker.calls, checker.elements, checker.reads, checker.findings).check();
        return checker.findings.verdict();
    }

    /** What the longest read shows the shorter ones show too. */
    private void checkReads() {
        int[] seenBy = new int[elements.count()];
        Arrays.fill(seenBy, NONE);
        for (int call : reads.all()) {
            int longest = reads.longest(reads.read(call).stream());
            if (!reads.isPrefix(call)) {
                reportIncompatible(call, longest);
            }
            if (call == longest || !reads.isPrefix(call)) {
                checkValues(call, seenBy);
            }
        }
    }

    private void reportIncompatible(int call, int longest) {
        String one = calls.line(call).node();
        String other = calls.line(longest).node();
        boolean isOfTwo = one != null && other != null && !one.equals(other);
        findings.add(
                isOfTwo ? AnomalyKind.DIVERGENT : AnomalyKind.INCOMPATIBLE_ORDER,
                () -> {
                    int common = reads.values(call).commonPrefix(reads.values(longest));
                    return seen(call) + ", and line " + calls.place(longest) + " read "
                            + Text.of(reads.values(longest)) + Elements.on(other) + ": they differ from place "
                            + common + " on";
                },
                call,
                longest);
    }

    private void checkValues(int call, int[] seenBy) {
        Values values = reads.values(call);
        int stream = reads.read(call).stream();
        for (int place = 0; place < values.size(); place++) {
            int value = values.at(place);
            int element = elements.find(stream, value);
            if (element == NONE) {
                findings.add(AnomalyKind.PHANTOM, () -> seen(call) + " holds " + value + ", which nobody added", call);
            } else if (seenBy[element] == call) {
                findings.add(AnomalyKind.DUPLICATE, () -> seen(call) + " holds " + value + " more than once", call);
            } else {
                seenBy[element] = call;
                if (!elements.mayHaveHappened(element)) {
                    int failed = elements.first(element);
                    findings.add(
                            AnomalyKind.RESURRECTED,
                            () -> seen(call) + " holds " + value + ", which failed in line " + calls.place(failed),
                            call,
                            failed);
                }
            }
        }
    }

    /** Of levels that do not promise real time: what nobody had begun is in no read. */
    private void checkFuture() {
        Map<Integer, int[]> latest = new HashMap<>();
        for (int call : reads.all()) {
            StreamRead read = reads.read(call);
            if (read.level() == StreamRead.Level.LINEARIZABLE || !reads.isPrefix(call)) {
                continue;
            }
            int size = reads.values(call).size();
            int[] begun = latest.computeIfAbsent(read.stream(), this::latestElements);
            int element = size == 0 ? NONE : begun[size - 1];
            if (element != NONE && elements.begun(element) > calls.place(call)) {
                findings.add(
                        AnomalyKind.FUTURE_READ,
                        () -> seen(call) + " holds " + elements.value(element) + ", which was invoked later, in line "
                                + elements.begun(element),
                        call,
                        elements.first(element));
            }
        }
    }

    /** For each place of a stream's longest read the element up to there that was invoked last. */
    private int[] latestElements(int stream) {
        Values values = reads.values(reads.longest(stream));
        int[] latest = new int[values.size()];
        int last = NONE;
        for (int place = 0; place < latest.length; place++) {
            int element = elements.find(stream, values.at(place));
            if (element != NONE && (last == NONE || elements.begun(element) > elements.begun(last))) {
                last = element;
            }
            latest[place] = last;
        }
        return latest;
    }

    private record Session(int process, String node, int stream) {}

    private void checkSessions() {
        Map<Session, Integer> last = new HashMap<>();
        for (int call : reads.all()) {
            StreamRead read = reads.read(call);
            int size = reads.values(call).size();
            if (read.level() == StreamRead.Level.AT_LEAST && size <= read.atLeast()) {
                findings.add(
                        AnomalyKind.BELOW_TOKEN,
                        () -> seen(call) + ", although its token stands for revision " + read.atLeast(),
                        call);
            }
            String node = calls.line(call).node();
            if (read.level() == StreamRead.Level.LINEARIZABLE || node == null || !reads.isPrefix(call)) {
                continue;
            }
            Integer before = last.put(new Session(calls.line(call).process(), node, read.stream()), call);
            if (before != null && reads.values(before).size() > size && !mayHaveBeenReopened(before, call)) {
                findings.add(
                        AnomalyKind.BACK_IN_TIME,
                        () -> seen(call) + ", and had read more in line " + calls.place(before) + ": "
                                + Text.of(reads.values(before)),
                        before,
                        call);
            }
        }
    }

    private boolean mayHaveBeenReopened(int before, int call) {
        long firstNs = calls.line(before).timeNs();
        long lastNs = calls.line(call).timeNs();
        return reopenings.stream().anyMatch(time -> time.overlaps(firstNs, lastNs));
    }

    private String seen(int call) {
        return "line " + calls.place(call) + " read stream " + reads.read(call).stream()
                + Elements.on(calls.line(call).node()) + " as " + Text.of(reads.values(call));
    }
}
