package io.weir.consensus.ratis;

import io.weir.consensus.partition.RaftEvents;
import io.weir.consensus.partition.RaftPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft server of a node: one Ratis server, one peer id, one port, a group per partition. The group ids follow from the
 * cluster's id, so that nodes need not agree on them.
 */
public final class RatisNode implements AutoCloseable {
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

    private static final long GROUP_START_TIMEOUT_MS = 60_000;
    private static final Logger LOG = LoggerFactory.getLogger(RatisNode.class);

    private final Settings settings;
    private final RaftPeerId self;
    private final ClientId client = ClientId.randomId();
    private final List<RatisGroup> groups = new ArrayList<>();
    private @Nullable RaftServer server;

    public RatisNode(Settings settings) {
        this.settings = settings;
        this.self = RaftPeerId.valueOf(settings.nodeId());
        for (int partition = 0; partition < settings.partitions(); partition++) {
            groups.add(new RatisGroup(self, groupId(settings.clusterId(), partition), client));
        }
    }

    /** The port to one partition; it answers that it is not ready until {@link #start} has returned. */
    public RaftPort port(int partition) {
        return groups.get(partition);
    }

    /**
     * Starts the server with all groups. The port must be free: Ratis ends the process if it cannot bind.
     *
     * @param events one for each partition, called from now on
     */
    public void start(List<RaftEvents> events) throws IOException {
        ExitUtils.disableSystemExit();
        LogSync.sync(settings.directory());
        Map<RaftGroupId, RaftEvents> byGroup = new HashMap<>();
        for (int partition = 0; partition < groups.size(); partition++) {
            byGroup.put(groups.get(partition).group(), events.get(partition));
        }
        RaftServer started = RaftServer.newBuilder()
                .setServerId(self)
                .setGroup(group(0))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setStateMachineRegistry(id -> new RatisStateMachine(
                        Objects.requireNonNull(byGroup.get(id), () -> "a foreign group on disk: " + id),
                        client,
                        new LogRetention(settings.keptLogBytes(), RatisSettings.MAX_KEPT_ENTRIES)))
                .setProperties(RatisSettings.of(
                        settings.directory(),
                        settings.bindHost(),
                        settings.bindPort(),
                        settings.segmentBytes() == 0
                                ? RatisSettings.segmentBytes(settings.partitions())
                                : settings.segmentBytes(),
                        settings.peerAddresses().size() == 1))
                .build();
        server = started;
        started.start();
        for (int partition = 1; partition < groups.size(); partition++) {
            addGroup(started, partition);
        }
        groups.forEach(group -> group.open(started));
    }

    /** Groups but the first are found on disk at a restart, and are added by hand otherwise. */
    private void addGroup(RaftServer started, int partition) throws IOException {
        RaftGroupId id = groups.get(partition).group();
        boolean found = false;
        for (RaftGroupId known : started.getGroupIds()) {
            found |= known.equals(id);
        }
        if (found) {
            if (!started.getDivision(id).getGroup().getPeers().isEmpty()) {
                return;
            }
            // Stopped before its first election: the members are not on disk yet, and nobody would ever tell them.
            manage(started, GroupManagementRequest.newRemove(client, self, partition, id, false, false));
        }
        manage(started, GroupManagementRequest.newAdd(client, self, partition, group(partition), false));
    }

    private static void manage(RaftServer started, GroupManagementRequest request) throws IOException {
        try {
            RaftClientReply reply =
                    started.groupManagementAsync(request).get(GROUP_START_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            if (!reply.isSuccess()) {
                throw new IOException("cannot start a Raft group", reply.getException());
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot start a Raft group: " + request, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting a Raft group", e);
        }
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
        return RaftGroup.valueOf(groups.get(partition).group(), peers);
    }

    private static RaftGroupId groupId(String clusterId, int partition) {
        return RaftGroupId.valueOf(
                UUID.nameUUIDFromBytes(("weir/" + clusterId + "/" + partition).getBytes(StandardCharsets.UTF_8)));
    }

    /** Closes within the time, or leaves the rest to a daemon thread and says so. Idempotent. */
    public void close(long timeoutMs) throws InterruptedException {
        RaftServer running = server;
        if (running == null) {
            return;
        }
        server = null;
        Thread closer = new Thread(() -> closeServer(running), "weir-" + settings.nodeId() + "-close");
        closer.setDaemon(true);
        closer.start();
        closer.join(timeoutMs);
        if (closer.isAlive()) {
            LOG.warn("{}: Raft is still closing after {} ms", settings.nodeId(), timeoutMs);
        }
    }

    @Override
    public void close() {
        RaftServer running = server;
        server = null;
        if (running != null) {
            closeServer(running);
        }
    }

    private void closeServer(RaftServer running) {
        try {
            running.close();
        } catch (IOException e) {
            LOG.warn("{}: Raft did not close cleanly", settings.nodeId(), e);
        }
    }
}
