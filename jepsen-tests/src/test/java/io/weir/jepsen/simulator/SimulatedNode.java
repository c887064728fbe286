package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transaction.CareTimes;
import io.weir.consensus.transaction.StepPort;
import io.weir.consensus.transaction.TransactionCare;
import io.weir.consensus.transaction.TransactionDriver;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A node that may die between any two events, and comes back empty. It runs the driver and, for each partition, the care of
 * production; its ports lead through the simulated network.
 */
@SuppressWarnings("FutureReturnValueIgnored") // each continuation handles failures itself
final class SimulatedNode {
    /** A leader that was deposed may not know for so long. */
    private static final int BELIEF_MS = 1_000;

    private final World world;
    private final int id;
    private final long skewMs;
    private final TreeMap<Integer, SimulatedLeader> leading = new TreeMap<>();
    private final long[] believesUntilNanos;
    private List<TransactionCare> cares = List.of();
    private @Nullable TransactionDriver driver;
    private SimulatedReads reads;
    private int life;
    private boolean isUp;

    SimulatedNode(World world, int id) {
        this.world = world;
        this.id = id;
        this.skewMs = world.random().nextInt(400);
        this.believesUntilNanos = new long[world.weather().partitions()];
        this.reads = new SimulatedReads(world, this);
    }

    int id() {
        return id;
    }

    boolean isUp() {
        return isUp;
    }

    long clockMs() {
        return World.EPOCH_MS + skewMs + world.time().nowMs();
    }

    /** Begins a life. */
    void start() {
        isUp = true;
        life++;
        StepPort port = new Port();
        Mutant mutant = world.mutant();
        StepPort seen = mutant == null ? port : mutant.port(port, world);
        TransactionDriver started = new TransactionDriver(seen, world.streams()::partitionOfSlot);
        driver = started;
        reads = new SimulatedReads(world, this);
        List<TransactionCare> all = new ArrayList<>();
        CareTimes times =
                new CareTimes(world.weather().stagedMs(), world.weather().decidedMs(), 2_000, 250, 2_000, 500, 20_000);
        for (SimulatedPartition partition : world.partitions()) {
            all.add(new TransactionCare(new SimulatedCarePort(world, this, partition), started, seen, times));
        }
        cares = List.copyOf(all);
        look(life);
    }

    /** Dies. Whatever was to happen in it does not. */
    void crash() {
        isUp = false;
        life++;
        driver = null;
        cares = List.of();
        leading.values().forEach(SimulatedLeader::die);
        leading.clear();
    }

    /** It no longer leads, and may notice it later. */
    void depose(int partition) {
        SimulatedLeader deposed = leading.remove(partition);
        if (deposed != null) {
            deposed.depose();
        }
        believesUntilNanos[partition] =
                world.time().nowNanos() + world.random().nextInt(BELIEF_MS) * Timeline.NANOS_PER_MS;
    }

    private void look(int ofLife) {
        if (life == ofLife) {
            cares.forEach(TransactionCare::look);
            world.time().afterMs(world.weather().lookMs(), () -> look(ofLife));
        }
    }

    /** Something that happens in this life of the node, or not at all. */
    Runnable alive(Runnable action) {
        int begun = life;
        return () -> {
            if (life == begun) {
                action.run();
            }
        };
    }

    boolean leads(SimulatedPartition partition) {
        return isUp && partition.leader() == this;
    }

    /** What it thinks, which may be outdated. */
    boolean believesToLead(SimulatedPartition partition) {
        return leads(partition)
                || believesUntilNanos[partition.number()] > world.time().nowNanos();
    }

    NodeFailure notLeader(SimulatedPartition partition) {
        return new NodeFailure(Error.newBuilder()
                .setCode(Error.Code.NOT_LEADER)
                .setMessage("p" + partition.number())
                .setLeader(Integer.toString(partition.leader().id))
                .build());
    }

    private @Nullable SimulatedLeader leader(SimulatedPartition partition) {
        return leads(partition)
                ? leading.computeIfAbsent(partition.number(), p -> new SimulatedLeader(world, this, partition))
                : null;
    }

    /** What it is for a partition, if it leads it. */
    @Nullable
    SimulatedLeader leading(SimulatedPartition partition) {
        return leader(partition);
    }

    void unlocked(int partition, List<StreamName> streams) {
        SimulatedLeader leader = leading.get(partition);
        if (leader != null) {
            leader.unlocked(streams);
        }
    }

