package io.weir.jepsen.simulator;

import io.weir.consensus.transaction.StepPort;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.LogEntry;

/**
 * A deliberate mistake, in what the simulator does itself or on a way into the code of production. A simulator that does not
 * notice it would not notice the same mistake in production either.
 */
enum Mutant {
    READ_ASKS_NOBODY("a read that meets a lock answers from its snapshot"),
    READ_USES_OLDER_ANSWER("a read takes what home has answered to an earlier question"),
    READ_TAKES_NOTHING_FOR_UNDECIDED("a read takes \"no record\" for undecided"),
    READ_TAKES_FORGOTTEN_FOR_ABORTED("a read takes \"forgotten\" for aborted"),
    READ_SEES_STAGED("a read sees what is staged"),
    RESEND_WITH_LATER_EXPIRY("a transaction that is sent again has a later expiry"),
    DENIES_WITHOUT_DECISION("the driver answers in the negative without a decision"),
    CONFIRMS_BEFORE_DECISION("the driver answers committed when all have voted"),
    RESOLVES_BEFORE_DECISION("the driver resolves when all have voted"),
    FORGETS_EARLY("home forgets before the others are resolved"),
    TAKES_LOCKED_FOR_NO("the driver takes LOCKED for a NO"),
    TAKES_LOCKED_FOR_YES("the driver takes LOCKED for a YES"),
    CARE_ASKS_NOBODY("a participant aborts what is staged for long, without home"),
    LEAVES_WHAT_IS_FORGOTTEN("NEVER and FORGOTTEN_OR_NEVER resolve nothing"),
    NO_CARE("nobody finishes what a driver has left"),
    NO_SHARED_LOCKS("a stream that is only named in a condition is not locked"),
    CONDITIONS_IGNORE_LOCKS("conditions do not mind exclusive locks"),
    COMMANDS_IGNORE_LOCKS("commands do not mind locks"),
    PREPARES_IGNORE_LOCKS("a Prepare does not mind locks"),
    VOTE_NOT_KEPT("the vote is not kept when the part is committed"),
    MARK_NOT_KEPT("the mark is not kept when the part is aborted"),
    LAST_DECISION_WINS("a second decision replaces the first"),
    DECISION_GOES_AT_EXPIRY("home drops its decision at the expiry, without Forget"),
    STAGED_GOES_AT_EXPIRY("a participant drops what is staged at the expiry"),
    LOW_WATER_MARK_IGNORED("a partition ignores the low-water mark"),
    PARKING_REORDERS("what has waited for a lock is proposed in another order"),
    PREPARES_WAIT_IN_CIRCLES("a Prepare waits for older ones without limit"),
    NOBODY_IS_WOKEN("what waits for a lock is not proposed again when it goes"),
    COMMITS_IN_A_CUT("a decision to commit is not held back while a cut is opened"),
    FORGETS_IN_A_CUT("forgetting is not held back while a cut is opened"),
    VIEWS_OPEN_EARLY("a leader opens its view before all leaders hold"),
    NO_FENCE("a leader says that it holds before what it has proposed is applied"),
    GAPS_UNNOTICED("nobody notices that a leader has changed, or let go, while a cut was opened");

    private final String description;

    Mutant(String description) {
        this.description = description;
    }

    /** For the table in the documentation. */
    String description() {
        return description;
    }

    /** Whether it only shows where nothing else disturbs. */
    boolean isOfProgress() {
        return this == PARKING_REORDERS || this == PREPARES_WAIT_IN_CIRCLES || this == NOBODY_IS_WOKEN;
    }

    /** Whether it only shows in what is restored from a cut. */
    boolean isOfCuts() {
        return switch (this) {
            case COMMITS_IN_A_CUT, FORGETS_IN_A_CUT, VIEWS_OPEN_EARLY, NO_FENCE, GAPS_UNNOTICED -> true;
            default -> false;
        };
    }

    /** What the state machine writes to instead. */
    WriteBatch batch(WriteBatch batch, int partition, LogEntry entry) {
        return new MutatedBatch(batch, this, partition, entry);
    }

    /** What driver and care propose to instead. */
    StepPort port(StepPort port, World world) {
        return new MutatedPort(port, this, world);
    }
}
