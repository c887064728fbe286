package io.weir.consensus.transaction;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Decided;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.StepCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who takes transactions over several partitions from their clients and proposes their steps: two-phase commit in which each
 * step is an entry in some partition's log. It keeps nothing that matters: whenever it dies, {@link TransactionCare} finishes,
 * and it may drive what another driver drives as well.
 *
 * <p>Any thread; nothing here waits. The future of a call completes on whatever thread the last answer came on.
 */
public final class TransactionDriver {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionDriver.class);

    private final StepPort port;
    private final Proposals proposals;
    private final IntUnaryOperator partitionOfSlot;
    private final DriverLimits limits;
    private final UnderWay underWay;

    /** A driver with {@link DriverLimits#DEFAULTS}. */
    public TransactionDriver(StepPort port, IntUnaryOperator partitionOfSlot) {
        this(port, partitionOfSlot, DriverLimits.DEFAULTS);
    }

    /** @param partitionOfSlot the partition in which the streams of a slot lie */
    public TransactionDriver(StepPort port, IntUnaryOperator partitionOfSlot, DriverLimits limits) {
        this.port = port;
        this.proposals = new Proposals(port);
        this.partitionOfSlot = partitionOfSlot;
        this.limits = limits;
        this.underWay = new UnderWay(limits);
    }

    /**
     * Commits a transaction, or says why not. May be called again with the same id and content, here or elsewhere: the answer
     * is the same. Without appends and requirements it is {@link #status}.
     *
     * @param timeoutMs how long the client will wait; the future may complete a tenth of a second later
     * @return what home has stored: {@code decided} with {@code committed} or {@code aborted}, or with {@code
     *     forgotten_or_never}: then the outcome is unknown, and to ask again is in vain. A {@code refusal}, if it is malformed,
     *     or its id was used for something else, or is of a time that no clock shows yet. Fails with {@link NodeFailure}:
     *     THROTTLED, and nothing was done; DEADLINE_EXCEEDED with an unknown outcome; what kept a partition from preparing its part, if it was aborted for that
     */
    public CompletableFuture<Outcome> commit(
            TransactionId id, long lowWaterMark, DistributedTransact transact, long timeoutMs) {
        if (transact.getAppendsCount() == 0 && transact.getRequirementsCount() == 0) {
            return status(id, timeoutMs);
        }
        Refusal refusal = Plan.check(id, lowWaterMark, transact);
        if (refusal != null) {
            return CompletableFuture.completedFuture(Steps.outcome(refusal));
        }
        Plan plan = Plan.of(id, lowWaterMark, transact, partitionOfSlot);
        refusal = plan.checkParticipants(transact);
        if (refusal != null) {
            return CompletableFuture.completedFuture(Steps.outcome(refusal));
        }
        try {
            UnderWay.Place place = admit(transact.getSerializedSize(), timeoutMs);
            Course course = new Course(port, id, plan, limits, place, timeoutMs);
            return conclude(
                    id, plan.participants(), course.run(transact.hasFirst() ? transact.getFirst() : null), place);
        } catch (NodeFailure e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private UnderWay.Place admit(long bytes, long timeoutMs) {
        if (timeoutMs < 1) {
            throw new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "no time is left for the transaction", false);
        }
        return underWay.admit(bytes);
    }

    /** Answers the client, and then resolves. */
    private CompletableFuture<Outcome> conclude(
            TransactionId id, List<Integer> participants, CompletableFuture<Course.End> course, UnderWay.Place place) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        var unused = course.whenComplete((end, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(Steps.cause(failure));
                place.leave();
                return;
            }
            if (end.failure() == null) {
                answer.complete(end.answer());
            } else {
                answer.completeExceptionally(end.failure());
            }
            FaultPoint.pass("tx.answered");
            resolve(id, participants, end.decided(), place);
        });
        return answer;
    }

    private void resolve(
            TransactionId id, List<Integer> participants, @Nullable Decided decided, UnderWay.Place place) {
        if (decided == null) {
            place.leave();
            return;
        }
        boolean isKept = decided.hasCommitted() || decided.hasAborted();
        CompletableFuture<Void> end = isKept
                ? finish(id, participants, decided.hasCommitted(), limits.resolveMs())
                : resolveOthers(id, participants, false, limits.resolveMs());
        var unused = end.whenComplete((done, failure) -> {
            place.leave();
            if (failure != null) { // the care of the partitions goes on from here
                LOG.debug("transaction {} was decided, and is not yet resolved everywhere", id, failure);
            }
        });
    }

    /**
     * Tells what became of a transaction. If nothing has, it is aborted: what was not decided when its status was asked never
     * commits.
     *
     * @return as {@link #commit}
     */
    public CompletableFuture<Outcome> status(TransactionId id, long timeoutMs) {
        Refusal refusal = StepCheck.check(id, 0);
        if (refusal != null) {
            return CompletableFuture.completedFuture(Steps.outcome(refusal));
        }
        try {
            UnderWay.Place place = admit(0, timeoutMs);
            return proposals
                    .decide(Steps.abort(id, List.of(), Steps.aborted(AbortedTransaction.Reason.FENCED)), timeoutMs)
                    .whenComplete((home, failure) -> place.leave())
                    .thenApply(Steps::answer);
        } catch (NodeFailure e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Finishes a transaction that home has decided: resolves all others, and has home forget it when they are.
     *
     * @param participants all of them
     * @return fails with {@link NodeFailure} if that is not known to be done; it may be called again
     */
    public CompletableFuture<Void> finish(
            TransactionId id, List<Integer> participants, boolean commit, long timeoutMs) {
        if (FaultPoint.isMutant("forgets-early")) {
            return forget(id, timeoutMs).thenCompose(done -> resolveOthers(id, participants, commit, timeoutMs));
        }
        long startNanos = port.nanoTime();
        return resolveOthers(id, participants, commit, timeoutMs)
                .thenCompose(resolved ->
                        forget(id, timeoutMs - TimeUnit.NANOSECONDS.toMillis(port.nanoTime() - startNanos)));
    }

    /** All at once; completes when each is done. Before that, home must not forget. */
    private CompletableFuture<Void> resolveOthers(
            TransactionId id, List<Integer> participants, boolean commit, long timeoutMs) {
        TransactionStep step = Steps.resolve(id, commit && !FaultPoint.isMutant("commit-resolved-as-abort"));
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int participant : participants) {
            if (participant != id.getHome()) {
                others.add(proposals.carryOut(participant, step, timeoutMs));
            }
        }
        return CompletableFuture.allOf(others.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> forget(TransactionId id, long timeoutMs) {
        FaultPoint.pass("tx.resolved");
        return proposals
                .carryOut(id.getHome(), Steps.forget(id), timeoutMs)
                .thenRun(() -> FaultPoint.pass("tx.forgotten"));
    }

    /** How many transactions are under way. */
    public int underWay() {
        return underWay.count();
    }
}
