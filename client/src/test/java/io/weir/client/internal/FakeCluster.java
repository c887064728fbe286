package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.ClientConfig;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.client.spi.Transport;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Limits;
import io.weir.protocol.Member;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A cluster in memory that keeps every rule of the real one and breaks every promise that the real one does not make: leaders
 * change, requests and answers get lost, come late or twice, nodes hang or vanish. Everything happens on one thread, {@code
 * fake-cluster}; the choices come from a seed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what its thread runs cannot fail
final class FakeCluster implements Transport {
    final int nodes;
    final Random random;
    final List<FakePartition> partitions = new ArrayList<>();
    final int[] leaders;
    final Set<Integer> hung = new HashSet<>();
    final Set<Integer> down = new HashSet<>();
    /** Nodes whose addresses nodes of another cluster have taken: they describe themselves, and refuse the rest. */
    final Set<Integer> strangers = new HashSet<>();

    /** What all requests name. */
    String bound = "";

    String id = "fake";

    /** Partitions that refuse commands with an error of this code. */
    Error.Code refuseCommandsWith = Error.Code.UNSPECIFIED;

    double loseRequest;
    double loseAnswer;
    /** Commands vanish, and nobody hears that they have; likewise the answers to them. */
    boolean swallowRequests;

    boolean swallowAnswers;
    double duplicate;
    double throttle;
    /** One leader change per so many commands; 0: none. */
    int leaderChangeEvery;

    /** A mistake: what a node says of a stream alone leaves out what is committed, and not visible yet. */
    boolean headsMindNoLocks;

    /** No head is told before so many have been asked for. */
    int headsTogether;

    int maxDelayMicros;
    boolean giveHints = true;
    /** Replicas fall behind by up to so many events. */
    int maxLag;

    /** What the clocks of the nodes show. */
    long clockMs;

    final FakeTransactions transactions = new FakeTransactions(this);

    int sessionsOpened;
    /** Nodes that a request was sent to while they were down. */
    final Set<Integer> missed = new HashSet<>();

    boolean isClosed;
    /** Every query that has reached a node that answers it. */
    final List<QueryRequest> queries = new ArrayList<>();

    /** Every command that has reached a node. */
    final List<Command> received = new ArrayList<>();

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread worker = new Thread(task, "fake-cluster");
        worker.setDaemon(true);
        return worker;
    });

    FakeCluster(int nodes, int partitionCount, long seed) {
        this.nodes = nodes;
        this.random = new Random(seed);
        this.leaders = new int[partitionCount];
        for (int p = 0; p < partitionCount; p++) {
            partitions.add(new FakePartition());
            leaders[p] = p % nodes;
        }
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
    }

    RoutedEventStore store(ClientConfig config) {
        return new RoutedEventStore(this, members(), config);
    }

    List<Member> members() {
        List<Member> members = new ArrayList<>();
        for (int n = 0; n < nodes; n++) {
            members.add(Member.newBuilder()
                    .setId("n" + n)
                    .setClientAddress("fake:" + n)
                    .build());
        }
        return members;
    }

    @Override
    public synchronized NodeChannel open(Member member) {
        int index = Integer.parseInt(member.getClientAddress().substring("fake:".length()));
        return new FakeNode(this, index);
    }

    @Override
    public synchronized void bind(String clusterId) {
        bound = clusterId;
    }

    int partitionOf(ByteString stream) {
        return StreamName.of(stream).slot() % leaders.length;
    }

    ClusterDescription describe(int node) {
        ClusterDescription.Builder description = ClusterDescription.newBuilder()
                .setClusterId(strangers.contains(node) ? "other" : id)
                .setNodeId("n" + node)
                .addAllMembers(members());
        for (int slot = 0; slot < Limits.SLOTS; slot++) {
            description.addPartitionOfSlot(slot % leaders.length);
        }
        for (int leader : leaders) {
            description.addLeaders("n" + leader);
        }
        return description.build();
    }

    /** A stream name that lies in this partition. */
    static String streamIn(RoutedEventStore store, int partition, String prefix) {
        for (int i = 0; ; i++) {
            if (store.partitionOf(prefix + i) == partition) {
                return prefix + i;
            }
        }
    }

    /** How often the head of a stream was asked for. */
    long heads() {
        return queries.stream().filter(QueryRequest::hasGetStream).count();
    }

    // ---- time and order

    /** Of a session that is opened now. */
    long stampMs() {
        return transactions.logTimesMs.values().stream().reduce(clockMs, Math::max);
    }

    /** Runs on the cluster's thread, where alone its state may be touched; waits for it. */
    void change(Runnable change) {
        CompletableFuture.runAsync(change, thread).join();
    }

    <T> T look(Supplier<T> look) {
        return CompletableFuture.supplyAsync(look, thread).join();
    }

    /** Requests of one channel keep their order; false once the cluster has stopped. */
    boolean execute(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void later(long micros, Runnable task) {
        try {
            thread.schedule(task, micros, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** Answers after a random delay, so that answers overtake each other. */
    void answer(Runnable answer) {
        if (maxDelayMicros == 0) {
            answer.run();
        } else {
            later(random.nextInt(maxDelayMicros), answer);
        }
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    void maybeChangeLeader(int partition) {
        if (leaderChangeEvery > 0 && random.nextInt(leaderChangeEvery) == 0) {
            leaders[partition] = random.nextInt(nodes);
        }
    }

    NodeFailure notLeader(int partition, int node) {
        Error.Builder error = Error.newBuilder().setCode(Error.Code.NOT_LEADER).setMessage("n" + node + " follows");
        if (giveHints && !chance(0.2)) {
            error.setLeader("n" + leaders[partition]);
        }
        return new NodeFailure(error.build());
    }

    @Override
    public void close() {
        isClosed = true;
        thread.shutdownNow();
    }
}
