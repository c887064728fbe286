package io.weir.consensus.transaction;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Decided;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.TransactionId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of one transaction to its decision. The client is answered what home has stored, and nothing else: another driver, or
 * whoever takes this one for dead, may decide as well, and the first decision stays.
 */
final class Course {
    /** A decision is proposed with at least this time: were it not, locks would stay until somebody misses their holder. */
    private static final long LEAST_DECIDE_MS = 100;

    private final StepPort port;
    private final Proposals proposals;
    private final TransactionId id;
    private final Plan plan;
    private final DriverLimits limits;
    private final UnderWay.Place place;
    private final Ballot ballot;
    private final long startNanos;
    private final long timeoutMs;

    /**
     * Where it ended: with an answer to the client, or a failure.
     *
     * @param decided what to resolve the participants by; null to leave them alone
     */
    record End(
            @Nullable Outcome answer,
            @Nullable NodeFailure failure,
            @Nullable Decided decided) {}

    Course(StepPort port, TransactionId id, Plan plan, DriverLimits limits, UnderWay.Place place, long timeoutMs) {
        this.port = port;
        this.proposals = new Proposals(port);
        this.id = id;
        this.plan = plan;
        this.limits = limits;
        this.place = place;
        this.ballot = new Ballot(plan);
        this.startNanos = port.nanoTime();
        this.timeoutMs = timeoutMs;
    }

    /**
     * Prepares and decides. Fails with a {@link NodeFailure} if home has not told its decision.
     *
     * @param first the participant to be prepared before the others, or null
     */
    CompletableFuture<End> run(@Nullable Integer first) {
        FaultPoint.pass("tx.before-prepare");
        if (first == null) {
            prepareAllBut(-1);
        } else {
            int part = plan.participants().indexOf(first);
            prepare(part, true, () -> prepareAllBut(part)); // where it met a lock before, it may wait now
        }
        return ballot.result().thenCompose(this::decide);
    }

    private void prepareAllBut(int prepared) {
        for (int part = 0; part < plan.participants().size() && !ballot.isClosed(); part++) {
            if (part != prepared) {
                prepare(part, false, () -> {});
            }
        }
    }

    /** @param then run when it was answered, and the answer is on the ballot */
    private void prepare(int part, boolean holdsNothing, Runnable then) {
        // What waits for a lock that does not go must leave time to tell home.
        long reservedMs = Math.min(timeoutMs / 4, limits.decideMs());
        int partition = plan.participants().get(part);
        place.enter();
        var unused = proposals
                .prepare(partition, plan.prepare(part), holdsNothing, leftMs() - reservedMs)
                .handle((outcome, failure) -> {
                    place.leave();
                    if (ballot.answered(part, outcome, failure)) {
                        // A rejection names all violations, but does not wait for a partition that does not answer.
                        port.schedule(Math.min(leftMs() / 2, limits.violationsMs()), ballot.closer());
                    }
                    then.run();
                    return true;
                })
                .exceptionally(ballot::fail);
    }

    private CompletableFuture<End> decide(Ballot.Result result) {
        if (result instanceof Ballot.Reused reused) {
            // The id is that of a transaction with other content. What becomes of that is not ours to decide, and would
            // be no
            // answer to this one. What was staged of this one is aborted by the partitions' care: no commit names it.
            return CompletableFuture.completedFuture(new End(Steps.outcome(reused.refusal()), null, null));
        }
        FaultPoint.pass("tx.prepared");
        if (result instanceof Ballot.Commit commit && leftMs() > 0) {
            CompletableFuture<Outcome> home =
                    proposals.decide(Steps.commit(id, plan.participants(), commit.answer()), decideMs());
            if (FaultPoint.isMutant("answers-before-decision")) {
                Decided told =
                        Decided.newBuilder().setCommitted(commit.answer()).build();
                return CompletableFuture.completedFuture(
                        new End(Outcome.newBuilder().setDecided(told).build(), null, told));
            }
            return home.thenCompose(this::committed);
        }
        return result instanceof Ballot.Abort abort
                ? abort(abort.answer(), abort.because())
                : abort(Steps.aborted(AbortedTransaction.Reason.EXPIRED), null);
    }

    private CompletableFuture<End> committed(Outcome home) {
        return home.getDecided().getNotStaged() // and yet it had voted YES: nothing but home can tell what that means
                ? abort(Steps.aborted(AbortedTransaction.Reason.RECOVERED), null)
                : CompletableFuture.completedFuture(end(home));
    }

    private CompletableFuture<End> abort(AbortedTransaction answer, Ballot.@Nullable Because because) {
        return proposals
                .decide(Steps.abort(id, plan.participants(), answer), decideMs())
                .thenApply(home ->
                        because != null && home.getDecided().getAborted().equals(answer)
                                ? end(home.getDecided(), because)
                                : end(home));
    }

    private End end(Outcome home) {
        FaultPoint.pass("tx.decided");
        if (home.hasRefusal()) {
            return new End(home, null, null);
        }
        Decided decided = home.getDecided();
        if (decided.hasCommitted() && !plan.canBe(decided.getCommitted())) {
            // As above, but home has forgotten what the content was.
            Refusal reused = Refusal.newBuilder()
                    .setReason(Refusal.Reason.REQUEST_ID_REUSED)
                    .setValue(id.getSequence())
                    .setDetail("another transaction with the same id was committed before")
                    .build();
            return new End(Steps.outcome(reused), null, null);
        }
        return new End(Steps.answer(home), null, decided);
    }

    /** This abort was stored: the client is told what it was for, which is more than there is a reason for. */
    private static End end(Decided decided, Ballot.Because because) {
        FaultPoint.pass("tx.decided");
        Refusal refusal = because.refusal();
        return new End(refusal == null ? null : Steps.outcome(refusal), because.failure(), decided);
    }

    private long decideMs() {
        return Math.max(leftMs(), LEAST_DECIDE_MS);
    }

    private long leftMs() {
        return timeoutMs - TimeUnit.NANOSECONDS.toMillis(port.nanoTime() - startNanos);
    }
}
