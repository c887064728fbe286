package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decided;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import io.weir.protocol.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Transactions over several partitions of a {@link FakeCluster}: each is decided at once and for ever, under an id that the home,
 * the session, the sequence and the expiry make up; nothing else about it is fixed.
 */
final class FakeTransactions {
    /** Streams that somebody else holds. */
    final Set<ByteString> locked = new HashSet<>();

    /** Of those that meet nobody else, this part is aborted all the same; for contention, without saying where. */
    double contention;

    /** All are aborted for this reason. */
    AbortedTransaction.Reason abortWith = AbortedTransaction.Reason.UNSPECIFIED;

    /** Partitions that do not say in time which conditions have failed there, if others have failed elsewhere. */
    final Set<Integer> late = new HashSet<>();

    /** Home has forgotten all. */
    boolean hasForgotten;

    /** They wait for something, and are not answered. */
    boolean areStuck;

    /** Log time by partition, 0 where it is absent. */
    final Map<Integer, Long> logTimesMs = new HashMap<>();

    /** No replica has got so far as to let its events be seen by who asks for them. */
    boolean isSlow;

    /** Has what is committed at home become visible in the other partitions: at once, unless a test wants it later. */
    Consumer<Runnable> resolver = Runnable::run;

    /** Streams in which something is committed that is not visible yet. A linearizable read of them waits. */
    final Set<ByteString> staged = new HashSet<>();

    int committed;

    private final FakeCluster cluster;
    private final Map<Key, Decision> decisions = new HashMap<>();

    private record Key(RequestId id, int home, long expiryMs) {}

    private record Decision(DistributedTransact content, Decided decided) {}

    FakeTransactions(FakeCluster cluster) {
        this.cluster = cluster;
    }

    Outcome apply(int home, Command command) {
        DistributedTransact content = command.getDistributed().toBuilder()
                .clearExpiryMs()
                .clearFirst()
                .build();
        Key key = new Key(command.getRequestId(), home, command.getDistributed().getExpiryMs());
        if (hasForgotten) {
            return outcome(Decided.newBuilder().setForgottenOrNever(true).build());
        }
        boolean isQuestion = content.equals(DistributedTransact.getDefaultInstance());
        Decision known = decisions.get(key);
        if (known != null) {
            boolean isOther = !isQuestion && !known.content.equals(content) && !known.content.equals(empty());
            return isOther ? FakePartition.refusal(Refusal.Reason.REQUEST_ID_REUSED, 0) : outcome(known.decided);
        }
        if (logTimeMs(home) > key.expiryMs) {
            return outcome(never(key)); // and stores nothing
        }
        Decided decided = isQuestion ? aborted(AbortedTransaction.Reason.FENCED) : decide(home, key.expiryMs, content);
        decisions.put(key, new Decision(content, decided));
        return outcome(decided);
    }

    private long logTimeMs(int partition) {
        return logTimesMs.getOrDefault(partition, 0L);
    }

    /** What a client is told of a NEVER, and of a FORGOTTEN_OR_NEVER. Neither says what time it is. */
    private Decided never(Key key) {
        long sessionHigh = key.id.getSessionHigh();
        long sessionEndMs = (sessionHigh >>> 16) + TimeUnit.MINUTES.toMillis(sessionHigh & 0xffff);
        return logTimeMs(key.home) > sessionEndMs
                ? Decided.newBuilder().setForgottenOrNever(true).build()
                : aborted(AbortedTransaction.Reason.EXPIRED);
    }

    private static DistributedTransact empty() {
        return DistributedTransact.getDefaultInstance();
    }

