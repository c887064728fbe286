package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applier of a partition: one thread that takes all committed entries that have queued, applies them in one write batch,
 * commits, and then completes them in the order of the log.
 *
 * <p>Why a thread of its own: Raft's updater thread waits for the futures of earlier entries before a snapshot and before it
 * stops, so deferring a commit on that thread can wait for itself. Why in order: a linearizable read waits until Raft
 * believes an index applied, and Raft believes the highest index that was completed.
 *
 * <p>Nothing is ever skipped. An entry is applied whole, in one batch, or the partition stops for good: a replica that left
 * one out would differ from the others silently.
 */
final class ApplyPipeline implements AutoCloseable {
    /** What the pipeline tells its partition; on the apply thread. */
    interface Listener {
        /** Whether somebody here waits for what is applied, whoever proposed it. Under the pipeline's lock: short, and calls nothing of it. */
        default boolean isAwaited() {
            return false;
        }

        /** The entry as its proposer has it in memory, or null. */
        @Nullable
        LogEntry known(long entryId);

        /** Outcomes of an entry that is now durable and visible. */
        void outcomes(long entryId, List<Outcome> outcomes);

        /** The same entry, whoever proposed it; in the order of the log. */
        default void applied(long index, Applied entry) {}

        /** A batch is visible that wrote these streams. */
        void published(Set<StreamName> written);

        /** The store is full: this is being retried until there is space, or null: there is. */
        void full(StoreException.@Nullable Full cause);

        /** Applying has ended for ever. */
        void failed(Throwable cause);
    }

    private record Item(long term, long index, @Nullable ByteString data, long entryId, CompletableFuture<Void> done) {
        int bytes() {
            return data == null ? 0 : data.size();
        }
    }

    private record Result(long index, long entryId, Applied entry) {}

    private enum State {
        RUNNING,
        /** Entries are acknowledged to Raft and left for the replay at the next open. */
        CLOSED,
        FAILED
    }

    /** What may wait in the ring. */
    static final int MAX_WAITING_ENTRIES = 1_024;

    static final long MAX_WAITING_BYTES = 16 << 20;

    /** What goes into one batch: bounds the dirty pages of one commit. */
    static final long MAX_BATCH_BYTES = 8 << 20;

    /**
     * How long entries wait for others to share a commit if nobody waits for them here: they were proposed by another node, which
     * answers for them. Of a commit for each of them a follower would feel more than of all else that it does for an entry.
     */
    static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** They are not left to wait for more than this. */
    private static final long MAX_GATHERED_BYTES = 1 << 20;

    private static final long FULL_RETRY_MS = 200;
    private static final Logger LOG = LoggerFactory.getLogger(ApplyPipeline.class);

    private final LogStore store;
    private final PartitionStateMachine machine;
    private final Checkpointer checkpoints;
    private final Listener listener;
    private final Thread applier;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final Condition idle = lock.newCondition();
    private final Deque<Item> ring = new ArrayDeque<>();
    private final long gatherNanos;
    private long waitingBytes;
    private boolean isUrgent;
    private int quiescing;
    private boolean applying;
    private State state = State.RUNNING;
    private volatile List<Item> current = List.of();

    /** @param checkpoints told of every batch, and begun between two of them, on the apply thread */
    ApplyPipeline(
            LogStore store,
            PartitionStateMachine machine,
            Checkpointer checkpoints,
            Listener listener,
            String threadName) {
        this(store, machine, checkpoints, listener, threadName, GATHER_NANOS);
    }

    ApplyPipeline(
            LogStore store,
            PartitionStateMachine machine,
            Checkpointer checkpoints,
            Listener listener,
            String threadName,
            long gatherNanos) {
        this.gatherNanos = gatherNanos;
        this.store = store;
        this.machine = machine;
        this.checkpoints = checkpoints;
        this.listener = listener;
        this.applier = new Thread(this::run, threadName);
        applier.setDaemon(true);
    }

    void start() {
        applier.start();
    }

