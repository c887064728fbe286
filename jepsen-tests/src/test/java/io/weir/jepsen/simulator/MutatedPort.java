package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transaction.StepPort;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.Done;
import io.weir.protocol.Error;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Violation;
import io.weir.protocol.Voted;
import io.weir.protocol.Yes;
import java.util.concurrent.CompletableFuture;

/** The way to the partitions, with a mistake on it. */
@SuppressWarnings("FutureReturnValueIgnored") // each continuation handles failures itself
final class MutatedPort implements StepPort {
    private final StepPort port;
    private final Mutant mutant;
    private final World world;

    MutatedPort(StepPort port, Mutant mutant, World world) {
        this.port = port;
        this.mutant = mutant;
        this.world = world;
    }

    @Override
    public CompletableFuture<Outcome> propose(
            int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        return switch (step.getStepCase()) {
            case PREPARE ->
                port.propose(partition, step, holdsNothing || mutant == Mutant.PREPARES_WAIT_IN_CIRCLES, timeoutMs)
                        .thenApply(outcome -> voted(step.getPrepare(), outcome));
            case DECIDE -> decide(partition, step, timeoutMs);
            case RESOLVE -> {
                CompletableFuture<Outcome> resolved = port.propose(partition, step, holdsNothing, timeoutMs);
                yield mutant == Mutant.FORGETS_EARLY
                        ? CompletableFuture.completedFuture(Outcome.newBuilder()
                                .setDone(Done.getDefaultInstance())
                                .build())
                        : resolved;
            }
            default -> port.propose(partition, step, holdsNothing, timeoutMs);
        };
    }

    private CompletableFuture<Outcome> decide(int partition, TransactionStep step, long timeoutMs) {
        Decide decide = step.getDecide();
        if (decide.hasAbort()) {
            boolean isOfCare = decide.getAbort().getReason() == io.weir.protocol.AbortedTransaction.Reason.RECOVERED;
            if (mutant == Mutant.DENIES_WITHOUT_DECISION && !isOfCare) {
                return decided(Decided.newBuilder().setAborted(decide.getAbort()));
            }
            if (mutant == Mutant.CARE_ASKS_NOBODY && isOfCare) {
                return decided(Decided.newBuilder().setForgottenOrNever(true));
            }
        } else if (mutant == Mutant.RESOLVES_BEFORE_DECISION) {
            for (int participant : decide.getParticipantsList()) {
                if (participant != step.getId().getHome()) {
                    TransactionStep resolve = TransactionStep.newBuilder()
                            .setId(step.getId())
                            .setResolve(Resolve.newBuilder().setCommit(true))
                            .build();
                    port.propose(participant, resolve, false, timeoutMs);
                }
            }
        }
        CompletableFuture<Outcome> decided = port.propose(partition, step, false, timeoutMs);
        if (decide.hasCommit() && mutant == Mutant.CONFIRMS_BEFORE_DECISION) {
            return decided(Decided.newBuilder().setCommitted(decide.getCommit()));
        }
        return decided.thenApply(this::withoutWhatIsForgotten);
    }

    private static CompletableFuture<Outcome> decided(Decided.Builder decided) {
        return CompletableFuture.completedFuture(
                Outcome.newBuilder().setDecided(decided).build());
    }

    private Outcome withoutWhatIsForgotten(Outcome outcome) {
        Decided decided = outcome.getDecided();
        if (mutant == Mutant.LEAVES_WHAT_IS_FORGOTTEN && (decided.getNever() || decided.getForgottenOrNever())) {
            throw new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "home knows nothing", true);
        }
        return outcome;
    }

    private Outcome voted(Prepare prepare, Outcome outcome) {
        if (!outcome.getVoted().hasLocked()) {
            return outcome;
        }
        return switch (mutant) {
            case TAKES_LOCKED_FOR_NO ->
                vote(Voted.newBuilder()
                        .setNo(No.newBuilder()
                                .setReason(No.Reason.VIOLATED)
                                .addViolations(Violation.newBuilder()
                                        .setStream(
                                                outcome.getVoted().getLocked().getStream()))));
            case TAKES_LOCKED_FOR_YES -> {
                Yes.Builder yes = Yes.newBuilder();
                for (Append append : prepare.getAppendsList()) {
                    yes.addAppends(Appended.newBuilder().setCount(append.getEventsCount()));
                }
                yield vote(Voted.newBuilder().setYes(yes));
            }
            default -> outcome;
        };
    }

    private static Outcome vote(Voted.Builder vote) {
        return Outcome.newBuilder().setVoted(vote).build();
    }

    @Override
    public long nanoTime() {
        return world.time().nowNanos();
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
        port.schedule(delayMs, task);
    }
}
