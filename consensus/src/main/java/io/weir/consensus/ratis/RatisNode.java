package io.weir.consensus.ratis;

import io.weir.consensus.guard.Durable;
import io.weir.consensus.guard.LogGuard;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.RaftEvents;
import io.weir.consensus.partition.RaftPort;
import io.weir.consensus.repair.LogCut;
import io.weir.consensus.repair.RaftGroups;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft server of a node: one Ratis server, one peer id, one port, a group per partition that is running. The group ids
 * follow from the cluster's id, so that nodes need not agree on them.
 */
public final class RatisNode implements RaftGroups, AutoCloseable {
    /**
     * What the server must be told.
     *
     * @param clusterId names the groups
     * @param nodeId which of the peers this node is
     * @param peerAddresses node id to {@code host:port}, of all members in their order
     * @param bindHost a loopback address
     * @param bindPort 0 for any, if this node has no peers
     * @param partitions how many groups
     * @param directory where Ratis keeps its files
     * @param segmentBytes size of a file of the log, 0 for one that suits the heap
     * @param keptLogBytes how much of each log stays behind a checkpoint
     */
    public record Settings(
            String clusterId,
            String nodeId,
            Map<String, String> peerAddresses,
            String bindHost,
            int bindPort,
            int partitions,
            Path directory,
            long segmentBytes,
            long keptLogBytes) {}

    /** After this long without a leader every node stands for election, in milliseconds. */
    public static final long MAX_ELECTION_MS = RatisSettings.ELECTION_MAX_MS;

    private static final long GROUP_TIMEOUT_MS = 60_000;
    private static final Logger LOG = LoggerFactory.getLogger(RatisNode.class);

    private final Settings settings;
    private final RaftPeerId self;
    private final ClientId client = ClientId.randomId();
    private final RatisMembership membership;
    private final GroupChanges changes;
    /** What the registry gives a group that is being started; see {@link #start(int, RaftPort, RaftEvents, LogCut, boolean)}. */
    private final Map<RaftGroupId, RatisStateMachine> starting = new ConcurrentHashMap<>();

    private final Map<Integer, RatisGroup> running = new ConcurrentHashMap<>();
    private volatile @Nullable RaftServer server;

    public RatisNode(Settings settings) {
        this.settings = settings;
        this.self = RaftPeerId.valueOf(settings.nodeId());
        this.membership = new RatisMembership(self);
        this.changes = new GroupChanges(self, client, GROUP_TIMEOUT_MS);
    }

    @Override
    public Path directory(int partition) {
        return settings.directory().resolve(groupId(partition).getUuid().toString());
    }

    @Override
    public RaftPort newPort(int partition) {
        return new RatisGroup(self, groupId(partition), client);
    }

