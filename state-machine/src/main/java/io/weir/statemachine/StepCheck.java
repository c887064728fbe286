package io.weir.statemachine;

import io.weir.protocol.Decide;
import io.weir.protocol.Limits;
import io.weir.protocol.Prepare;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a step of a transaction is well-formed and within the {@link Limits}: as {@link CommandCheck}, for steps. */
public final class StepCheck {
    private StepCheck() {}

    /** Returns why the step is refused, INVALID or TOO_LARGE, or null if it is well-formed. Any thread. */
    public static @Nullable Refusal check(TransactionStep step) {
        TransactionId id = step.getId();
        Refusal header = check(id, step.getPrepare().getLowWaterMark());
        if (header != null) {
            return header;
        }
        return switch (step.getStepCase()) {
            case PREPARE -> prepare(id, step.getPrepare());
            case DECIDE -> decide(id, step.getDecide());
            case RESOLVE, FORGET -> null;
            case STEP_NOT_SET -> invalid("step is none that this version knows");
        };
    }

    /** As {@link #check(TransactionStep)}, of what all steps of a transaction have in common, and its Prepares. */
    public static @Nullable Refusal check(TransactionId id, long lowWaterMark) {
        int life = SessionIds.lifeMinutes(id.getSessionHigh());
        if (life < 1 || life > Limits.MAX_SESSION_LIFE_MINUTES || id.getSequence() == 0) {
            return invalid("transaction's session or sequence is out of range");
        }
        if (id.getExpiryMs() < 0 || id.getExpiryMs() > SessionIds.MAX_STAMP_MS) {
            return invalid("transaction's expiry " + id.getExpiryMs() + " is out of range");
        }
        return Long.compareUnsigned(lowWaterMark, id.getSequence()) >= 0
                ? invalid("low-water mark is not below the transaction's own sequence")
                : null;
    }

    private static @Nullable Refusal prepare(TransactionId id, Prepare prepare) {
        Refusal participants = participants(id, prepare.getParticipantsList());
        return participants != null
                ? participants
                : CommandCheck.check(prepare.getAppendsList(), prepare.getRequirementsList());
    }

    private static @Nullable Refusal decide(TransactionId id, Decide decide) {
        return switch (decide.getDecisionCase()) {
            case COMMIT -> participants(id, decide.getParticipantsList());
            case ABORT -> decide.getParticipantsCount() == 0 ? null : participants(id, decide.getParticipantsList());
            case DECISION_NOT_SET -> invalid("decision is missing");
        };
    }

    private static @Nullable Refusal participants(TransactionId id, List<Integer> participants) {
        int previous = -1;
        for (int participant : participants) {
            if (participant <= previous) {
                return invalid("participants do not ascend");
            }
            previous = participant;
        }
        return participants.size() < 2 || !participants.contains(id.getHome())
                ? invalid("participants are fewer than two, or home is none of them")
                : null;
    }

    private static Refusal invalid(String detail) {
        return Refusal.newBuilder().setReason(Reason.INVALID).setDetail(detail).build();
    }
}