    /** Hands over an entry; null data is an entry of Raft's own. Blocks while the ring is full. */
    CompletableFuture<Void> add(long term, long index, @Nullable ByteString data, long entryId) {
        Item item = new Item(term, index, data, entryId, new CompletableFuture<>());
        lock.lock();
        try {
            while (state == State.RUNNING
                    && !ring.isEmpty()
                    && (ring.size() >= MAX_WAITING_ENTRIES || waitingBytes + item.bytes() > MAX_WAITING_BYTES)) {
                notFull.awaitUninterruptibly();
            }
            switch (state) {
                case RUNNING -> {
                    boolean wasEmpty = ring.isEmpty();
                    ring.add(item);
                    waitingBytes += item.bytes();
                    isUrgent = isUrgent || isWaitedFor(item) || isMuch() || listener.isAwaited();
                    if (wasEmpty || isUrgent) {
                        notEmpty.signal();
                    }
                }
                case CLOSED -> item.done().complete(null);
                case FAILED -> throw new IllegalStateException("partition has failed; entry " + index + " not applied");
            }
            return item.done();
        } finally {
            lock.unlock();
        }
    }

    /** An entry of Raft's own says that a leader has begun, and is waited for until it is applied. */
    private static boolean isWaitedFor(Item item) {
        return item.entryId() != RaftEvents.FOREIGN || item.data() == null;
    }

    private boolean isMuch() {
        return waitingBytes >= MAX_GATHERED_BYTES || ring.size() >= MAX_WAITING_ENTRIES / 2;
    }

    /** Waits until nothing waits and nothing is being applied. */
    void quiesce() {
        lock.lock();
        try {
            quiescing++;
            notEmpty.signal();
            while (state == State.RUNNING && (applying || !ring.isEmpty())) {
                idle.awaitUninterruptibly();
            }
        } finally {
            quiescing--;
            lock.unlock();
        }
    }

    /**
     * Lets what is under way come to its end, for at most this long, then stops. Entries that are not applied stay in Raft's
     * log and are replayed at the next open.
     */
    void close(long timeoutMs) throws InterruptedException {
        stop(State.CLOSED);
        applier.join(timeoutMs);
        if (applier.isAlive()) {
            LOG.warn("{} is still busy after {} ms", applier.getName(), timeoutMs);
            // A disk that hangs: Raft waits for these when it closes. Whether they are committed yet,
            // the next open will see.
            current.forEach(item -> item.done().complete(null));
        }
    }

    @Override
    public void close() {
        stop(State.CLOSED);
    }

