package io.weir.jepsen.model;

import static io.weir.jepsen.model.Invariant.ABORT_KEEPS_OUT;
import static io.weir.jepsen.model.Invariant.DECIDED_ONCE;
import static io.weir.jepsen.model.Invariant.DENSE;
import static io.weir.jepsen.model.Invariant.LOCKS_CAN_GO;
import static io.weir.jepsen.model.Invariant.LOCKS_HAVE_OWNERS;
import static io.weir.jepsen.model.Invariant.NOTHING_MISSED;
import static io.weir.jepsen.model.Invariant.NOT_TORN;
import static io.weir.jepsen.model.Invariant.NO_FALSE_NO;
import static io.weir.jepsen.model.Invariant.REJECTED_FOR_A_REASON;
import static io.weir.jepsen.model.Invariant.SAME_ANSWER;
import static io.weir.jepsen.model.Invariant.SERIALIZABLE;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol with one mistake. Each must be noticed, or be known to do no harm in the model. */
enum Mutant {
    NONE("the protocol as it is", null),

    LATER_EXPIRY_ON_RESEND("a Prepare that is sent again carries a later E", NO_FALSE_NO),
    HOME_NOT_IN_THE_ID("another driver lets another participant decide", NOT_TORN),
    CONDITIONS_BEFORE_LOCKS("Prepare looks at the conditions before it looks at the locks", REJECTED_FOR_A_REASON),
    CONDITIONS_IGNORE_LOCKS("conditions do not mind exclusive locks", SERIALIZABLE),
    NO_SHARED_LOCK("a stream that is only named in a condition is not locked", SERIALIZABLE),
    NO_EXCLUSIVE_LOCK("a writer does not mind another one's lock", REJECTED_FOR_A_REASON),
    LOCKED_IS_A_VOTE("LOCKED is recorded, like a vote", REJECTED_FOR_A_REASON),
    YES_NOT_KEPT("the vote is not kept when the part is resolved", LOCKS_HAVE_OWNERS),
    POSITION_AT_PREPARE("a staged event gets its position when it is staged", DENSE),
    STAGED_IS_VISIBLE("reads see what is staged", DENSE),
    COMMIT_WITHOUT_HOMES_YES("home stores COMMIT without its own YES", NOT_TORN),
    SECOND_DECISION_OVERWRITES("a second Decide replaces the first", DECIDED_ONCE),
    DECIDED_AFTER_DROP("home stores a decision past E, though it has no record", DECIDED_ONCE),
    FORGOTTEN_BEFORE_EXPIRY("home without a record answers NEVER before E, and stores nothing", NO_FALSE_NO),
    FORGOTTEN_IS_NEVER("home without a record answers NEVER when the session is over", NO_FALSE_NO),
    FORGOTTEN_IS_NO_ANSWER("NEVER, or FORGOTTEN_OR_NEVER, does not abort a part that is staged", LOCKS_CAN_GO),
    ANSWER_BEFORE_DECISION("the client is told Committed when all have voted YES", SAME_ANSWER),
    RESOLVE_BEFORE_DECISION("participants are resolved when all have voted YES", NOT_TORN),
    NO_WITHOUT_DECISION("the client is told no because of one NO or LOCKED, without a decision", NO_FALSE_NO),
    DECIDED_BY_LOCAL_CLOCK("a participant drops what is staged once it is past E", NOT_TORN),
    ABORT_MARK_FORGOTTEN("Resolve(ABORT) leaves no mark", ABORT_KEEPS_OUT),
    DROPPED_BEFORE_EXPIRY("a participant drops its vote or mark before E", ABORT_KEEPS_OUT),
    DROPPED_BY_ANOTHERS_TIME("a participant drops its vote or mark when home's log time is past E", ABORT_KEEPS_OUT),
    HOME_DROPS_BEFORE_EXPIRY("home drops its record after Forget, before E", ABORT_KEEPS_OUT),
    DROPPED_BEFORE_FORGET("home drops its record at the end of the session, without Forget", NOT_TORN),
    DROPPED_WHEN_ANSWERED("home drops its record because the client has seen the answer", ABORT_KEEPS_OUT),
    HOME_DROPS_AT_EXPIRY("home drops its answer after Forget at E, not at the end of the session", NO_FALSE_NO),
    EARLY_FORGET("Forget before the others have answered that they are resolved", NOT_TORN),
    FORGET_AFTER_THE_FIRST("Forget when one of the others has answered", NOT_TORN),
    NO_HOME_QUERY("a read that meets a lock answers from its snapshot", NOTHING_MISSED),
    HOME_QUERY_JOINED("a read uses an answer \"undecided\" to an older question", NOTHING_MISSED),
    NO_RECORD_IS_UNDECIDED("a read takes \"no record\" for undecided", NOTHING_MISSED),
    FORGOTTEN_CACHED_AS_ABORTED("a read takes FORGOTTEN_OR_NEVER, told to somebody else, for aborted", NOTHING_MISSED),
    COMMAND_IGNORES_LOCKS("a command writes a stream that is locked exclusively", REJECTED_FOR_A_REASON),
    COMMAND_IGNORES_SHARED_LOCKS("a command writes a stream that is locked in shared mode", SERIALIZABLE),
    COMMAND_CONDITIONS_IGNORE_LOCKS("a command's condition does not mind an exclusive lock", SERIALIZABLE),
    COMMAND_PASSES_DECIDED("a command does not mind the lock of a transaction that is decided", REJECTED_FOR_A_REASON),
    UNKNOWN_SESSION_EXECUTES("a command of a session that is over is executed", SAME_ANSWER),

