package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.PartitionFailure.Kind;
import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.LogEntry;
import io.weir.protocol.MarkStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.DigestVerdict;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition on one node: its store, the applier that fills it, the batcher that proposes to it, the reader that answers
 * from it. The store is not closed here.
 *
 * <p>A partition that has failed stays failed: it takes no part in Raft, answers nothing, and says why. A wrong answer would
 * be worse than none. Only if it is Raft that has failed are reads that may be stale still answered.
 */
public final class Partition implements RaftEvents, AutoCloseable {
    private static final long HAND_OVER_MS = 3_000;

    /** How long Raft may take to go on from a copy: it waits for no more than a checkpoint and the next heartbeat. */
    private static final long CONTINUATION_MS = 30_000;

    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

    private final int number;
    private final LogStore store;
    private final RaftPort raft;
    private final Readiness readiness = new Readiness();
    private final Waiters waiters;
    private final Checkpointer checkpoints;
    private final ApplyPipeline pipeline;
    private final CommandBatcher batcher;
    private final Cuts cuts;
    private final Queries queries;
    private final DigestWatch digests;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicReference<@Nullable PartitionFailure> failure = new AtomicReference<>();
    private final CopyInstall copies;
    private final TransactionCounts transactions = new TransactionCounts();
    private final ScheduledExecutorService timer;
    /** What Raft has been told is there, and has not gone on from yet. */
    private final AtomicReference<@Nullable RaftPoint> copied = new AtomicReference<>();

    private final FullStore fullStore;
    /** Why commands are refused for a while; set on the apply thread. */
    private @Nullable NodeFailure full;

    private @Nullable NodeFailure disputed;
    private final PurgeHolds purgeHolds = new PurgeHolds(System::nanoTime);
    private final String nodeId;
    private final String halterName;

    public Partition(int number, LogStore store, RaftPort raft, PartitionSetup setup) {
        String prefix = "weir-" + setup.nodeId();
        this.number = number;
        this.store = store;
        this.raft = raft;
        this.nodeId = setup.nodeId();
        this.halterName = prefix + "-halt-" + number;
        this.fullStore =
                new FullStore(setup.members().size() == 1, System::nanoTime, reason -> fail(Kind.STORE_FULL, reason));
        Applier applier = new Applier();
        this.checkpoints = new Checkpointer(store, setup.checkpointPolicy(), setup.checkpoints(), applier);
        this.pipeline = new ApplyPipeline(
                store, new PartitionStateMachine(), checkpoints, applier, prefix + "-apply-" + number);
        this.waiters = new Waiters(setup.answers(), pipeline::hasten);
        this.copies = new CopyInstall(number, store, raft, setup);
        this.timer = setup.timer();
        this.batcher = new CommandBatcher(
                raft,
                setup.clockMs(),
                this::logTimeMs,
                setup.answers(),
                cause -> fail(Kind.DEFECT, "cannot propose: " + cause),
                prefix + "-propose-" + number);
        this.cuts = new Cuts(number, store, raft, batcher, setup.readers(), setup.answers());
        this.digests = new DigestWatch(
                number,
                setup.nodeId(),
                setup.members(),
                setup.markPolicy(),
                raft,
                setup.digests(),
                () -> Math.max(setup.clockMs().getAsLong(), logTimeMs()),
                store.digestMark().isDisputed(),
                System.nanoTime());
        refuseIfDisputed();
        this.queries = new Queries(
                number,
                store,
                raft,
                waiters,
                setup.readers(),
                setup.answers(),
                setup.timer(),
                setup.homes(),
                this::unreadyReason,
                this::storeDamaged);
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

    /** Proposes a step of a transaction, which has been checked; see {@link Parking} for how long it waits for a lock. */
    public CompletableFuture<Outcome> propose(TransactionStep step, boolean holdsNothing, long timeoutMs) {
        return batcher.submit(step, holdsNothing, timeoutMs);
    }

    /** See {@link io.weir.client.spi.NodeChannel#query}. */
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        PartitionFailure failed = failure.get();
        return failed == null || failed.kind().leavesStore()
                ? queries.query(request)
                : Failures.failed(Failures.notReady(failed.reason()));
    }

    /** How many reads wait for something to be applied. */
    int waitingReads() {
        return waiters.count();
    }