    void tick(SimulatedPartition partition) {
        SimulatedLeader leader = leader(partition);
        if (leader != null) {
            leader.tick();
        }
    }

    /** A client's command. */
    CompletableFuture<Outcome> submit(int number, Command command, long timeoutMs) {
        SimulatedPartition partition = world.partitions().get(number);
        SimulatedLeader leader = leader(partition);
        TransactionDriver drives = driver;
        if (leader == null || drives == null) {
            return CompletableFuture.failedFuture(notLeader(partition));
        }
        if (!command.hasDistributed()) {
            return leader.submit(Proposal.newBuilder().setCommand(command).build(), true, timeoutMs);
        }
        TransactionId transaction = TransactionId.newBuilder()
                .setSessionHigh(command.getRequestId().getSessionHigh())
                .setSessionLow(command.getRequestId().getSessionLow())
                .setSequence(command.getRequestId().getSequence())
                .setHome(number)
                .setExpiryMs(command.getDistributed().getExpiryMs())
                .build();
        return drives.commit(transaction, command.getLowWaterMark(), command.getDistributed(), timeoutMs);
    }

    SimulatedReads reads() {
        return reads;
    }

    /** Another node's step. */
    private CompletableFuture<Outcome> take(
            SimulatedPartition partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        SimulatedLeader leader = leader(partition);
        return leader == null
                ? CompletableFuture.failedFuture(notLeader(partition))
                : leader.submit(Proposal.newBuilder().setStep(step).build(), holdsNothing, timeoutMs);
    }

    /** The way of this life's driver and cares to the partitions. */
    private final class Port implements StepPort {
        private static final long AGAIN_MS = 250;
        private static final long SOON_MS = 10;
        private final int ofLife = life;

        @Override
        public CompletableFuture<Outcome> propose(
                int number, TransactionStep step, boolean holdsNothing, long timeoutMs) {
            CompletableFuture<Outcome> answer = new CompletableFuture<>();
            long untilNanos = nanoTime() + timeoutMs * Timeline.NANOS_PER_MS;
            schedule(
                    timeoutMs,
                    () -> answer.completeExceptionally(
                            new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "no answer from p" + number, true)));
            send(world.partitions().get(number), step, holdsNothing, untilNanos, answer);
            return answer;
        }

        private void send(
                SimulatedPartition partition,
                TransactionStep step,
                boolean holdsNothing,
                long untilNanos,
                CompletableFuture<Outcome> answer) {
            long leftMs = (untilNanos - nanoTime()) / Timeline.NANOS_PER_MS;
            if (answer.isDone() || leftMs <= 0) {
                return;
            }
            Runnable again = () -> send(partition, step, holdsNothing, untilNanos, answer);
            SimulatedNode target = world.chance(world.weather().wrongNode())
                    ? world.nodes().get(world.random().nextInt(world.nodes().size()))
                    : partition.leader();
            world.network().send(() -> "n" + id + " to n" + target.id + ": " + Describe.step(step), () -> {
                if (target.isUp) {
                    target.take(partition, step, holdsNothing, leftMs)
                            .whenComplete(target.answer(ofNode(), (outcome, failure) -> {
                                if (outcome != null) {
                                    answer.complete(outcome);
                                } else {
                                    schedule(SOON_MS, again);
                                }
                            }));
                }
            });
            boolean isPrepare = step.hasPrepare(); // it may wait for a lock
            schedule(isPrepare ? 4 * AGAIN_MS : AGAIN_MS, again);
        }

        private SimulatedNode ofNode() {
            return SimulatedNode.this;
        }

        @Override
        public long nanoTime() {
            return world.time().nowNanos();
        }

        @Override
        public void schedule(long delayMs, Runnable task) {
            world.time().afterMs(delayMs, () -> {
                if (life == ofLife) {
                    task.run();
                }
            });
        }
    }

    /** Sends what becomes of something in this node to another one, if that still lives the same life. */
    <T> java.util.function.BiConsumer<T, Throwable> answer(
            @Nullable SimulatedNode to, java.util.function.BiConsumer<@Nullable T, @Nullable Throwable> arrival) {
        int begun = life;
        int otherBegun = to == null ? 0 : to.life;
        return (value, failure) -> {
            if (life == begun) {
                world.network().send(() -> "n" + id + " answers " + (value == null ? failure : value), () -> {
                    if (to == null || to.life == otherBegun) {
                        arrival.accept(value, failure);
                    }
                });
            }
        };
    }
}
