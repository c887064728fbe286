package io.weir.consensus.transaction;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.client.spi.NodeFailure;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Error;
import io.weir.protocol.Event;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.TransactionKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Partitions in virtual time, on one thread: real state machines over stores in memory, and what becomes of each proposal as
 * the test says. Leaders park a Prepare that meets a lock, as the port promises.
 */
final class FakePartitions implements StepPort, AutoCloseable {
    /** Where virtual time begins, in milliseconds since the epoch. */
    static final long T0 = 1_700_000_000_000L;

    private static final long GRACE_MS = 20;

    private final List<MemoryLogStore> stores = new ArrayList<>();
    private final PartitionStateMachine machine = new PartitionStateMachine();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atMs).thenComparingLong(Task::order));
    private final @Nullable Random random;
    private long nowMs;
    private long order;

    /** All that was proposed, in that order. */
    final List<Proposed> proposed = new ArrayList<>();

    /** What becomes of a proposal. */
    Function<Proposed, Fate> fate = proposal -> Fate.DELIVERED;

    /** How far each partition's clock is ahead of the others', in milliseconds. */
    final long[] aheadMs;

    /** One step that was proposed. */
    record Proposed(int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        TransactionStep.StepCase kind() {
            return step.getStepCase();
        }
    }

    enum Fate {
        DELIVERED,
        /** It is applied; who proposed it learns nothing until the time is up. */
        ANSWER_LOST,
        /** It is never applied. */
        LOST,
        /** It is applied long after the time is up. */
        LATE,
        /** It is never applied, and who proposed it is told so at once. */
        STORE_FULL
    }

    private record Task(long atMs, long order, Runnable action) {}

    FakePartitions(int count) {
        this(count, null);
    }

    /** @param random delays each message by up to five milliseconds; null: each takes one */
    FakePartitions(int count, @Nullable Random random) {
        this.random = random;
        this.aheadMs = new long[count];
        for (int partition = 0; partition < count; partition++) {
            stores.add(new MemoryLogStore(new StoreIdentity("test", partition)));
        }
    }

    int count() {
        return stores.size();
    }

    int partitionOfSlot(int slot) {
        return slot % stores.size();
    }

    /** The name of a stream in a partition. */
    StreamName stream(int partition, String name) {
        for (int i = 0; ; i++) {
            StreamName stream = StreamName.of("{" + i + "}" + name);
            if (partitionOfSlot(stream.slot()) == partition) {
                return stream;
            }
        }
    }

    @Override
    public CompletableFuture<Outcome> propose(
            int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        Proposed proposal = new Proposed(partition, step, holdsNothing, timeoutMs);
        proposed.add(proposal);
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        schedule(
                timeoutMs,
                () -> answer.completeExceptionally(new NodeFailure(
                        Error.Code.DEADLINE_EXCEEDED, "partition " + partition + " did not answer", true)));
        switch (fate.apply(proposal)) {
            case DELIVERED -> schedule(delayMs(), () -> arrive(proposal, nowMs, answer));
            case ANSWER_LOST -> schedule(delayMs(), () -> apply(partition, step));
            case LOST -> {}
            case STORE_FULL ->
                schedule(
                        delayMs(),
                        () -> answer.completeExceptionally(new NodeFailure(Error.Code.STORE_FULL, "full", false)));
            case LATE -> schedule(timeoutMs + 60_000, () -> apply(partition, step));
        }
        return answer;
    }

    private void arrive(Proposed proposal, long sinceMs, CompletableFuture<Outcome> answer) {
        if (answer.isDone()) {
            return;
        }
        Outcome outcome = apply(proposal.partition(), proposal.step());
        if (outcome.getVoted().hasLocked() && mayWait(proposal, outcome, sinceMs)) {
            schedule(1, () -> arrive(proposal, sinceMs, answer));
        } else {
            schedule(delayMs(), () -> answer.complete(outcome));
        }
    }

    private boolean mayWait(Proposed proposal, Outcome outcome, long sinceMs) {
        TransactionKey own = TransactionKeys.key(proposal.step().getId());
        TransactionKey holder =
                TransactionKeys.key(outcome.getVoted().getLocked().getHolder());
        if (nowMs - sinceMs + GRACE_MS >= proposal.timeoutMs()) {
            return false;
        }
        return proposal.holdsNothing() || own.compareTo(holder) < 0 || nowMs - sinceMs < GRACE_MS;
    }

    private long delayMs() {
        return random == null ? 1 : random.nextInt(6);
    }

    /** Applies a step in an entry of its own, at once. */
    Outcome apply(int partition, TransactionStep step) {
        return apply(partition, Proposal.newBuilder().setStep(step).build());
    }

    Outcome apply(int partition, Proposal proposal) {
        return entry(partition, List.of(proposal)).get(0);
    }

    /** An entry with no proposals. */
    void tick(int partition) {
        entry(partition, List.of());
    }

    private List<Outcome> entry(int partition, List<Proposal> proposals) {
        LogEntry entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(clockMs(partition))
                .addAllProposals(proposals)
                .build();
        LogStore store = stores.get(partition);
        try (WriteBatch batch = store.beginWrite()) {
            List<Outcome> outcomes = machine.apply(1, store.state().appliedIndex() + 1, entry, batch)
                    .outcomes();
            batch.commit();
            return outcomes;
        }
    }

    @Override
    public long nanoTime() {
        return TimeUnit.MILLISECONDS.toNanos(nowMs);
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
        tasks.add(new Task(nowMs + Math.max(0, delayMs), order++, task));
    }

    /** Lets so much time pass, with all that happens meanwhile. */
    void advance(long ms) {
        long untilMs = nowMs + ms;
        while (!tasks.isEmpty() && tasks.element().atMs() <= untilMs) {
            Task task = tasks.remove();
            nowMs = task.atMs();
            task.action().run();
        }
        nowMs = untilMs;
    }

    /** Lets time pass until something is so, at most so long; in steps of a millisecond. */
    <T> T await(CompletableFuture<T> future, long atMostMs) {
        for (long ms = 0; ms < atMostMs && !future.isDone(); ms++) {
            advance(1);
        }
        if (!future.isDone()) {
            throw new AssertionError("not done within " + atMostMs + " ms; proposed: " + proposed);
        }
        return future.join();
    }

    long nowMs() {
        return nowMs;
    }

    long clockMs(int partition) {
        return T0 + nowMs + aheadMs[partition];
    }

    long logTimeMs(int partition) {
        return stores.get(partition).state().logTimeMs();
    }

    @Nullable
    StreamHead head(StreamName stream) {
        try (ReadView view = stores.get(partitionOfSlot(stream.slot())).openRead()) {
            return view.head(new StreamKey(stream.slot(), stream.utf8().toByteArray()));
        }
    }

    /** The types of a stream's events, in their order. */
    List<String> events(StreamName stream) {
        List<String> events = new ArrayList<>();
        try (ReadView view = stores.get(partitionOfSlot(stream.slot())).openRead()) {
            StreamKey key = new StreamKey(stream.slot(), stream.utf8().toByteArray());
            view.readStream(key, 0, true, (header, buffer, offset, length) -> {
                byte[] event = new byte[length];
                buffer.getBytes(offset, event);
                events.add(type(event));
                return true;
            });
        }
        return events;
    }

    private static String type(byte[] event) {
        try {
            return Event.parseFrom(event).getType();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    boolean hasLocks() {
        for (LogStore store : stores) {
            try (ReadView view = store.openRead()) {
                if (view.hasLocks()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What a partition keeps of a transaction; UNSPECIFIED: nothing. */
    TransactionRecord record(int partition, TransactionId id) {
        try (ReadView view = stores.get(partition).openRead()) {
            byte[] kept = view.transaction(TransactionKeys.key(id));
            return kept == null ? TransactionRecord.getDefaultInstance() : parse(kept);
        }
    }

    /** The first of those that are staged, or decided and not forgotten. */
    List<TransactionInfo> open(int partition, int max) {
        return open(partition, null, max);
    }

    /** The first of those behind one, or of all, that are staged, or decided and not forgotten. */
    List<TransactionInfo> open(int partition, @Nullable TransactionId after, int max) {
        List<TransactionInfo> open = new ArrayList<>();
        try (ReadView view = stores.get(partition).openRead()) {
            TransactionKey key = view.nextStaged(after == null ? null : TransactionKeys.key(after));
            while (key != null && open.size() < max) {
                byte[] kept = view.transaction(key);
                open.add(TransactionInfo.newBuilder()
                        .setId(TransactionKeys.id(key))
                        .setRecord(kept == null ? TransactionRecord.getDefaultInstance() : parse(kept))
                        .setLogTimeMs(view.state().logTimeMs())
                        .build());
                key = view.nextStaged(key);
            }
        }
        return open;
    }

    /** The first expiry that log time has not passed. */
    long firstExpiryMs(int partition) {
        try (ReadView view = stores.get(partition).openRead()) {
            TransactionKey passed = TransactionKey.firstOf(view.state().logTimeMs());
            TransactionKey first = view.nextTransaction(passed);
            return first == null ? Long.MAX_VALUE : first.expiryMs();
        }
    }

    private static TransactionRecord parse(byte[] record) {
        try {
            return TransactionRecord.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        stores.forEach(LogStore::close);
    }
}
