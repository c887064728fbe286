package io.weir.consensus;

import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.internal.RoutedEventStore;
import io.weir.client.spi.NodeChannel;
import io.weir.consensus.frontdoor.FrontDoor;
import io.weir.consensus.ratis.RatisNode;
import io.weir.consensus.repair.Caretaker;
import io.weir.consensus.repair.Incarnations;
import io.weir.consensus.repair.MemberDesk;
import io.weir.consensus.repair.PeerPort;
import io.weir.consensus.repair.Quarantine;
import io.weir.consensus.repair.RepairSetup;
import io.weir.consensus.repair.Replica;
import io.weir.consensus.repair.ReplicaState;
import io.weir.consensus.repair.Stores;
import io.weir.consensus.transfer.PartitionReplicas;
import io.weir.consensus.transfer.PeerService;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.LmdbReceiver;
import io.weir.logstore.lmdb.Settings;
import io.weir.logstore.pages.BackgroundVerification;
import io.weir.logstore.pages.Effort;
import io.weir.logstore.pages.StoreCheck;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: one replica of every partition, a Raft server, and, if its configuration names a client address, a front
 * door. It installs no shutdown hook and never ends the process; whoever starts it closes it.
 *
 * <p>Safe for any thread.
 */
public final class WeirNode implements AutoCloseable {
    private static final long RAFT_CLOSE_MS = 20_000;
    private static final long EXPIRY_PERIOD_MS = 20;
    private static final long CARE_PERIOD_MS = 100;
    private static final long FOLLOW_PERIOD_MS = 10;
    private static final long FORCE_PERIOD_MS = 1_000;
    private static final long CHECK_MS = 100;
    private static final long VERIFIED_BYTES_PER_SECOND = 32L << 20;
    private static final long READY_POLL_MS = 5;
    private static final Logger LOG = LoggerFactory.getLogger(WeirNode.class);

    private final NodeConfig config;
    private final List<Replica> partitions;
    private final LocalNodeChannel channel;
    private final Closing closing;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Object storeLock = new Object();
    private @Nullable EventStore store;

    private WeirNode(NodeConfig config, List<Replica> partitions, LocalNodeChannel channel, Closing closing) {
        this.config = config;
        this.partitions = partitions;
        this.channel = channel;
        this.closing = closing;
    }

    /**
     * Starts a node; returns when it takes part in Raft, which may be before there is a leader: see {@link #awaitReady}.
     *
     * @throws CannotOpen if that fails; everything is undone, and the message says how to go on
     */
    public static WeirNode start(NodeConfig config) {
        return start(config, WeirNode::defaultStore);
    }

    static LogStore defaultStore(Path directory, StoreIdentity identity) {
        return LmdbLogStore.open(directory, identity, Settings.defaults());
    }

    static WeirNode start(NodeConfig config, StoreOpener stores) {
        return start(config, stores, port -> port);
    }

