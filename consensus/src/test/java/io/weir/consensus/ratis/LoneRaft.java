package io.weir.consensus.ratis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.ReplicationLevel;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.SizeInBytes;
import org.jspecify.annotations.Nullable;

/** A real Ratis server with one group and no peers, with Weir's settings but small segments: it writes and reads real logs. */
public final class LoneRaft implements AutoCloseable {
    /** Names the group's directory. */
    public static final UUID GROUP = UUID.nameUUIDFromBytes(new byte[] {1});

    private static final long SEGMENT_BYTES = 16 << 10;
    private static final RaftPeerId SELF = RaftPeerId.valueOf("n1");

    /** Entries of commands as they were applied: index to bytes. */
    public final SortedMap<Long, byte[]> applied = java.util.Collections.synchronizedSortedMap(new TreeMap<>());

    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final RaftGroupId id = RaftGroupId.valueOf(GROUP);
    private final RaftServer server;

    private LoneRaft(Path directory, @Nullable TermIndex snapshot) throws IOException {
        ExitUtils.disableSystemExit();
        RaftProperties properties = RatisSettings.of(directory, "127.0.0.1", 0, SEGMENT_BYTES, true);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("8KB"));
        RaftPeer self =
                RaftPeer.newBuilder().setId(SELF).setAddress("127.0.0.1:0").build();
        server = RaftServer.newBuilder()
                .setServerId(SELF)
                .setGroup(RaftGroup.valueOf(id, self))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setStateMachine(new Machine(snapshot))
                .setProperties(properties)
                .build();
    }

    /**
     * Starts a server and waits until it leads.
     *
     * @param snapshotTerm and
     * @param snapshotIndex of what the state machine holds already, -1 for nothing
     * @throws IOException if Ratis refuses to start
     */
    public static LoneRaft start(Path directory, long snapshotTerm, long snapshotIndex) throws IOException {
        LoneRaft raft =
                new LoneRaft(directory, snapshotIndex < 0 ? null : TermIndex.valueOf(snapshotTerm, snapshotIndex));
        try {
            raft.server.start();
            raft.await(() -> {
                RaftServer.Division division = raft.division();
                return division.getInfo().isLeaderReady() && !isBehind(division);
            });
            return raft;
        } catch (IOException | RuntimeException e) {
            raft.close();
            throw e;
        }
    }

    private static boolean isBehind(RaftServer.Division division) {
        return division.getInfo().getLastAppliedIndex() < division.getRaftLog().getLastCommittedIndex();
    }

    /** Appends a command, and returns when it was applied. */
    public void append(byte[] command) throws Exception {
        server.submitClientRequestAsync(RaftClientRequest.newBuilder()
                        .setClientId(client)
                        .setServerId(SELF)
                        .setGroupId(id)
                        .setCallId(calls.incrementAndGet())
                        .setMessage(Message.valueOf(RatisBytes.toRatis(command)))
                        .setType(RaftClientRequest.writeRequestType(ReplicationLevel.MAJORITY))
                        .build())
                .get(30, TimeUnit.SECONDS);
    }

    /** How far the log was flushed. */
    public long flushIndex() {
        return division().getRaftLog().getFlushIndex();
    }

    private RaftServer.Division division() {
        try {
            return server.getDivision(id);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void await(BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline || !server.getLifeCycleState().isRunning()) {
                throw new IOException("the server does not lead: " + server.getLifeCycleState());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private final class Machine extends BaseStateMachine {
        private final @Nullable SnapshotInfo snapshot;

        Machine(@Nullable TermIndex held) {
            snapshot = held == null ? null : new Held(held);
            if (held != null) {
                setLastAppliedTermIndex(held);
            }
        }

        @Override
        public void initialize(RaftServer raftServer, RaftGroupId groupId, RaftStorage storage) throws IOException {
            super.initialize(raftServer, groupId, storage);
            getLifeCycle().startAndTransition(() -> {});
        }

        @Override
        public @Nullable SnapshotInfo getLatestSnapshot() {
            return snapshot;
        }

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            LogEntryProto entry = java.util.Objects.requireNonNull(transaction.getLogEntry());
            applied.put(
                    entry.getIndex(),
                    entry.getStateMachineLogEntry().getLogData().toByteArray());
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(Message.EMPTY);
        }

        @Override
        public void close() {
            if (getLifeCycleState() != LifeCycle.State.CLOSED) {
                getLifeCycle().checkStateAndClose(() -> {});
            }
        }
    }

    private record Held(TermIndex at) implements SnapshotInfo {
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