    /** Ends commands past their deadlines, and does what else is due; to be called every few dozen milliseconds. */
    public void expire(long nowNanos) {
        batcher.expire(nowNanos);
        batcher.wakeUnlocked(this::unlocked);
        digests.tick(nowNanos);
    }

    private Set<ByteString> unlocked(Set<ByteString> streams) {
        return read(Set.of(), view -> {
            streams.removeIf(stream -> TransactionReader.isLocked(view, stream));
            return streams;
        });
    }

    /** The transactions that are not over here; see {@link TransactionReader#open}. */
    public List<TransactionInfo> openTransactions(@Nullable TransactionKey after, int max) {
        return read(List.of(), view -> TransactionReader.open(view, after, max));
    }

    /** The first expiry of a transaction that log time has not passed, or {@link Long#MAX_VALUE}. */
    public long firstExpiryMs() {
        return read(Long.MAX_VALUE, view -> TransactionReader.firstExpiryMs(view));
    }

    /** What this node reads for itself; {@code nothing} if it cannot. Damage that is found is repaired. */
    private <T> T read(T nothing, Function<ReadView, T> reading) {
        try (ReadView view = store.openRead()) {
            return reading.apply(view);
        } catch (StoreException.Corrupted e) {
            storeDamaged("found by the node itself: " + e.getMessage());
        } catch (StoreException e) {
            LOG.debug("partition {}: its store cannot be read now", number, e); // it is closing, or the applier tells
        }
        return nothing;
    }

    /** Another member tells what it found at a mark. */
    public void reported(String member, long markIndex, Digest digest) {
        digests.reported(member, markIndex, digest);
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
        PartitionStatus.Builder status = PartitionStatus.newBuilder()
                .setPartition(number)
                .setRole(view.role().name())
                .setLeader(view.leader())
                .setTerm(view.term())
                .setAppliedIndex(Math.max(state.appliedIndex(), 0))
                .setNextPosition(state.nextPosition())
                .setLogTimeMs(state.logTimeMs())
                .setDigest(Digests.bytes(state.digest()))
                .setReady(reason == null)
                .setReason(reason == null ? "" : reason)
                .setStreams(store.streams())
                .setStoreBytes(store.sizeBytes())
                .setCheckpointIndex(Math.max(store.checkpoint().appliedIndex(), 0));
        status.setTransactions(read(transactions.status(), transactions::status));
        MarkStatus mark = Digests.status(store.digestMark());
        if (mark != null) {
            status.setMark(mark);
        }
        return status.build();
    }

    /** Whether this node leads the partition, and may act as its leader. */
    public boolean leads() {
        return failure.get() == null && raft.view().leads();
    }

    /** Proposes an entry that only carries this node's clock, so that log time goes on though nobody writes. */
    public void tick(long clockMs) {
        var unused = raft.announce(LogEntry.newBuilder()
                        .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                        .setStampMs(Math.max(clockMs, logTimeMs()))
                        .build()
                        .toByteArray())
                .whenComplete((done, refusal) -> {
                    if (refusal != null) {
                        LOG.debug("partition {}: no tick", number, refusal);
                    }
                });
    }

    /**
     * Begins this partition's part in a cut through all partitions; who begins it closes it.
     *
     * @throws NodeFailure {@code NOT_READY} if too many are open, or the partition is closing
     */
    public Cut beginCut() {
        return cuts.begin();
    }

    /** Why the partition has stopped, or null if it has not. */
    public @Nullable PartitionFailure failure() {
        return failure.get();
    }

    /**
     * Keeps this replica's Raft log from being purged while a copy of the store is on its way to another one.
     *
     * @param maxMs after this long the hold ends by itself
     */
    public PurgeHold holdPurging(long maxMs) {
        return purgeHolds.acquire(maxMs);
    }

    @Override
    public RaftPoint checkpoint() {
        return RaftPoint.appliedIn(store.checkpoint());
    }

    @Override
    public long appliedIndex() {
        return store.state().appliedIndex();
    }

    @Override
    public boolean holdsPurging() {
        return purgeHolds.areHeld();
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
        checkpoints.awaitEnd();
    }

