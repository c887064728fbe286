package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.CommitHolds;
import io.weir.consensus.partition.Parking;
import io.weir.consensus.partition.Waiting;
import io.weir.protocol.Error;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What a node is for a partition while it leads: it packs what is proposed into entries, and parks what meets a lock. */
final class SimulatedLeader {
    private static final long PACK_NANOS = 300_000;
    private static final long EXPIRE_MS = 20;

    private final World world;
    private final SimulatedNode node;
    private final SimulatedPartition partition;
    private final Parking parking;
    private final Map<Waiting, Asked> asked = new HashMap<>();
    private final CommitHolds holds = new CommitHolds();
    private List<Waiting> queue = new ArrayList<>();
    private boolean expires;
    private boolean isOver;

    private record Asked(Proposal proposal, long deadlineNanos) {}

    SimulatedLeader(World world, SimulatedNode node, SimulatedPartition partition) {
        this.world = world;
        this.node = node;
        this.partition = partition;
        this.parking = new Parking(this::again, Runnable::run, world.time()::nowNanos);
    }

    /** Proposes, and answers when it was applied. */
    CompletableFuture<Outcome> submit(Proposal proposal, boolean isPatient, long timeoutMs) {
        Waiting waiting =
                new Waiting(proposal, isPatient, timeoutMs, world.time().nowNanos());
        asked.put(waiting, new Asked(proposal, world.time().nowNanos() + timeoutMs * Timeline.NANOS_PER_MS));
        world.time().afterMs(timeoutMs, () -> {
            parking.expire();
            waiting.answer().completeExceptionally(new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "late", true));
        });
        var unused = waiting.answer().whenComplete((outcome, failure) -> asked.remove(waiting));
        if (parking.joins(waiting)) {
            expireSoon();
        } else {
            enqueue(waiting);
        }
        return waiting.answer();
    }

    /** Again and again, as long as anybody may wait. */
    private void expireSoon() {
        if (!expires) {
            expires = true;
            world.time().afterMs(EXPIRE_MS, () -> {
                expires = false;
                parking.expire();
                if (world.mutant() != Mutant.NOBODY_IS_WOKEN) {
                    parking.wakeUnlocked(partition::unlocked);
                }
                if (!asked.isEmpty() && !isOver) {
                    expireSoon();
                }
            });
        }
    }

    private void enqueue(Waiting waiting) {
        if (isOver) {
            waiting.answer().completeExceptionally(node.notLeader(partition));
            return;
        }
        if (keeps(waiting)) {
            return;
        }
        queue.add(waiting);
        if (queue.size() == 1) {
            world.time().afterNanos((long) (world.random().nextDouble() * PACK_NANOS), this::pack);
        }
    }

    /** What has waited for a lock, in the order in which it may go on. */
    private void again(Waiting waiting) {
        enqueue(waiting);
        if (world.mutant() == Mutant.PARKING_REORDERS && !isOver) {
            queue.add(0, queue.remove(queue.size() - 1));
        }
    }

    private boolean keeps(Waiting waiting) {
        Asked one = asked.get(waiting);
        TransactionStep step = one == null ? TransactionStep.getDefaultInstance() : one.proposal.getStep();
        boolean isFree = (world.mutant() == Mutant.FORGETS_IN_A_CUT && step.hasForget())
                || (world.mutant() == Mutant.COMMITS_IN_A_CUT && step.hasDecide());
        return !isFree && holds.keeps(waiting);
    }

    /** Keeps back from now on what production does; ends by itself. */
    CommitHolds.Hold hold(long maxMs) {
        CommitHolds.Hold hold = holds.begin(world.time().nowNanos() + maxMs * Timeline.NANOS_PER_MS);
        queue.removeIf(this::keeps);
        world.time().afterMs(maxMs, () -> {
            holds.expire(world.time().nowNanos());
            goOn();
        });
        return hold;
    }

    /** False if it had ended before. */
    boolean endHold(CommitHolds.Hold hold) {
        boolean hasLasted = holds.end(hold);
        goOn();
        return hasLasted;
    }

    private void goOn() {
        holds.goesOn().forEach(this::enqueue);
    }

    /** What was proposed before is applied, or never will be, when this is. */
    void fence(Runnable applied) {
        partition.fence(() -> {
            if (!isOver) {
                applied.run();
            }
        });
    }

    private void pack() {
        List<Waiting> packed = new ArrayList<>();
        long stampMs = partition.stampMs(node.clockMs());
        LogEntry.Builder entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(stampMs);
        for (Waiting waiting : queue) {
            Asked one = asked.get(waiting);
            if (one != null) {
                long leftNanos = one.deadlineNanos - world.time().nowNanos();
                Proposal.Builder proposal = one.proposal.toBuilder();
                entry.addProposals(
                        proposal.hasCommand()
                                ? proposal.setDeadlineMs(stampMs + leftNanos / Timeline.NANOS_PER_MS)
                                : proposal);
                packed.add(waiting);
            }
        }
        queue = new ArrayList<>();
        if (!isOver && !packed.isEmpty()) {
            partition.propose(entry.build(), applied -> applied(packed, applied));
        }
    }

    private void applied(List<Waiting> packed, Applied applied) {
        if (isOver) {
            return; // as if it had died, or had lost the lead: who asked will never know
        }
        List<Runnable> answers = new ArrayList<>();
        for (int i = 0; i < packed.size(); i++) {
            Waiting waiting = packed.get(i);
            Outcome outcome = applied.outcomes().get(i);
            if (parking.parks(waiting, outcome)) {
                expireSoon();
            } else {
                answers.add(() -> waiting.answer().complete(outcome));
            }
        }
        answers.forEach(Runnable::run);
    }

    void unlocked(List<StreamName> streams) {
        if (world.mutant() != Mutant.NOBODY_IS_WOKEN) {
            parking.unlocked(streams);
        }
    }

    /** It leads no longer. What is on its way may still be applied; nobody hears of it. */
    void depose() {
        isOver = true;
        holds.endAll();
        goOn();
        parking.refuse(node.notLeader(partition));
    }

    /** The node has died. */
    void die() {
        isOver = true;
    }

    /** Something without commands, so that log time moves. */
    void tick() {
        partition.propose(
                LogEntry.newBuilder()
                        .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                        .setStampMs(partition.stampMs(node.clockMs()))
                        .build(),
                applied -> {});
    }
}