    private void stop(State end) {
        List<Item> left;
        lock.lock();
        try {
            if (state != State.RUNNING) {
                return;
            }
            state = end;
            left = new ArrayList<>(ring);
            ring.clear();
            waitingBytes = 0;
            notEmpty.signalAll();
            notFull.signalAll();
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        if (end == State.CLOSED) {
            left.forEach(item -> item.done().complete(null));
        } else {
            left.forEach(item -> item.done().completeExceptionally(new IllegalStateException("partition has failed")));
        }
    }

    private void run() {
        List<Item> batch = new ArrayList<>();
        while (take(batch)) {
            current = List.copyOf(batch);
            try {
                if (!batch.isEmpty()) {
                    applyAll(batch);
                }
                checkpoints.beginIfDue();
            } catch (Throwable t) {
                fail(batch, t);
            }
            batch.clear();
        }
    }

    /** Takes what goes into the next batch: nothing, if nothing comes for so long that a checkpoint may be due. */
    private boolean take(List<Item> into) {
        lock.lock();
        try {
            applying = false;
            if (ring.isEmpty()) {
                idle.signalAll();
            }
            awaitWork(checkpoints.idleNanos());
            gather();
            if (state != State.RUNNING) {
                return false;
            }
            applying = true;
            long bytes = 0;
            Item next = ring.peek();
            while (next != null && (into.isEmpty() || bytes + next.bytes() <= MAX_BATCH_BYTES)) {
                ring.remove();
                bytes += next.bytes();
                into.add(next);
                next = ring.peek();
            }
            waitingBytes -= bytes;
            isUrgent = isUrgent && !ring.isEmpty();
            notFull.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void awaitWork(long nanos) {
        await(nanos, ring::isEmpty);
    }

    private void gather() {
        if (!ring.isEmpty()) {
            await(gatherNanos, () -> !isUrgent && quiescing == 0);
        }
    }

    private void await(long nanos, BooleanSupplier isWaitedFor) {
        long left = nanos;
        try {
            while (state == State.RUNNING && isWaitedFor.getAsBoolean() && left > 0) {
                left = notEmpty.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted, by whom ever, and goes on", applier.getName(), e);
        }
    }

    /** Somebody has begun to wait for what is applied: what is gathered is applied at once. */
    void hasten() {
        lock.lock();
        try {
            isUrgent = !ring.isEmpty();
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Applies a batch, however long the store stays full; returns without it only when closed. */
    private void applyAll(List<Item> batch) throws IOException {
        boolean wasFull = false;
        while (true) {
            try {
                List<Result> results = new ArrayList<>(batch.size());
                Set<StreamName> written = new LinkedHashSet<>();
                write(batch, results, written);
                if (wasFull) {
                    listener.full(null);
                }
                publish(batch, results, written);
                return;
            } catch (StoreException.Full e) {
                // Once at once: the store makes its map larger when the next batch begins.
                if (wasFull) {
                    listener.full(e);
                    if (!waitForSpace()) {
                        batch.forEach(item -> item.done().complete(null));
                        return;
                    }
                }
                wasFull = true;
            }
        }
    }

    private boolean waitForSpace() {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(FULL_RETRY_MS);
            while (state == State.RUNNING && nanos > 0) {
                nanos = notEmpty.awaitNanos(nanos);
            }
            return state == State.RUNNING;
        } catch (InterruptedException e) {
            throw new IllegalStateException("the apply thread was interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private void write(List<Item> batch, List<Result> results, Set<StreamName> written) throws IOException {
        long last = batch.get(batch.size() - 1).index();
        long applied;
        try (WriteBatch writes = store.beginWrite()) {
            // Of the batch, not of the store before it: a copy may have taken the store's place just now.
            applied = writes.state().appliedIndex();
            if (last <= applied) {
                return; // a replay of what the store has already
            }
            for (Item item : batch) {
                if (item.index() <= applied) {
                    continue;
                }
                ByteString data = item.data();
                if (data == null) {
                    machine.skip(item.term(), item.index(), writes);
                } else {
                    Applied effects = machine.apply(item.term(), item.index(), parse(item.entryId(), data), writes);
                    written.addAll(effects.written());
                    results.add(new Result(item.index(), item.entryId(), effects));
                }
            }
            FaultPoint.pass("apply.before-commit");
            writes.commit();
            FaultPoint.pass("apply.after-commit");
        }
        checkpoints.applied(
                last - applied, batch.stream().mapToLong(Item::bytes).sum());
    }

    private void publish(List<Item> batch, List<Result> results, Set<StreamName> written) {
        for (Result result : results) {
            if (result.entryId() != RaftEvents.FOREIGN) {
                listener.outcomes(result.entryId(), result.entry().outcomes());
            }
            listener.applied(result.index(), result.entry());
        }
        batch.forEach(item -> item.done().complete(null));
        listener.published(written);
    }

    private LogEntry parse(long entryId, ByteString data) throws IOException {
        LogEntry known = entryId == RaftEvents.FOREIGN ? null : listener.known(entryId);
        if (known != null) {
            return known;
        }
        CodedInputStream in = data.newCodedInput();
        in.enableAliasing(true); // the data never changes: events may point into it
        return LogEntry.parseFrom(in);
    }

    /**
     * Stops for ever. The futures are failed only now, when nothing later can be applied any more: Raft's updater waits for
     * them when it stops, and would skip over a failed one if the pipeline still ran.
     */
    private void fail(List<Item> batch, Throwable cause) {
        LOG.error(
                "{}: this replica stops here, at entry {}",
                applier.getName(),
                batch.isEmpty() ? "-" : batch.get(0).index(),
                cause);
        stop(State.FAILED);
        listener.failed(cause);
        batch.forEach(item -> item.done().completeExceptionally(cause));
    }
}