    /** @param through may come between this node and the others */
    static WeirNode start(NodeConfig config, StoreOpener stores, UnaryOperator<PeerPort> through) {
        Closing closing = new Closing();
        try {
            NodeDirectory directory = NodeDirectory.lock(config.directory());
            closing.add("directory lock", directory::close);
            NodeAddresses addresses = NodeAddresses.check(config);
            directory.claim(found -> NodeIdentity.of(config));
            return start(config, addresses, directory, stores, through, closing);
        } catch (EventStoreException e) {
            closing.close();
            throw e;
        } catch (StoreException | IOException e) {
            closing.close();
            throw new CannotOpen("node " + config.nodeId() + " in " + config.directory() + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    /** Starts in a directory that is locked and claimed; what was started is in {@code closing}, also after a failure. */
    static WeirNode start(
            NodeConfig config,
            NodeAddresses addresses,
            NodeDirectory directory,
            StoreOpener stores,
            UnaryOperator<PeerPort> through,
            Closing closing)
            throws IOException {
        NodePeers peers = new NodePeers(config);
        NodeThreads threads = new NodeThreads(config, System::currentTimeMillis, peers.digests(), peers.copies());
        closing.add("threads", threads::close);
        RatisNode raft = new RatisNode(new RatisNode.Settings(
                config.clusterId(),
                config.nodeId(),
                addresses.peers(),
                addresses.peer().host(),
                addresses.peer().port(),
                config.partitions(),
                directory.raft(),
                config.storage().segmentBytes(),
                config.storage().keptLogBytes()));
        BackgroundVerification verification = new BackgroundVerification(VERIFIED_BYTES_PER_SECOND);
        closing.add("verification", verification::close);
        Quarantine quarantine = new Quarantine(directory.path());
        Placement placement = new Placement(config.partitions());
        List<Replica> replicas = IntStream.range(0, config.partitions())
                .mapToObj(number -> new Replica(config.nodeId(), number))
                .toList();
        NodeTransactions transactions =
                new NodeTransactions(config, replicas, peers.steps(), threads.timer(), System::currentTimeMillis);
        Incarnations incarnations =
                Incarnations.open(directory.path(), config.members().size() == 1);
        Caretaker caretaker = new Caretaker(
                new RepairSetup(
                        config.nodeId(),
                        others(config),
                        directory.path(),
                        raft,
                        stores(config, directory, stores),
                        verification,
                        config.storage().verifyInterval().toMillis(),
                        quarantine,
                        through.apply(peers.port()),
                        incarnations,
                        threads.setup(transactions::ask),
                        RatisNode.MAX_ELECTION_MS),
                replicas);
        closing.add("stores", caretaker::closeStores);
        closing.add("Raft", () -> raft.close(RAFT_CLOSE_MS));
        closing.add("replicas", caretaker::stop);
        LocalNodeChannel channel =
                new LocalNodeChannel(config, replicas, transactions, quarantine, System::currentTimeMillis);
        closing.add("channel", channel::end);
        closing.add("peers", peers::close);
        awaitForgottenElections(config, directory);
        raft.start();
        threads.every(
                EXPIRY_PERIOD_MS,
                replicas.stream()
                        .<Runnable>map(replica -> () -> replica.expire(System.nanoTime()))
                        .toList());
        threads.every(EXPIRY_PERIOD_MS, caretaker::watch);
        threads.every(CARE_PERIOD_MS, transactions.looks());
        threads.every(FOLLOW_PERIOD_MS, caretaker::follow);
        threads.every(FORCE_PERIOD_MS, caretaker::force);
        String clientAddress = config.listensAt().clientAddress();
        if (clientAddress != null) {
            PeerService service = peers.service(
                    new MemberDesk(raft, incarnations),
                    new PartitionReplicas(
                            config.partitions(), number -> replicas.get(number).partition(), placement::requireHere));
            FrontDoor door = FrontDoor.start(config.clusterId(), channel, List.of(service), clientAddress);
            closing.add("front door", door::close);
            closing.add("copies", service::close);
        }
        start(caretaker, replicas);
        return new WeirNode(config, replicas, channel, closing);
    }

    /** What only a human can decide is told to the human at once. */
    private static void start(Caretaker caretaker, List<Replica> replicas) {
        try {
            caretaker.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotOpen("interrupted while the node was starting", e);
        }
        for (Replica replica : replicas) {
            if (replica.state() == ReplicaState.FAILED) {
                throw new CannotOpen("partition " + replica.number() + ": " + replica.reason(), null);
            }
        }
    }

    private static List<String> others(NodeConfig config) {
        return config.members().stream()
                .map(MemberConfig::id)
                .filter(id -> !id.equals(config.nodeId()))
                .toList();
    }

    private static Stores stores(NodeConfig config, NodeDirectory directory, StoreOpener opener) {
        return new Stores() {
            @Override
            public Path directory(int partition) {
                return directory.store(partition);
            }

            @Override
            public void check(int partition, boolean all) {
                if (!Files.isDirectory(directory(partition))) {
                    return; // will be created
                }
                if (all) {
                    StoreCheck.full(directory(partition), Effort.full());
                } else {
                    StoreCheck.beforeOpen(directory(partition), CHECK_MS);
                }
            }

            @Override
            public PartitionState receive(int partition, Consumer<StoreReceiver> pull) {
                StoreIdentity identity = new StoreIdentity(config.clusterId(), partition);
                try (LmdbReceiver receiver =
                        LmdbLogStore.receive(directory(partition), identity, Settings.defaults())) {
                    pull.accept(receiver);
                    PartitionState state = receiver.finish();
                    receiver.activate();
                    return state;
                }
            }

            @Override
            public LogStore open(int partition) {
                return opener.open(directory(partition), new StoreIdentity(config.clusterId(), partition));
            }
        };
    }

    /** See {@link BootMark}; an only member votes for itself, whatever it has forgotten. */
    private static void awaitForgottenElections(NodeConfig config, NodeDirectory directory) throws IOException {
        boolean isUsed = Files.exists(directory.raft());
        // Before the mark, which forces its directory: Ratis forces what is in its own, not the name of it.
        Files.createDirectories(directory.raft());
        if (!BootMark.renew(directory.path(), BootMark.current(), isUsed)
                || config.members().size() == 1) {
            return;
        }
        LOG.info(
                "node {}: the machine has been started anew; silent for {} ms, a vote may have been lost",
                config.nodeId(),
                2 * RatisNode.MAX_ELECTION_MS);
        try {
            Thread.sleep(2 * RatisNode.MAX_ELECTION_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotOpen("interrupted while starting node " + config.nodeId(), e);
        }
    }

    public NodeConfig config() {
        return config;
    }

    /** The place of a partition on this node. */
    Replica replica(int number) {
        return partitions.get(number);
    }

    /** The direct way into this node; closing it does nothing. */
    public NodeChannel channel() {
        return channel;
    }

    /**
     * A store that reaches the partitions led by this node without a network, and the others through their front doors. One
     * for all callers; closed with the node.
     *
     * @throws EventStoreException.Closed if the node is closed
     */
    public EventStore store() {
        synchronized (storeLock) {
            if (closed.get()) {
                throw new EventStoreException.Closed("node " + config.nodeId() + " is closed");
            }
            if (store == null) {
                EventStore routed = new RoutedEventStore(
                        new NodeTransport(config, channel),
                        List.of(Member.newBuilder().setId(config.nodeId()).build()),
                        ClientConfig.DEFAULT);
                closing.add("the node's own store", routed::close);
                store = routed;
            }
            return store;
        }
    }

    /**
     * What this node knows of itself.
     *
     * @throws EventStoreException.Closed if the node is closed
     */
    public NodeStatus status() {
        if (closed.get()) {
            throw new EventStoreException.Closed("node " + config.nodeId() + " is closed");
        }
        return channel.status();
    }

    /** This node's replica of a partition, to be read in place. */
    public LocalPartition partition(int number) {
        if (number < 0 || number >= partitions.size()) {
            throw new EventStoreException.InvalidRequest(
                    "partition " + number + " does not exist; there are " + partitions.size() + ", from 0");
        }
        return new LocalPartition(partitions.get(number));
    }

    /**
     * Waits until every partition can serve: it knows its leader and has applied what was committed when it learned of it.
     *
     * @throws EventStoreException.Unavailable if that takes longer; the message says what is missing
     */
    public void awaitReady(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (String reason = unreadyReason(); reason != null; reason = unreadyReason()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new EventStoreException.Unavailable(
                        "node " + config.nodeId() + " is not ready after " + timeout.toMillis() + " ms: " + reason,
                        null);
            }
            try {
                Thread.sleep(READY_POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EventStoreException.Unavailable("interrupted while waiting: " + reason, e);
            }
        }
    }

    private @Nullable String unreadyReason() {
        for (int number = 0; number < partitions.size(); number++) {
            String reason = partitions.get(number).unreadyReason();
            if (reason != null) {
                return "partition " + number + ": " + reason;
            }
        }
        return null;
    }

    /**
     * Ends what is under way, truthfully, and closes everything in order: front door, proposals, appliers, Raft, stores,
     * directory. Bounded in time; idempotent.
     */
    @Override
    public void close() {
        synchronized (storeLock) {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
        }
        closing.close();
    }
}