    NO_NOT_RECORDED("a NO is answered, not recorded", null),
    ABORT_FORGOTTEN_EARLY("home forgets an ABORT without waiting for the others", null);

    private final String description;
    private final @Nullable Invariant broken;

    Mutant(String description, @Nullable Invariant broken) {
        this.description = description;
        this.broken = broken;
    }

    /** Those that some scenario must notice. */
    static List<Mutant> harmful() {
        return Arrays.stream(values()).filter(mutant -> mutant.broken != null).toList();
    }

    /** Those that no scenario can notice, whatever else may be wrong with them. */
    static List<Mutant> harmless() {
        return Arrays.stream(values())
                .filter(mutant -> mutant.broken == null && mutant != NONE)
                .toList();
    }

    String description() {
        return description;
    }

    /** Which invariant the shortest schedule breaks. */
    @Nullable
    Invariant broken() {
        return broken;
    }

    /** Whether no client can see in the end what the mistake leads to, but for locks that stay. */
    boolean isHidden() {
        return this == ABORT_MARK_FORGOTTEN || this == FORGOTTEN_IS_NO_ANSWER;
    }

    /** Where the mistake shows. */
    Scenario scenario() {
        return switch (this) {
            case CONDITIONS_BEFORE_LOCKS, NO_EXCLUSIVE_LOCK -> Scenarios.SEQUEL;
            case CONDITIONS_IGNORE_LOCKS -> Scenarios.CONDITION_ON_WRITTEN;
            case NO_SHARED_LOCK -> Scenarios.WRITE_SKEW;
            case POSITION_AT_PREPARE -> Scenarios.READ_ONLY;
            case FORGET_AFTER_THE_FIRST -> Scenarios.THREE_PARTITIONS;
            case COMMAND_IGNORES_LOCKS, COMMAND_PASSES_DECIDED -> Scenarios.COMMAND_AFTERWARDS;
            case COMMAND_IGNORES_SHARED_LOCKS -> Scenarios.COMMAND_WRITES_CONDITION;
            case COMMAND_CONDITIONS_IGNORE_LOCKS -> Scenarios.COMMAND_CONDITION_AFTERWARDS;
            case UNKNOWN_SESSION_EXECUTES -> Scenarios.COMMAND_WRITES;
            default -> Scenarios.OPPOSITE_HOMES;
        };
    }
}
