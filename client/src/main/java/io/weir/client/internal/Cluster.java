package io.weir.client.internal;

import io.weir.client.EventStoreException;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.Transport;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.ClusterId;
import io.weir.protocol.Limits;
import io.weir.protocol.Member;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The map of a cluster: its members with a channel to each, the partition of every slot, and who was last known to lead which
 * partition. Safe for any thread; only {@link #connect} blocks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long DESCRIBE_MS = 2_000;
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What one description says, with the channels that go with it. */
    private record View(ClusterDescription description, int partitions, List<String> ids, List<NodeChannel> channels) {}

    private final Transport transport;
    private final Threads threads;
    private final Map<String, NodeChannel> channels = new LinkedHashMap<>(); // by address, else by id; guarded by this
    private final List<NodeChannel> seeds;
    private final AtomicLong refreshedAt = new AtomicLong(System.nanoTime());
    private volatile @Nullable View view;
    private volatile boolean closed;
    private volatile AtomicReferenceArray<@Nullable NodeChannel> leaders = new AtomicReferenceArray<>(0);

    Cluster(Transport transport, List<Member> seeds, Threads threads) {
        this.transport = transport;
        this.threads = threads;
        this.seeds = seeds.stream().map(this::open).toList();
    }

    /**
     * Learns the members from whichever seed answers first, asking again until one does.
     *
     * @throws EventStoreException.Unavailable naming the seeds, if none has answered in time
     */
    void connect(long timeoutMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        Attempts attempts = new Attempts();
        for (int round = 1; view == null; round++) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMs <= 0 || !askSeeds(attempts, Math.min(leftMs, DESCRIBE_MS))) {
                throw new EventStoreException.Unavailable(
                        "no node described the cluster within " + timeoutMs + " ms; " + attempts
                                + "; check the addresses, and that the nodes run",
                        null);
            }
            if (view == null) {
                long pause = Math.min(Threads.backoffNanos(round), Math.max(deadline - System.nanoTime(), 1));
                CountDownLatch never = new CountDownLatch(1);
                await(never, pause);
            }
        }
    }

    /** One round: all seeds at once, until one answers or all have failed. False if the caller was interrupted. */
    private boolean askSeeds(Attempts attempts, long timeoutMs) {
        CountDownLatch done = new CountDownLatch(seeds.size());
        for (NodeChannel seed : seeds) {
            synchronized (attempts) {
                attempts.tried(seed.endpoint());
            }
            seed.describe(timeoutMs).whenComplete((description, failure) -> {
                String problem = failure == null ? adopt(seed, description) : String.valueOf(failure.getMessage());
                if (problem == null) {
                    for (int i = 0; i < seeds.size(); i++) {
                        done.countDown();
                    }
                } else {
                    synchronized (attempts) {
                        attempts.failed(seed.endpoint(), problem);
                    }
                    done.countDown();
                }
            });
        }
        return await(done, TimeUnit.MILLISECONDS.toNanos(timeoutMs + 100));
    }

    private static boolean await(CountDownLatch latch, long nanos) {
        try {
            boolean ignored = latch.await(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What is wrong with a description, whoever it is of; null if nothing is. */
    private static @Nullable String problem(ClusterDescription description) {
        int partitions = partitionsOf(description);
        if (partitions == 0 || description.getMembersCount() == 0) {
            return "it describes " + description.getMembersCount() + " members and " + partitions + " partitions";
        }
        if (description.getPartitionOfSlotCount() != Limits.SLOTS
                || description.getPartitionOfSlotList().stream().anyMatch(p -> p < 0)) {
            return "its slot map is not a map of " + Limits.SLOTS + " slots to " + partitions + " partitions";
        }
        return ClusterId.problem(description.getClusterId());
    }

    /** Takes over a description; says what is wrong with it, or null. The first tells of which cluster all must be. */
    private @Nullable String adopt(NodeChannel from, ClusterDescription description) {
        String problem = problem(description);
        if (problem != null) {
            return problem;
        }
        int partitions = partitionsOf(description);
        String cluster = description.getClusterId();
        synchronized (this) {
            View before = view;
            if (before == null) {
                transport.bind(cluster);
            } else if (!before.description.getClusterId().equals(cluster)) {
                String other = ClusterId.otherCluster(cluster, before.description.getClusterId());
                LOG.warn("{} is not used: {}", from.endpoint(), other);
                return other;
            }
            if (closed) {
                return "this store is closed";
            }
            List<String> ids =
                    description.getMembersList().stream().map(Member::getId).toList();
            List<NodeChannel> opened =
                    description.getMembersList().stream().map(this::open).toList();
            if (leaders.length() != partitions) {
                leaders = new AtomicReferenceArray<>(partitions);
            }
            view = new View(description, partitions, ids, opened);
        }
        for (int p = 0; p < description.getLeadersCount(); p++) {
            NodeChannel leader = member(description.getLeaders(p));
            if (leader != null && leaders.get(p) == null) {
                leaders.set(p, leader);
            }
        }
        return null;
    }

    private synchronized NodeChannel open(Member member) {
        String key = member.getClientAddress().isEmpty() ? member.getId() : member.getClientAddress();
        return channels.computeIfAbsent(key, absent -> transport.open(member));
    }

    private View view() {
        View known = view;
        if (known == null) {
            throw new IllegalStateException("used before connect");
        }
        return known;
    }

    ClusterDescription description() {
        return view().description;
    }

    int partitions() {
        return view().partitions;
    }

    /** A partition may own no slot, and a node may know no leaders. */
    private static int partitionsOf(ClusterDescription description) {
        int bySlots = description.getPartitionOfSlotList().stream()
                .mapToInt(partition -> partition + 1)
                .max()
                .orElse(0);
        return Math.max(bySlots, description.getLeadersCount());
    }

    int partitionOf(StreamName stream) {
        return view().description.getPartitionOfSlot(stream.slot());
    }

    /** All members, in the order of the description. */
    List<NodeChannel> members() {
        return view().channels;
    }

    /** The member with this node id, or null if no description names it. */
    @Nullable
    NodeChannel member(String nodeId) {
        View known = view();
        int index = known.ids.indexOf(nodeId);
        return index < 0 ? null : known.channels.get(index);
    }

    /** The member after this one, going round. */
    NodeChannel after(@Nullable NodeChannel channel) {
        List<NodeChannel> members = members();
        int index = channel == null ? -1 : members.indexOf(channel);
        return members.get((index + 1) % members.size());
    }

    /** Who was last known to lead a partition, or null. */
    @Nullable
    NodeChannel leader(int partition) {
        return leaders.get(partition);
    }

    /** Records what was learned of a partition's leader; null: it is not the one known so far. */
    void leader(int partition, @Nullable NodeChannel leader) {
        leaders.set(partition, leader);
    }

    /** The replica to read from when any will do: this process, else the leader, else the first. */
    NodeChannel replica(int partition) {
        for (NodeChannel member : members()) {
            if (member.endpoint().equals("in-process")) {
                return member;
            }
        }
        NodeChannel leader = leader(partition);
        return leader == null ? members().get(0) : leader;
    }

    /** Asks the next member for a new description, at most once a second: addresses may have changed. */
    void refreshSoon(NodeChannel failed) {
        long last = refreshedAt.get();
        long now = System.nanoTime();
        if (now - last > REFRESH_NANOS && refreshedAt.compareAndSet(last, now)) {
            NodeChannel next = after(failed);
            next.describe(DESCRIBE_MS)
                    .whenCompleteAsync(
                            (description, failure) -> {
                                if (failure == null) {
                                    adopt(next, description);
                                }
                            },
                            threads.io());
        }
    }

    /** A fresh description, from the first member that gives one. */
    CompletableFuture<ClusterDescription> describe(long timeoutMs) {
        CompletableFuture<ClusterDescription> result = new CompletableFuture<>();
        describe(new ArrayList<>(members()), new Attempts(), System.nanoTime(), timeoutMs, result);
        return result;
    }

    private void describe(
            List<NodeChannel> left,
            Attempts attempts,
            long startNanos,
            long timeoutMs,
            CompletableFuture<ClusterDescription> result) {
        long leftMs = timeoutMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        if (left.isEmpty() || leftMs <= 0) {
            threads.callbacks()
                    .execute(() -> result.completeExceptionally(new EventStoreException.Unavailable(
                            "no node described the cluster; " + attempts + "; check that the nodes run", null)));
            return;
        }
        NodeChannel channel = left.remove(0);
        attempts.tried(channel.endpoint());
        long attemptMs = left.isEmpty() ? leftMs : Math.min(DESCRIBE_MS, leftMs);
        channel.describe(attemptMs)
                .whenCompleteAsync(
                        (description, failure) -> {
                            String problem = failure == null ? adopt(channel, description) : failure.getMessage();
                            if (problem == null) {
                                threads.callbacks().execute(() -> result.complete(description));
                            } else {
                                attempts.failed(channel.endpoint(), problem);
                                describe(left, attempts, startNanos, timeoutMs, result);
                            }
                        },
                        threads.io());
    }

    /** Closes the channels, then what they share. */
    @Override
    public void close() {
        List<NodeChannel> open;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(channels.values());
            channels.clear();
        }
        open.forEach(NodeChannel::close);
        transport.close();
    }
}
