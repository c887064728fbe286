package io.weir.consensus.ratis;

import io.weir.consensus.partition.RaftEvents;
import io.weir.consensus.partition.RaftPoint;
import io.weir.consensus.repair.LogCut;
import io.weir.logstore.support.FaultPoint;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' view of a partition: translates its calls to {@link RaftEvents}, decides nothing.
 *
 * <p>What must hold, because Ratis does otherwise than one expects:
 *
 * <ul>
 *   <li>A future that completes exceptionally is logged and passed over: the partition does so only when it applies nothing
 *       more. An exception thrown here stops the replica, which is what a failed partition wants.
 *   <li>Entries without commands count as applied at once, pending futures or not: {@link #notifyTermIndexUpdated} waits.
 *   <li>Replay begins after {@link #getLatestSnapshot}, not after the last applied index; and that method is asked again and
 *       again on the path of an append: it changes only in {@link #takeSnapshot} and {@link #reinitialize}, which come on the
 *       thread that applies. What the store has already is passed over.
 *   <li>What {@link #takeSnapshot} returns is what Ratis purges up to, at once and as it likes: it returns nothing, and purges
 *       itself. Nothing that the next open of the store would miss may lie below.
 *   <li>{@link #preAppendTransaction} never throws: the leader would step down.
 * </ul>
 */
final class RatisStateMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(RatisStateMachine.class);

    private final RaftEvents events;
    private final LogCut logCut;
    private final ClientId self;
    private final LogRetention retention;
    private volatile @Nullable Snapshot latest;
    private volatile @Nullable RaftStorage storage;

    private volatile RaftServer.@Nullable Division division;
    private volatile @Nullable RaftLog log;

    /**
     * @param logCut is told before the log is cut or purged
     * @param self the client id under which this process proposes
     * @param retention what is kept of the log behind a checkpoint
     */
    RatisStateMachine(RaftEvents events, LogCut logCut, ClientId self, LogRetention retention) {
        this.events = events;
        this.logCut = logCut;
        this.self = self;
        this.retention = retention;
        Snapshot found = Snapshot.of(events.checkpoint());
        if (found != null && FaultPoint.isMutant("replay-skips-one")) {
            found = new Snapshot(TermIndex.valueOf(found.getTerm(), found.getIndex() + 1));
        }
        this.latest = found;
        if (found != null) {
            setLastAppliedTermIndex(found.at()); // Ratis asks before it initializes
        }
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        storage = raftStorage;
        division = server.getDivision(groupId);
        super.initialize(server, groupId, raftStorage);
        getLifeCycle().startAndTransition(() -> {});
    }

    /** The group has been started, on this log. */
    void started(RaftLog opened) {
        log = opened;
    }

    /**
     * Ends a group whose start has failed, and unlocks its files: Ratis only forgets it. An append that reaches a group in the
     * middle of its start makes it a follower; its start, which does so as well, then fails ({@code previous != null}), and
     * what is left runs on: it would stand for election on files that another start has opened.
     */
    void release() {
        close(division);
        close(storage); // a group that failed early has not come to know that it has one
    }

    private void close(@Nullable Closeable part) {
        if (part != null) {
            try {
                part.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("{} of {} stays open until this process ends", part, getGroupId(), e);
            }
        }
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    /**
     * Adopts the store's last durable checkpoint, on the thread that also hands over entries, and purges the log; no snapshot
     * is taken here.
     *
     * @return nothing: Ratis would purge up to there, and stops the replica if it is ever told less than before, the
     *     checkpoint at its start included
     */
    @Override
    public long takeSnapshot() throws IOException {
        TermIndex applied = getLastAppliedTermIndex();
        if (FaultPoint.isMutant("purge-beyond-checkpoint")) {
            latest = new Snapshot(applied);
            return applied.getIndex();
        }
        Snapshot durable = Snapshot.of(events.checkpoint());
        // A store that stayed open while its group was started anew is ahead of what Ratis has handed over again.
        if (durable != null && durable.getIndex() <= applied.getIndex()) {
            latest = durable;
        }
        FaultPoint.pass("snapshot.taken");
        Snapshot adopted = latest;
        if (adopted != null && !events.holdsPurging()) {
            purge(adopted.getIndex());
        }
        return RaftLog.INVALID_LOG_INDEX;
    }

    /**
     * One segment after the other, from the oldest on: of several at once Ratis deletes the newest first, and a crash in the
     * middle would leave a log with a hole, which it refuses to read.
     */
    private void purge(long checkpointIndex) throws IOException {
        Path directory =
                Objects.requireNonNull(storage).getStorageDir().getCurrentDir().toPath();
        RaftLog log = getServer().join().getDivision(getGroupId()).getRaftLog();
        List<Long> ends = retention.purgeable(directory, checkpointIndex);
        if (!ends.isEmpty()) {
            logCut.purging();
        }
        for (long end : ends) {
            var unused = log.purge(end);
        }
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext transaction) {
        RaftClientRequest request = transaction.getClientRequest();
        if (request != null && request.getClientId().equals(self)) {
            events.appending(request.getCallId());
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry(), "a transaction without its entry");
        long term = entry.getTerm();
        long index = entry.getIndex();
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        if (index <= events.appliedIndex()) {
            advance(term, index);
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        StateMachineLogEntryProto command = entry.getStateMachineLogEntry();
        boolean isOurs = ClientId.valueOf(command.getClientId()).equals(self);
        long entryId = isOurs ? command.getCallId() : RaftEvents.FOREIGN;
        return events.apply(term, index, RatisBytes.fromRatis(command.getLogData()), entryId)
                .thenApply(applied -> {
                    advance(term, index);
                    return Message.EMPTY;
                });
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            return;
        }
        if (index > events.appliedIndex()) {
            events.skip(term, index);
        }
        advance(term, index);
    }

    /** The log is about to be cut; what is kept beside it is the note of its length. */
    @Override
    public CompletableFuture<Void> truncate(long firstCut) {
        cutting(firstCut - 1);
        return CompletableFuture.completedFuture(null);
    }

    /** Forwards only: while a node closes, entries left for the next start pass those that are still being applied. */
    private synchronized void advance(long term, long index) {
        if (index > getLastAppliedTermIndex().getIndex()) {
            updateLastAppliedTermIndex(term, index);
        }
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        events.logFailed(cause);
    }

    /** A follower needs an entry that is in the log, and cannot be read. */
    void logUnreadable(IOException cause) {
        events.logUnreadable(cause.getCause() == null ? cause : cause.getCause()); // which says why, and not only where
    }

    /** Comes on a thread of the network while the updater may be applying. */
    @Override
    public void pause() {
        if (getLifeCycle().compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
            events.quiesce();
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    /**
     * The store can have become a copy before Ratis hears of it: see {@link #reinitialize}. Comes under a lock of Ratis; what
     * is long happens elsewhere.
     */
    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex firstAvailable) {
        String leader = role.getFollowerInfo().getLeaderInfo().getId().getId().toStringUtf8();
        return events.installCopy(leader, firstAvailable.getIndex(), this::cutting)
                .thenApply(point -> point == null ? null : inLog(TermIndex.valueOf(point.term(), point.index())));
    }

    private void cutting(long lastKept) {
        try {
            logCut.cutting(lastKept);
        } catch (IOException e) {
            throw new UncheckedIOException("the log of " + getGroupId() + " cannot be cut", e);
        }
    }

    /**
     * Ratis drops what a copy holds, but keeps what lies above, with the entry in the place of the copy's last, even another
     * one. It would hand that to others as the one that was committed. The whole log is dead then: it goes on behind an entry
     * that never was; but only before Ratis starts can it be moved aside.
     */
    private TermIndex inLog(TermIndex copied) {
        TermIndex logged = Objects.requireNonNull(division).getRaftLog().getTermIndex(copied.getIndex());
        if (logged != null && logged.getTerm() != copied.getTerm()) {
            String how = "it has " + logged + ", the copy " + copied;
            events.logOvertaken(how);
            throw new IllegalStateException(how);
        }
        return copied;
    }

    /** Comes on the thread that applies, which goes on after {@link #getLatestSnapshot}. */
    @Override
    public void reinitialize() {
        if (getLifeCycle().compareAndTransition(LifeCycle.State.PAUSED, LifeCycle.State.STARTING)) {
            Snapshot installed = Objects.requireNonNull(Snapshot.of(events.checkpoint()), "nothing is installed");
            latest = installed;
            synchronized (this) {
                setLastAppliedTermIndex(installed.at());
            }
            getLifeCycle().transition(LifeCycle.State.RUNNING);
            events.continued();
        }
    }

    /** Comes when all has been applied, before Ratis closes the log. */
    @Override
    public void close() {
        if (getLifeCycleState() != LifeCycle.State.CLOSED) {
            getLifeCycle().checkStateAndClose(events::closed);
            RaftLog opened = log;
            if (opened != null) {
                LogEnd.hasten(opened, String.valueOf(getId()));
            }
        }
    }

    /** A checkpoint of the store, as Ratis wants to see it; it has no files to send. */
    private record Snapshot(TermIndex at) implements SnapshotInfo {
        static @Nullable Snapshot of(RaftPoint point) {
            return point.index() < 0 ? null : new Snapshot(TermIndex.valueOf(point.term(), point.index()));
        }

        @Override
        public TermIndex getTermIndex() {
            return at;
        }

        @Override
        public long getTerm() {
            return at.getTerm();
        }

        @Override
        public long getIndex() {
            return at.getIndex();
        }

        @Override
        public List<FileInfo> getFiles() {
            return List.of();
        }
    }
}
