package io.weir.statemachine;

import io.weir.logstore.LogStore;
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
    /**
     * Bytes of an encoded step. A transaction within the {@link Limits} needs less, in each of its steps; what its partitions
     * keep of it fits their stores.
     */
    public static final int MAX_STEP_BYTES = 6 << 20;

    /** Upper bounds of what something takes in a step beside the bytes that {@link Limits#MAX_TRANSACTION_BYTES} counts. */
    private static final long EVENT_BYTES = 8;

    private static final long STREAM_BYTES = 64;
    private static final long PARTICIPANT_BYTES = 32;
    private static final long OTHER_BYTES = 256;

    static {
        long largestStep = Limits.MAX_TRANSACTION_BYTES
                + EVENT_BYTES * Limits.MAX_EVENTS_PER_TRANSACTION
                + STREAM_BYTES * Limits.MAX_STREAMS_PER_TRANSACTION
                + PARTICIPANT_BYTES * Limits.SLOTS
                + OTHER_BYTES;
        // Beside a decision, a record has no violations, but may have the revisions of a vote, and names the
        // participants.
        long largestRecord = MAX_STEP_BYTES
                + STREAM_BYTES * Limits.MAX_STREAMS_PER_TRANSACTION
                + PARTICIPANT_BYTES * Limits.SLOTS
                + OTHER_BYTES;
        if (largestStep > MAX_STEP_BYTES || largestRecord > LogStore.MAX_ANSWER_BYTES) {
            throw new AssertionError("a transaction within its limits would not fit a step, or a step the store");
        }
    }

    private StepCheck() {}

    /** Returns why the step is refused, INVALID or TOO_LARGE, or null if it is well-formed. Any thread. */
    public static @Nullable Refusal check(TransactionStep step) {
        TransactionId id = step.getId();
        Refusal header = check(id, step.getPrepare().getLowWaterMark());
        if (header != null) {
            return header;
        }
        if (step.getSerializedSize() > MAX_STEP_BYTES) {
            return Refusal.newBuilder()
                    .setReason(Reason.TOO_LARGE)
                    .setValue(step.getSerializedSize())
                    .setLimit(MAX_STEP_BYTES)
                    .setDetail("step has too many bytes")
                    .build();
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
        if (isNoPartition(id.getHome())) {
            return invalid("transaction's home " + id.getHome() + " is out of range");
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
            if (isNoPartition(participant)) {
                return invalid("participant " + participant + " is out of range");
            }
            previous = participant;
        }
        return participants.size() < 2 || !participants.contains(id.getHome())
                ? invalid("participants are fewer than two, or home is none of them")
                : null;
    }

    /** There are no more partitions than slots. */
    private static boolean isNoPartition(int number) {
        return number < 0 || number >= Limits.SLOTS;
    }

    private static Refusal invalid(String detail) {
        return Refusal.newBuilder().setReason(Reason.INVALID).setDetail(detail).build();
    }
}