    /** Starts the server, without any group. The port must be free: Ratis ends the process if it cannot bind. */
    public void start() throws IOException {
        ExitUtils.disableSystemExit();
        RaftProperties properties = RatisSettings.of(
                settings.directory(),
                settings.bindHost(),
                settings.bindPort(),
                settings.segmentBytes() == 0
                        ? RatisSettings.segmentBytes(settings.partitions())
                        : settings.segmentBytes(),
                settings.peerAddresses().size() == 1);
        // Ratis starts every group that it finds when it is built, all of them or none, with members that it does
        // not know. It asks for the directory again whenever a group is added: so it finds none, and is then told.
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(settings.directory().resolve("none").toFile()));
        RaftServer started = RaftServer.newBuilder()
                .setServerId(self)
                .setStateMachineRegistry(
                        id -> Objects.requireNonNull(starting.get(id), () -> "nobody started group " + id))
                .setProperties(properties)
                .build();
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(settings.directory().toFile()));
        server = started;
        started.start();
    }

    @Override
    public void start(int partition, RaftPort port, RaftEvents events, LogCut logCut, boolean isMember)
            throws IOException {
        RaftServer started = server();
        RaftGroupId id = groupId(partition);
        changes.requireGone(id);
        LogSync.sync(directory(partition));
        RatisStateMachine machine = new RatisStateMachine(
                events, logCut, client, new LogRetention(settings.keptLogBytes(), RatisSettings.MAX_KEPT_ENTRIES));
        starting.put(id, machine);
        RaftGroup group = isMember ? group(partition) : RaftGroup.valueOf(id);
        RatisGroup opened = (RatisGroup) port;
        try {
            changes.add(started, group, () -> opened(started, id, opened, machine), machine::release);
        } finally {
            starting.remove(id);
        }
        running.put(partition, opened);
    }

    private void opened(RaftServer started, RaftGroupId id, RatisGroup port, RatisStateMachine machine)
            throws IOException {
        // Ratis forces what it writes into the directory, not the name of the directory.
        Durable.forceDirectory(settings.directory());
        RaftServer.Division division = started.getDivision(id);
        LogCache.takeOver(division.getRaftLog());
        machine.started(division.getRaftLog());
        port.open(started, division);
    }

    @Override
    public long stop(int partition) throws IOException {
        RatisGroup stopped = running.remove(partition);
        if (stopped != null) {
            stopped.end();
            changes.remove(server(), groupId(partition));
        }
        return changes.awaitEnd(groupId(partition));
    }

    @Override
    public long flushedIndex(int partition) {
        RaftLog log = log(partition);
        return log == null ? -1 : log.getFlushIndex();
    }

    @Override
    public void trimCache(int partition) {
        RaftLog log = log(partition);
        if (log != null) {
            LogCache.trim(log);
        }
    }

    @Override
    public boolean isStranded(int partition) {
        RatisGroup group = running.get(partition);
        return group != null && group.isStranded();
    }

    /** Null if the group is not running. */
    @Nullable
    RaftLog log(int partition) {
        RatisGroup group = running.get(partition);
        return group == null ? null : group.log();
    }

    @Override
    public CompletableFuture<Void> change(int partition, String member, boolean isMember, long timeoutMs) {
        try {
            return membership.change(server(), group(partition), member, isMember, timeoutMs);
        } catch (IOException e) {
            return Failures.failed(RatisFailures.of(e));
        }
    }

    @Override
    public CompletableFuture<Void> stepDown(int partition, long timeoutMs) {
        try {
            return membership.stepDown(server(), groupId(partition), timeoutMs);
        } catch (IOException e) {
            return Failures.failed(RatisFailures.of(e));
        }
    }

    private RaftServer server() throws IOException {
        RaftServer started = server;
        if (started == null) {
            throw new AlreadyClosedException(self + " is not running");
        }
        return started;
    }

    /** Leaders are spread over the members: each partition prefers another one. */
    private RaftGroup group(int partition) {
        List<RaftPeer> peers = new ArrayList<>();
        int preferred = partition % settings.peerAddresses().size();
        settings.peerAddresses()
                .forEach((id, address) -> peers.add(RaftPeer.newBuilder()
                        .setId(id)
                        .setAddress(address)
                        .setPriority(peers.size() == preferred ? 1 : 0)
                        .build()));
        return RaftGroup.valueOf(groupId(partition), peers);
    }

    private RaftGroupId groupId(int partition) {
        return RaftGroupId.valueOf(LogGuard.groupId(settings.clusterId(), partition));
    }

    /** Closes within the time, or leaves the rest to a daemon thread and says so. Idempotent. */
    public void close(long timeoutMs) throws InterruptedException {
        RaftServer started = server;
        if (started == null) {
            return;
        }
        server = null;
        Thread closer = new Thread(() -> closeServer(started), "weir-" + settings.nodeId() + "-close");
        closer.setDaemon(true);
        closer.start();
        closer.join(timeoutMs);
        if (closer.isAlive()) {
            LOG.warn("{}: Raft is still closing after {} ms", settings.nodeId(), timeoutMs);
        }
    }

    @Override
    public void close() {
        RaftServer started = server;
        server = null;
        if (started != null) {
            closeServer(started);
        }
    }

    private void closeServer(RaftServer started) {
        try {
            started.close();
        } catch (IOException e) {
            LOG.warn("{}: Raft did not close cleanly", settings.nodeId(), e);
        }
    }
}
