package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.backup.CutOpening;
import io.weir.consensus.partition.CommitHolds;
import io.weir.logstore.LogStore;
import io.weir.protocol.Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who saves the cluster: has all leaders open one cut, in the order of production, over the simulated network, and restores
 * what they hold.
 */
@SuppressWarnings("FutureReturnValueIgnored") // each continuation handles failures itself
final class SimulatedCut {
    private static final long HOLD_MS = 2_000;

    /** Much happens between the views of two partitions if one leader hears late that it is to open its own. */
    private static final int LATE_MS = 100;

    private final World world;
    private final List<Part> parts = new ArrayList<>();
    private final int[] least;

    SimulatedCut(World world) {
        this.world = world;
        this.least = world.ledger().acknowledged();
    }

    /** Some disks hang when it begins: much has been proposed and is not applied. */
    void begin() {
        for (SimulatedPartition partition : world.partitions()) {
            parts.add(new Part(partition, partition.leader()));
            if (world.random().nextInt(4) == 0) {
                partition.beSilent(world.random().nextInt(2 * LATE_MS));
            }
        }
        world.time().afterMs(world.random().nextInt(LATE_MS), this::open);
    }

    private void open() {
        CompletableFuture<Void> opened = CutOpening.open(parts);
        world.time().afterMs(HOLD_MS, () -> opened.completeExceptionally(failure("late")));
        opened.whenComplete((done, thrown) -> {
            parts.forEach(Part::close);
            world.count(thrown == null ? "a cut is open" : "a cut is given up");
            world.time().note(() -> thrown == null ? "a cut is open" : "a cut is given up: " + thrown.getMessage());
            if (thrown == null) {
                RestoredCut restored =
                        new RestoredCut(world, parts.stream().map(Part::copy).toList());
                restored.judge(least);
            }
        });
    }

    private static NodeFailure failure(String why) {
        return new NodeFailure(Error.Code.NOT_READY, why, false);
    }

    /** What production does in {@code Cut}, at a simulated leader. */
    private final class Part implements CutOpening.Part {
        private final SimulatedPartition partition;
        private final SimulatedNode node;
        private @Nullable SimulatedLeader leader;
        private CommitHolds.@Nullable Hold hold;
        private @Nullable LogStore copy;
        private long term;
        private boolean isOver;

        Part(SimulatedPartition partition, SimulatedNode node) {
            this.partition = partition;
            this.node = node;
        }

        @Override
        public CompletableFuture<Void> hold() {
            return ask("HOLD", this::hold);
        }

        @Override
        public CompletableFuture<Void> open() {
            return ask("OPEN", reached -> {
                if (copy == null) {
                    copy = RestoredCut.copy(partition.store());
                }
                reached.complete(null);
            });
        }

        @Override
        public CompletableFuture<Void> release() {
            return ask("RELEASE", this::release);
        }

        private void hold(CompletableFuture<Void> held) {
            SimulatedLeader leads = node.leading(partition);
            if (leads == null) {
                held.completeExceptionally(node.notLeader(partition));
                return;
            }
            leader = leads;
            hold = leads.hold(HOLD_MS);
            term = partition.term();
            Runnable reached = () -> {
                if (world.mutant() == Mutant.VIEWS_OPEN_EARLY) {
                    copy = RestoredCut.copy(partition.store());
                }
                held.complete(null);
            };
            if (world.mutant() == Mutant.NO_FENCE) {
                reached.run();
            } else {
                leads.fence(reached);
            }
        }

        /** That it leads now, in the same term, is what a majority would confirm. */
        private void release(CompletableFuture<Void> released) {
            boolean hasLed = node.leads(partition) && partition.term() == term;
            boolean hasHeld = endHold();
            if ((hasLed && hasHeld) || world.mutant() == Mutant.GAPS_UNNOTICED) {
                released.complete(null);
            } else {
                released.completeExceptionally(failure("a gap"));
            }
        }

        private boolean endHold() {
            SimulatedLeader leads = leader;
            CommitHolds.Hold ending = hold;
            hold = null;
            return leads != null && ending != null && leads.endHold(ending);
        }

        /** A message to the leader and one back, as a stream has it: once, or never. */
        private CompletableFuture<Void> ask(String what, Consumer<CompletableFuture<Void>> step) {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            CompletableFuture<Void> reached = new CompletableFuture<>();
            boolean[] hasArrived = new boolean[1];
            Runnable arrival = () -> {
                if (!hasArrived[0] && !isOver && node.isUp()) {
                    hasArrived[0] = true;
                    reached.whenComplete(node.answer(null, (done, thrown) -> {
                        if (thrown == null) {
                            answer.complete(null);
                        } else {
                            answer.completeExceptionally(thrown);
                        }
                    }));
                    step.accept(reached);
                }
            };
            int lateMs = world.random().nextInt(4) == 0 ? world.random().nextInt(LATE_MS) : 0;
            world.time()
                    .afterMs(
                            lateMs,
                            () -> world.network()
                                    .send(() -> "to n" + node.id() + ": " + what + " p" + partition.number(), arrival));
            return answer;
        }

        LogStore copy() {
            return Objects.requireNonNull(copy, "it has said that it is open");
        }

        /** The call ends: the leader hears of it sooner or later. */
        void close() {
            isOver = true;
            world.time().afterMs(world.random().nextInt(100), this::endHold);
        }
    }
}
