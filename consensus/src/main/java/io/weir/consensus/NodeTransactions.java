package io.weir.consensus;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.repair.Replica;
import io.weir.consensus.transaction.CarePort;
import io.weir.consensus.transaction.CareTimes;
import io.weir.consensus.transaction.LockedRead;
import io.weir.consensus.transaction.StepPort;
import io.weir.consensus.transaction.TransactionCare;
import io.weir.consensus.transaction.TransactionDriver;
import io.weir.consensus.transfer.GrpcPeers;
import io.weir.protocol.Command;
import io.weir.protocol.GetTransaction;
import io.weir.protocol.Outcome;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.RequestId;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.TransactionKeys;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node does for transactions over several partitions: it drives those that its clients send, finishes those that
 * others have left in the partitions that it leads, and asks their homes for reads.
 */
final class NodeTransactions {
    private final String nodeId;
    private final Placement placement;
    private final List<Replica> replicas;
    private final GrpcPeers peers;
    private final ScheduledExecutorService timer;
    private final LongSupplier clockMs;
    private final LeaderCalls leaders;
    private final TransactionDriver driver;
    private final List<TransactionCare> cares;

    NodeTransactions(
            NodeConfig config,
            List<Replica> replicas,
            GrpcPeers peers,
            ScheduledExecutorService timer,
            LongSupplier clockMs) {
        this.nodeId = config.nodeId();
        this.placement = new Placement(config.partitions());
        this.replicas = replicas;
        this.peers = peers;
        this.timer = timer;
        this.clockMs = clockMs;
        this.leaders = new LeaderCalls(
                config.members().stream().map(MemberConfig::id).toList(),
                partition -> replicas.get(partition).leader(),
                timer);
        StepPort steps = new Steps();
        this.driver = new TransactionDriver(steps, placement::partitionOf);
        this.cares = replicas.stream()
                .map(replica -> new TransactionCare(new Care(replica), driver, steps, CareTimes.DEFAULTS))
                .toList();
    }

    /** Drives a transaction that a client has sent to its home, or tells what became of it if it is empty. */
    CompletableFuture<Outcome> commit(int home, Command command, long timeoutMs) {
        if (!replicas.get(home).leads()) {
            return Failures.failed(Failures.notLeader(replicas.get(home).leader()));
        }
        RequestId request = command.getRequestId();
        TransactionId id = TransactionId.newBuilder()
                .setSessionHigh(request.getSessionHigh())
                .setSessionLow(request.getSessionLow())
                .setSequence(request.getSequence())
                .setHome(home)
                .setExpiryMs(command.getDistributed().getExpiryMs())
                .build();
        return driver.commit(id, command.getLowWaterMark(), command.getDistributed(), timeoutMs);
    }

    /** Finish, each for one partition, what others have left; to be run every hundred milliseconds or so. */
    List<Runnable> looks() {
        return cares.stream().<Runnable>map(care -> care::look).toList();
    }

    /** How many transactions of a partition this node has begun to recover. */
    long recoveries(int partition) {
        return cares.get(partition).recoveries();
    }

    /** Asks the home of a transaction; see {@link LockedRead.Home}. */
    CompletableFuture<TransactionInfo> ask(TransactionId id, long timeoutMs) {
        QueryRequest.Builder request = QueryRequest.newBuilder()
                .setPartition(id.getHome())
                .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.LINEARIZABLE))
                .setGetTransaction(GetTransaction.newBuilder().setId(id));
        return leaders.call(id.getHome(), timeoutMs, (member, attemptMs) -> {
                    QueryRequest timed = request.clone()
                            .setTimeoutMs(Math.toIntExact(attemptMs))
                            .build();
                    return member.equals(nodeId)
                            ? replicas.get(id.getHome()).query(timed)
                            : peers.query(member, timed, attemptMs);
                })
                .thenApply(QueryResponse::getTransaction);
    }

    private final class Steps implements StepPort {
        @Override
        public CompletableFuture<Outcome> propose(
                int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
            try {
                placement.requireHere(partition, step);
            } catch (NodeFailure e) {
                return Failures.failed(e);
            }
            return leaders.call(
                    partition,
                    timeoutMs,
                    (member, attemptMs) -> member.equals(nodeId)
                            ? replicas.get(partition).propose(step, holdsNothing, attemptMs)
                            : peers.propose(member, partition, step, holdsNothing, attemptMs));
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void schedule(long delayMs, Runnable task) {
            var unused = timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    /** The replica of one partition, as it is at each call. */
    private final class Care implements CarePort {
        private final Replica replica;

        Care(Replica replica) {
            this.replica = replica;
        }

        @Override
        public int partition() {
            return replica.number();
        }

        @Override
        public boolean leads() {
            return replica.leads();
        }

        @Override
        public List<TransactionInfo> open(@Nullable TransactionId after, int max) {
            Partition partition = replica.partition();
            return partition == null
                    ? List.of()
                    : partition.openTransactions(after == null ? null : TransactionKeys.key(after), max);
        }

        @Override
        public long firstExpiryMs() {
            Partition partition = replica.partition();
            return partition == null ? Long.MAX_VALUE : partition.firstExpiryMs();
        }

        @Override
        public long logTimeMs() {
            return replica.logTimeMs();
        }

        @Override
        public long clockMs() {
            return clockMs.getAsLong();
        }

        @Override
        public void tick() {
            Partition partition = replica.partition();
            if (partition != null) {
                partition.tick(clockMs());
            }
        }
    }
}
