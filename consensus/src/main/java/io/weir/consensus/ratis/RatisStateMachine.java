package io.weir.consensus.ratis;

import io.weir.consensus.partition.RaftEvents;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

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
 *       again on the path of an append: it is fixed for the life of the process. What the store has already is passed over.
 *   <li>{@link #preAppendTransaction} never throws: the leader would step down.
 * </ul>
 */
final class RatisStateMachine extends BaseStateMachine {
    private final RaftEvents events;
    private final ClientId self;
    private final @Nullable SnapshotInfo opened;

    /** @param self the client id under which this process proposes */
    RatisStateMachine(RaftEvents events, ClientId self) {
        this.events = events;
        this.self = self;
        if (events.openedIndex() < 0) {
            this.opened = null;
        } else {
            TermIndex applied = TermIndex.valueOf(events.openedTerm(), events.openedIndex());
            this.opened = new OpenedAt(applied);
            setLastAppliedTermIndex(applied); // Ratis asks before it initializes
        }
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        super.initialize(server, groupId, storage);
        getLifeCycle().startAndTransition(() -> {});
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return opened;
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
        if (getLifeCycleState() == LifeCycle.State.PAUSED || index <= events.openedIndex()) {
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
        if (getLifeCycleState() == LifeCycle.State.PAUSED || index <= events.openedIndex()) {
            return;
        }
        events.skip(term, index);
        advance(term, index);
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

    /** Comes on a thread of the network while the updater may be applying. */
    @Override
    public void pause() {
        if (getLifeCycle().compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
            events.quiesce();
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    @Override
    public void reinitialize() {
        if (getLifeCycle().compareAndTransition(LifeCycle.State.PAUSED, LifeCycle.State.STARTING)) {
            getLifeCycle().transition(LifeCycle.State.RUNNING);
        }
    }

    @Override
    public void close() {
        if (getLifeCycleState() != LifeCycle.State.CLOSED) {
            getLifeCycle().checkStateAndClose(events::closed);
        }
    }

    /** What the store held when it was opened, as if it were a snapshot; it has no files to send. */
    private record OpenedAt(TermIndex at) implements SnapshotInfo {
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
