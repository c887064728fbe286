package io.weir.consensus.repair;

import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.partition.RaftView;
import io.weir.protocol.Command;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.TransactionStep;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one partition on a node, as everybody else sees it: a {@link Partition} while there is one, and the reason
 * while there is none. Partitions come and go as the replica is closed, repaired and opened; whoever serves them keeps this.
 *
 * <p>Any thread; only the replica's keeper moves it.
 */
public final class Replica {
    private record Life(
            ReplicaState state, String reason, @Nullable Partition partition) {}

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final String node;
    private final int number;
    private volatile Life life = new Life(ReplicaState.STARTING, "the node is starting", null);

    /** @param node names the node in the log */
    public Replica(String node, int number) {
        this.node = node;
        this.number = number;
    }

    /** Which partition. */
    public int number() {
        return number;
    }

    public ReplicaState state() {
        return life.state();
    }

    /** Why the replica is in its state; empty while it is running. */
    public String reason() {
        return life.reason();
    }

    /** The partition of now, or null. */
    public @Nullable Partition partition() {
        return life.partition();
    }

    /**
     * Changes the state.
     *
     * @throws IllegalStateException if the move is not in the table
     */
    synchronized void move(ReplicaState next, String reason, @Nullable Partition partition) {
        Life before = life;
        if (!before.state().mayBecome(next)) {
            throw new IllegalStateException(
                    "partition " + number + " cannot go from " + before.state() + " to " + next + ": " + reason);
        }
        life = new Life(next, reason, partition);
        notifyAll();
        if (before.state() != next || !before.reason().equals(reason)) {
            if (next == ReplicaState.RUNNING) {
                LOG.info("{}: partition {} is running", node, number);
            } else {
                LOG.warn("{}: partition {} is {}: {}", node, number, next, reason);
            }
        }
    }

    /** Waits until the first look at the replica's files has led to something. */
    synchronized void awaitBegun() throws InterruptedException {
        while (life.state() == ReplicaState.STARTING) {
            wait();
        }
    }

    /** Waits until the replica is running. */
    synchronized void awaitRunning() throws InterruptedException {
        while (life.state() != ReplicaState.RUNNING) {
            wait();
        }
    }

    /** Fails a replica that has not begun. */
    synchronized void failFirst(String reason) {
        if (life.state() == ReplicaState.STARTING) {
            move(ReplicaState.FAILED, reason, null);
        }
    }

    /** See {@link io.weir.client.spi.NodeChannel#submit}; the command has been checked. */
    public CompletableFuture<Outcome> submit(Command command, long timeoutMs) {
        Life now = life;
        Partition partition = now.partition();
        return partition == null
                ? Failures.failed(Failures.notReady(unready(now)))
                : partition.submit(command, timeoutMs);
    }

    /** See {@link Partition#propose}. */
    public CompletableFuture<Outcome> propose(TransactionStep step, boolean holdsNothing, long timeoutMs) {
        Life now = life;
        Partition partition = now.partition();
        return partition == null
                ? Failures.failed(Failures.notReady(unready(now)))
                : partition.propose(step, holdsNothing, timeoutMs);
    }

    /** See {@link io.weir.client.spi.NodeChannel#query}. */
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        Life now = life;
        Partition partition = now.partition();
        return partition == null ? Failures.failed(Failures.notReady(unready(now))) : partition.query(request);
    }

    /** Ends commands past their deadlines; to be called every few dozen milliseconds. */
    public void expire(long nowNanos) {
        Partition partition = life.partition();
        if (partition != null) {
            partition.expire(nowNanos);
        }
    }

    /** Whether this node leads the partition. */
    public boolean leads() {
        Partition partition = life.partition();
        return partition != null && partition.leads();
    }

    /** Node id of the leader, empty if not known. */
    public String leader() {
        Partition partition = life.partition();
        return partition == null ? "" : partition.leader();
    }

    /** Log time applied so far, in milliseconds since the epoch; 0 while there is no store. */
    public long logTimeMs() {
        Partition partition = life.partition();
        return partition == null ? 0 : partition.logTimeMs();
    }

    /** Why the partition cannot serve, or null if it can. */
    public @Nullable String unreadyReason() {
        Life now = life;
        Partition partition = now.partition();
        return now.state() == ReplicaState.RUNNING && partition != null ? partition.unreadyReason() : unready(now);
    }

    public PartitionStatus status() {
        Life now = life;
        Partition partition = now.partition();
        PartitionStatus.Builder status = partition == null
                ? PartitionStatus.newBuilder().setPartition(number).setRole(RaftView.Role.CLOSED.name())
                : partition.status().toBuilder();
        status.setState(now.state().name());
        if (now.state() != ReplicaState.RUNNING) {
            status.setReady(false).setReason(unready(now));
        }
        return status.build();
    }

    private static String unready(Life life) {
        return life.state() + ": " + life.reason();
    }
}
