package io.weir.consensus.transaction;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.AbortedTransaction.Reason;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Error;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.Violation;
import io.weir.protocol.Voted;
import io.weir.protocol.Yes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The votes of a transaction's participants, and what they come to. It closes as soon as that is certain: all have voted, or
 * one has given another answer than YES or a violation. After a violation it stays open, so that a rejection names all of
 * them, until somebody closes it. Any thread.
 */
final class Ballot {
    private final Plan plan;
    private final List<@Nullable Answer> answers = new ArrayList<>();
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private final AtomicReference<@Nullable Ballot> open = new AtomicReference<>(this);
    private int missing;
    private boolean waits;

    /** What was answered to a Prepare: an outcome, or else a failure. */
    private record Answer(
            @Nullable Outcome outcome, @Nullable Throwable failure) {
        Voted vote() {
            return outcome == null ? Voted.getDefaultInstance() : outcome.getVoted();
        }

        No.Reason no() {
            return vote().getNo().getReason();
        }

        @Nullable
        Refusal refusal() {
            return outcome != null && outcome.hasRefusal() ? outcome.getRefusal() : null;
        }
    }

    /** What the votes come to. */
    sealed interface Result {}

    /** All have voted YES. */
    record Commit(CommittedTransaction answer) implements Result {}

    /**
     * At least one has not.
     *
     * @param because what the client is told instead, if home stores this abort: it says more
     */
    record Abort(AbortedTransaction answer, @Nullable Because because) implements Result {}

    /** Another transaction has this id. */
    record Reused(Refusal refusal) implements Result {}

    /** What kept a participant from voting. One of the two. */
    record Because(@Nullable Refusal refusal, @Nullable NodeFailure failure) {}

    Ballot(Plan plan) {
        this.plan = plan;
        this.missing = plan.participants().size();
        for (int i = 0; i < missing; i++) {
            answers.add(null);
        }
    }

    /** Completes when this is closed. */
    CompletableFuture<Result> result() {
        return result;
    }

    boolean isClosed() {
        return result.isDone();
    }

    /**
     * Notes what was answered to a Prepare; late answers change nothing.
     *
     * @param part the participant's place among the participants
     * @return whether a condition has failed for the first time, and others have not voted yet: this has to be closed some time
     */
    boolean answered(int part, @Nullable Outcome outcome, @Nullable Throwable failure) {
        boolean isCertain;
        boolean beginsToWait;
        synchronized (this) {
            Answer answer = new Answer(outcome, failure);
            boolean isViolated = answer.no() == No.Reason.VIOLATED;
            answers.set(part, answer);
            missing--;
            isCertain = missing == 0 || !(isViolated || isYes(part, answer));
            beginsToWait = !isCertain && isViolated && !waits;
            waits |= beginsToWait;
        }
        if (isCertain) {
            close();
        }
        return beginsToWait;
    }

    /** Concludes from the votes that are in. */
    private void close() {
        if (isClosed()) {
            return;
        }
        try {
            result.complete(conclude());
        } catch (RuntimeException e) {
            fail(e);
        }
        open.set(null);
    }

    /** There is a defect; silence would leave the client waiting. Returns whether it was told so. */
    boolean fail(Throwable defect) {
        return result.completeExceptionally(defect);
    }

    /** A task that closes this, if it is still open; if not, the task does not keep the events of the transaction. */
    Runnable closer() {
        AtomicReference<@Nullable Ballot> stillOpen = open;
        return () -> {
            Ballot ballot = stillOpen.get();
            if (ballot != null) {
                ballot.close();
            }
        };
    }

    private boolean isYes(int part, Answer answer) {
        return answer.vote().hasYes() && plan.fits(part, answer.vote().getYes());
    }

    private synchronized Result conclude() {
        List<Yes> votes = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            Refusal refusal = answer == null ? null : answer.refusal();
            if (refusal != null && refusal.getReason() == Refusal.Reason.REQUEST_ID_REUSED) {
                return new Reused(refusal);
            }
            if (answer != null && isYes(i, answer)) {
                votes.add(answer.vote().getYes());
            }
        }
        return votes.size() == answers.size() ? new Commit(plan.committed(votes)) : abort();
    }

    private Abort abort() {
        AbortedTransaction vote = voted();
        return vote != null ? new Abort(vote, null) : new Abort(Steps.aborted(Reason.EXPIRED), because());
    }

    /**
     * What those say that have voted something else than YES. A rejection names all that is wrong, so it has to wait for the next
     * attempt if somebody could not look at his conditions; one that is silent, however, is not waited for.
     */
    private @Nullable AbortedTransaction voted() {
        AbortedTransaction unseen = unseen();
        List<Violation> violations = plan.merged(answers.stream()
                .map(answer -> answer == null
                        ? List.<Violation>of()
                        : answer.vote().getNo().getViolationsList())
                .toList());
        return unseen != null || violations.isEmpty()
                ? unseen
                : AbortedTransaction.newBuilder()
                        .setReason(Reason.REJECTED)
                        .addAllViolations(violations)
                        .build();
    }

    /** Why somebody has voted without a look at his conditions: what concerns the client most. Null if nobody has. */
    private @Nullable AbortedTransaction unseen() {
        AbortedTransaction other = null;
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            if (answer == null) {
                continue;
            }
            if (answer.no() == No.Reason.EXPIRED) {
                return AbortedTransaction.newBuilder()
                        .setReason(Reason.EXPIRED)
                        .setLogTimeMs(answer.vote().getNo().getLogTimeMs())
                        .build();
            }
            if (answer.vote().hasLocked() && (other == null || !other.hasContended())) {
                other = AbortedTransaction.newBuilder()
                        .setReason(Reason.CONTENTION)
                        .setContended(plan.participants().get(i))
                        .build();
            } else if (answer.no() == No.Reason.ABORTED && other == null) {
                other = Steps.aborted(Reason.RECOVERED); // somebody has decided; home tells what
            } else if (isFenced(answer) && other == null) {
                other = Steps.aborted(Reason.FENCED);
            }
        }
        return other;
    }

    private static boolean isFenced(Answer answer) {
        Refusal refusal = answer.refusal();
        return refusal != null && refusal.getReason() == Refusal.Reason.FENCED;
    }

    /** Time that ran out, and a leader that was not found, are what EXPIRED says already. */
    private @Nullable Because because() {
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            if (answer == null || isYes(i, answer)) {
                continue;
            }
            if (answer.refusal() != null) {
                return new Because(answer.refusal(), null);
            }
            NodeFailure failure = failure(plan.participants().get(i), answer);
            if (failure != null) {
                return new Because(null, failure);
            }
        }
        return null;
    }

    private static @Nullable NodeFailure failure(int partition, Answer answer) {
        Throwable cause = answer.failure() == null ? null : Steps.cause(answer.failure());
        if (cause instanceof NodeFailure failure) {
            return switch (failure.error().getCode()) {
                case NOT_LEADER, NOT_READY, UNREACHABLE, WRONG_CLUSTER, DEADLINE_EXCEEDED -> null;
                default -> failed(failure.error().getCode(), partition, failure);
            };
        }
        return failed(Error.Code.INTERNAL, partition, cause);
    }

    private static NodeFailure failed(Error.Code code, int partition, @Nullable Throwable cause) {
        NodeFailure failure = new NodeFailure(
                code,
                "partition " + partition + " could not prepare its part, and the transaction was aborted: "
                        + (cause == null ? "it gave an answer that is no vote" : cause.getMessage()),
                false);
        failure.initCause(cause);
        return failure;
    }
}