    private Decided decide(int home, long expiryMs, DistributedTransact content) {
        Set<Integer> participants = new TreeSet<>();
        Set<ByteString> streams = new HashSet<>();
        content.getAppendsList().forEach(append -> streams.add(append.getStream()));
        content.getRequirementsList().forEach(requirement -> streams.add(requirement.getStream()));
        streams.forEach(stream -> participants.add(cluster.partitionOf(stream)));
        if (participants.size() < 2 || !participants.contains(home)) {
            throw new IllegalStateException("participants " + participants + ", home " + home);
        }
        for (int participant : participants) {
            if (logTimeMs(participant) > expiryMs) {
                return aborted(AbortedTransaction.newBuilder()
                        .setReason(AbortedTransaction.Reason.EXPIRED)
                        .setLogTimeMs(logTimeMs(participant)));
            }
        }
        if (abortWith != AbortedTransaction.Reason.UNSPECIFIED) {
            return aborted(abortWith);
        }
        for (ByteString stream : streams) {
            if (locked.contains(stream) || staged.contains(stream)) {
                return aborted(AbortedTransaction.newBuilder()
                        .setReason(AbortedTransaction.Reason.CONTENTION)
                        .setContended(cluster.partitionOf(stream)));
            }
        }
        if (cluster.chance(contention)) {
            return aborted(AbortedTransaction.Reason.CONTENTION);
        }
        List<Violation> violations = violations(content);
        return violations.isEmpty()
                ? commit(content, home, participants)
                : aborted(AbortedTransaction.newBuilder()
                        .setReason(AbortedTransaction.Reason.REJECTED)
                        .addAllViolations(violations.stream()
                                .filter(violation -> !late.contains(cluster.partitionOf(violation.getStream())))
                                .toList()));
    }

    private List<Violation> violations(DistributedTransact content) {
        List<Violation> violations = new ArrayList<>();
        for (Requirement requirement : content.getRequirementsList()) {
            partition(requirement.getStream()).check(requirement.getStream(), requirement.getExpected(), 0, violations);
        }
        Map<ByteString, Integer> before = new HashMap<>();
        for (Append append : content.getAppendsList()) {
            int more = before.getOrDefault(append.getStream(), 0);
            partition(append.getStream()).check(append.getStream(), append.getExpected(), more, violations);
            before.merge(append.getStream(), append.getEventsCount(), Integer::sum);
        }
        return violations;
    }

    private Decided commit(DistributedTransact content, int home, Set<Integer> participants) {
        committed++;
        CommittedTransaction.Builder answer = CommittedTransaction.newBuilder();
        Map<ByteString, Integer> before = new HashMap<>();
        List<Append> elsewhere = new ArrayList<>();
        for (Append append : content.getAppendsList()) {
            ByteString stream = append.getStream();
            FakePartition partition = partition(stream);
            int first = partition.streams.getOrDefault(stream, List.of()).size() + before.getOrDefault(stream, 0);
            answer.addAppends(PartAppended.newBuilder()
                    .setPartition(cluster.partitionOf(stream))
                    .setFirstRevision(first)
                    .setCount(append.getEventsCount()));
            if (cluster.partitionOf(stream) == home) {
                partition.append(append);
            } else {
                before.merge(stream, append.getEventsCount(), Integer::sum);
                elsewhere.add(append);
                staged.add(stream);
            }
        }
        resolver.accept(() -> elsewhere.forEach(append -> {
            partition(append.getStream()).append(append);
            staged.remove(append.getStream());
        }));
        for (int participant : participants) {
            long index = committed * 10L + participant;
            answer.addParts(PreparedPart.newBuilder().setPartition(participant).setIndex(index));
            if (!isSlow) {
                cluster.partitions.get(participant).logIndex = index;
            }
        }
        return Decided.newBuilder().setCommitted(answer).build();
    }

    private FakePartition partition(ByteString stream) {
        return cluster.partitions.get(cluster.partitionOf(stream));
    }

    private static Decided aborted(AbortedTransaction.Reason reason) {
        return aborted(AbortedTransaction.newBuilder().setReason(reason));
    }

    private static Decided aborted(AbortedTransaction.Builder aborted) {
        return Decided.newBuilder().setAborted(aborted).build();
    }

    private static Outcome outcome(Decided decided) {
        return Outcome.newBuilder().setDecided(decided).build();
    }
}