    @Override
    public CompletableFuture<@Nullable RaftPoint> installCopy(
            String leader, long firstAvailable, LongConsumer beforeChange) {
        RaftPoint durable = checkpoint();
        if (durable.index() >= firstAvailable - 1) {
            return CompletableFuture.<@Nullable RaftPoint>completedFuture(durable.index() < 0 ? null : durable);
        }
        CompletableFuture<@Nullable RaftPoint> installed = new CompletableFuture<>();
        var unused = copies.begin(leader, firstAvailable - 1, beforeChange).whenComplete((point, thrown) -> {
            if (thrown instanceof StoreException.Failed) {
                fail(Kind.STORE_FAILED, "a copy could not be installed, the store must be opened anew: " + thrown);
            }
            if (point == null) {
                installed.completeExceptionally(thrown);
                return;
            }
            waiters.wakeAll();
            expectContinuation(point);
            installed.complete(point);
        });
        return installed;
    }

    /**
     * If the leader has gone just now, and the next one has all of the log that was missing, Ratis waits for ever for the
     * notification with which it would have gone on. Started anew, the group begins at the copy.
     */
    private void expectContinuation(RaftPoint point) {
        copied.set(point);
        var unused = timer.schedule(
                () -> {
                    if (copied.compareAndSet(point, null)) {
                        fail(Kind.STORE_FAILED, "Raft has not gone on from the copy at " + point);
                    }
                },
                CONTINUATION_MS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void continued() {
        copied.set(null);
    }

    @Override
    public void logFailed(Throwable cause) {
        fail(Kind.LOG_FAILED, "Raft's log cannot be written: " + cause);
    }

    @Override
    public void logOvertaken(String how) {
        fail(Kind.LOG_FAILED, "Raft's log was overtaken by a copy, and is opened anew without it: " + how);
    }

    @Override
    public void logUnreadable(Throwable cause) {
        fail(Kind.LOG_FAILED, "Raft's log cannot be read: " + cause);
    }

    @Override
    public void closed() {
        if (!closing.get()) {
            fail(Kind.RAFT_CLOSED, "Raft has closed this partition");
        }
    }

    /** Somebody has found that Raft stands for election no more; any thread. */
    public void voteFailed() {
        fail(Kind.VOTE_FAILED, "Raft could not write its vote, and takes no part in elections any more");
    }

    /** Somebody has found damage in the store; any thread. */
    public void storeDamaged(String damage) {
        fail(Kind.STORE_CORRUPTED, damage);
    }

    /** Refuses commands and reads from now on, and fails what waits. First of the three steps of closing. Idempotent. */
    public void stopServing() {
        closing.set(true);
        copies.stop();
        cuts.close();
        batcher.close();
        waiters.close(Failures.notReady("the partition is closing on this node"));
    }

    /**
     * Ends the applier; Raft may go on handing over, but nothing is applied any more, and no checkpoint is under way unless
     * it takes longer than the timeout. Second step.
     */
    public void stopApplying(long timeoutMs) throws InterruptedException {
        checkpoints.stop();
        pipeline.close(timeoutMs);
        batcher.join(timeoutMs);
        copies.await(timeoutMs);
        if (!checkpoints.await(timeoutMs)) {
            LOG.warn("{}: a checkpoint is still under way after {} ms", halterName, timeoutMs);
        }
    }

    /** Closes at once; to undo a start that failed. */
    @Override
    public void close() {
        stopServing();
        checkpoints.stop();
        pipeline.close();
    }

    /** Marks the partition failed and takes it out of Raft, on another thread: Raft's own may be the caller. */
    private void fail(Kind kind, String reason) {
        refuseAll(reason);
        if (failure.compareAndSet(null, new PartitionFailure(kind, reason))) {
            checkpoints.stop();
            onThread(raft::halt);
        }
    }

    private void refuseAll(String reason) {
        readiness.failed(reason);
        NodeFailure refusal = Failures.notReady("partition " + number + " has failed on this node: " + reason);
        batcher.refuse(refusal);
        waiters.close(refusal);
    }

    private void onThread(Runnable work) {
        Thread thread = new Thread(work, halterName);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Steps aside if a majority says that this replica is wrong. Of several in a minority one at a time, lest their repair takes
     * the majority away: the others are told again at the next mark.
     */
    private void judged(DigestVerdict verdict) {
        refuseIfDisputed();
        if (!verdict.isDiverged() || readiness.failure() != null) {
            return;
        }
        String reason = Digests.divergence(verdict);
        List<String> minority = verdict.minority();
        if (!minority.isEmpty() && !minority.get(0).equals(nodeId)) {
            LOG.error("partition {}: {}; {} steps aside first", number, reason, minority.get(0));
            return;
        }
        if (raft.view().leads()) {
            refuseAll(reason);
            onThread(() -> {
                handOver(verdict);
                fail(Kind.STORE_DIVERGED, reason);
            });
        } else {
            fail(Kind.STORE_DIVERGED, reason);
        }
    }

    /** A leader gives the lead to one of the majority: nobody has to wait for an election timeout. */
    private void handOver(DigestVerdict verdict) {
        String heir = verdict.reports().keySet().stream()
                .filter(node -> !node.equals(nodeId) && !verdict.minority().contains(node))
                .findFirst()
                .orElse(null);
        if (heir == null) {
            return;
        }
        try {
            raft.handOver(heir, HAND_OVER_MS).get(HAND_OVER_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("partition {}: cannot hand over to {}, and leaves without", number, heir, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refuseIfDisputed() {
        String reason = Digests.dispute(store.digestMark());
        readiness.disputed(reason);
        disputed = reason == null ? null : new NodeFailure(Error.Code.STORE_CORRUPTED, reason, false);
        refuseOrNot();
    }

    private void refuseOrNot() {
        if (readiness.failure() == null) {
            batcher.refuse(full != null ? full : disputed);
        }
    }

    private static Kind kindOf(Throwable cause) {
        if (cause instanceof StoreException.Corrupted) {
            return Kind.STORE_CORRUPTED;
        }
        return cause instanceof StoreException.Failed ? Kind.STORE_FAILED : Kind.DEFECT;
    }

    /** What the applier and the checkpointer report. */
    private final class Applier implements ApplyPipeline.Listener, Checkpointer.Listener {
        /** A leader announces entries for which no command waits, and reads may come right behind them. */
        @Override
        public boolean isAwaited() {
            return raft.view().leads() || waiters.isStateAwaited();
        }

        @Override
        public @Nullable LogEntry known(long entryId) {
            return batcher.proposed(entryId);
        }

        @Override
        public void outcomes(long entryId, List<Outcome> outcomes) {
            batcher.applied(entryId, outcomes);
        }

        @Override
        public void applied(long index, Applied entry) {
            batcher.unlocked(entry.unlocked());
            if (!entry.unlocked().isEmpty()) {
                waiters.wakeUnlocked();
            }
            transactions.decided(entry.decided());
            digests.applied(index, entry, System.nanoTime());
            DigestVerdict verdict = entry.verdict();
            if (verdict != null) {
                judged(verdict);
            }
        }

        @Override
        public void published(Set<StreamName> written) {
            waiters.wake(written);
        }

        @Override
        public void full(StoreException.@Nullable Full cause) {
            if (cause == null) {
                fullStore.ended();
                full = null;
            } else {
                full = fullStore.met(cause);
            }
            readiness.full(cause == null ? null : FullStore.reason(cause));
            refuseOrNot();
        }

        @Override
        public void failed(Throwable cause) {
            fail(kindOf(cause), "cannot apply: " + cause);
        }

        @Override
        public void checkpointed(PartitionState state) {
            // Not here: Ratis may hold its lock while a copy is installed, which waits for checkpoints of this thread.
            onThread(() -> {
                var unused = raft.checkpointed().whenComplete((done, refusal) -> {
                    if (refusal != null) { // closing, or a copy is being installed; the next one purges for both
                        LOG.info("partition {}: Raft took no note of the checkpoint at {}", number, state, refusal);
                    }
                    FaultPoint.pass("purge.requested");
                });
            });
        }

        @Override
        public void checkpointFailed(Throwable cause) {
            if (cause instanceof StoreException.Full full) {
                fail(Kind.STORE_FULL, FullStore.reason(full));
                return;
            }
            fail(
                    cause instanceof StoreException.Corrupted ? Kind.STORE_CORRUPTED : Kind.STORE_FAILED,
                    "a checkpoint failed, the store must be opened anew: " + cause);
        }
    }
}
