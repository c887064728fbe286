package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One partition on one node: its store, the applier that fills it, the batcher that proposes to it, the reader that answers
 * from it. The store is not closed here.
 *
 * <p>A partition that has failed stays failed until the node starts again: it takes no part in Raft, answers nothing, and
 * says why. A wrong answer would be worse than none.
 */
public final class Partition implements RaftEvents, AutoCloseable {
    private final int number;
    private final LogStore store;
    private final PartitionState opened;
    private final RaftPort raft;
    private final Readiness readiness = new Readiness();
    private final Waiters waiters;
    private final ApplyPipeline pipeline;
    private final CommandBatcher batcher;
    private final Queries queries;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final String halterName;

    public Partition(int number, LogStore store, RaftPort raft, PartitionSetup setup) {
        String prefix = "weir-" + setup.nodeId();
        this.number = number;
        this.store = store;
        this.opened = store.state();
        this.raft = raft;
        this.halterName = prefix + "-halt-" + number;
        this.waiters = new Waiters(setup.answers());
        this.pipeline =
                new ApplyPipeline(store, new PartitionStateMachine(), new Applier(), prefix + "-apply-" + number);
        this.batcher = new CommandBatcher(
                raft,
                setup.clockMs(),
                this::logTimeMs,
                setup.answers(),
                cause -> fail("cannot propose: " + cause),
                prefix + "-propose-" + number);
        this.queries = new Queries(
                number, store, raft, waiters, setup.readers(), setup.answers(), setup.timer(), this::unreadyReason);
    }

    /** Starts the threads; to be called before Raft starts. */
    public void start() {
        pipeline.start();
        batcher.start();
    }

    /** See {@link io.weir.client.spi.NodeChannel#submit}; the command has been checked. */
    public CompletableFuture<Outcome> submit(Command command, long timeoutMs) {
        return batcher.submit(command, timeoutMs);
    }

    /** See {@link io.weir.client.spi.NodeChannel#query}. */
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        String failure = readiness.failure();
        return failure == null ? queries.query(request) : Failures.failed(Failures.notReady(failure));
    }

    /** Ends commands past their deadlines; to be called every few dozen milliseconds. */
    public void expire(long nowNanos) {
        batcher.expire(nowNanos);
    }

    /** The store; reading it is up to the caller. */
    public LogStore store() {
        return store;
    }

    /** Log time applied so far, in milliseconds since the epoch. */
    public long logTimeMs() {
        return store.state().logTimeMs();
    }

    /** Node id of the leader, empty if not known. */
    public String leader() {
        return raft.view().leader();
    }

    /** Why the partition cannot serve, or null if it can. */
    public @Nullable String unreadyReason() {
        return readiness.reason(raft.view(), store.state().appliedIndex());
    }

    public PartitionStatus status() {
        RaftView view = raft.view();
        PartitionState state = store.state();
        String reason = readiness.reason(view, state.appliedIndex());
        ByteBuffer digest = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(state.digest().high())
                .putLong(state.digest().low())
                .flip();
        return PartitionStatus.newBuilder()
                .setPartition(number)
                .setRole(view.role().name())
                .setLeader(view.leader())
                .setTerm(view.term())
                .setAppliedIndex(Math.max(state.appliedIndex(), 0))
                .setNextPosition(state.nextPosition())
                .setLogTimeMs(state.logTimeMs())
                .setDigest(ByteString.copyFrom(digest))
                .setReady(reason == null)
                .setReason(reason == null ? "" : reason)
                .setStreams(store.streams())
                .setStoreBytes(store.sizeBytes())
                .build();
    }

    @Override
    public long openedTerm() {
        return opened.appliedTerm();
    }

    @Override
    public long openedIndex() {
        return opened.appliedIndex();
    }

    @Override
    public void appending(long entryId) {
        batcher.appending(entryId);
    }

    @Override
    public CompletableFuture<Void> apply(long term, long index, ByteString data, long entryId) {
        return pipeline.add(term, index, data, entryId);
    }

    @Override
    public void skip(long term, long index) {
        // Waiting here keeps Raft from believing this index applied before the entries below it are.
        pipeline.add(term, index, null, FOREIGN).join();
    }

    @Override
    public void quiesce() {
        pipeline.quiesce();
    }

    @Override
    public void logFailed(Throwable cause) {
        fail("Raft's log cannot be written: " + cause);
    }

    @Override
    public void closed() {
        if (!closing.get()) {
            fail("Raft has closed this partition");
        }
    }

    /** Refuses commands and reads from now on, and fails what waits. First of the three steps of closing. Idempotent. */
    public void stopServing() {
        closing.set(true);
        batcher.close();
        waiters.close(Failures.notReady("the node is closing"));
    }

    /** Ends the applier; Raft may go on handing over, but nothing is applied any more. Second step. */
    public void stopApplying(long timeoutMs) throws InterruptedException {
        pipeline.close(timeoutMs);
        batcher.join(timeoutMs);
    }

    /** Closes at once; to undo a start that failed. */
    @Override
    public void close() {
        stopServing();
        pipeline.close();
    }

    /** Marks the partition failed and takes it out of Raft, on another thread: Raft's own may be the caller. */
    private void fail(String reason) {
        readiness.failed(reason);
        if (!failed.compareAndSet(false, true)) {
            return;
        }
        NodeFailure failure = Failures.notReady("partition " + number + " has failed on this node: " + reason);
        batcher.refuse(failure);
        waiters.close(failure);
        Thread halter = new Thread(raft::halt, halterName);
        halter.setDaemon(true);
        halter.start();
    }

    /** What the applier reports. */
    private final class Applier implements ApplyPipeline.Listener {
        @Override
        public @Nullable LogEntry known(long entryId) {
            return batcher.proposed(entryId);
        }

        @Override
        public void outcomes(long entryId, List<Outcome> outcomes) {
            batcher.applied(entryId, outcomes);
        }

        @Override
        public void published(Set<StreamName> written) {
            waiters.wake(written);
        }

        @Override
        public void full(StoreException.@Nullable Full cause) {
            String reason = cause == null ? null : "the store is full: " + cause.getMessage();
            readiness.full(reason);
            batcher.refuse(reason == null ? null : new NodeFailure(Error.Code.STORE_FULL, reason, false));
        }

        @Override
        public void failed(Throwable cause) {
            fail("cannot apply: " + cause);
        }
    }
}
