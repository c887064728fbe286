package io.weir.consensus.partition;

import io.weir.protocol.Proposal;
import io.weir.protocol.TransactionStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a leader keeps back while a cut through all partitions is being opened: decisions to commit a transaction, and that its
 * home forgets one. Without the first, one partition's view could be opened before a decision, and another's behind it. Without
 * the second, one could be opened while the transaction is staged there, it could be resolved, its home could forget it, and then
 * home's view be opened: what is restored from both asks home, which knows nothing, and aborts.
 *
 * <p>Several may hold at once; what is kept goes on when the last has gone. Each hold has a deadline: who opens a cut may die. Not
 * thread-safe.
 */
public final class CommitHolds {
    /** Each hold; compared by identity. */
    public static final class Hold {
        private final long untilNanos;

        private Hold(long untilNanos) {
            this.untilNanos = untilNanos;
        }
    }

    private final Set<Hold> holds = new HashSet<>();
    private final Deque<Waiting> kept = new ArrayDeque<>();

    /** Holds from now on, until {@link #end}, or {@link #expire} finds that its time is over. */
    public Hold begin(long untilNanos) {
        Hold hold = new Hold(untilNanos);
        holds.add(hold);
        return hold;
    }

    /** Ends a hold; false if it had ended before: there was a gap. Then ask for what {@link #goesOn}. */
    public boolean end(Hold hold) {
        return holds.remove(hold);
    }

    /** Ends the holds whose time is over. Then ask for what {@link #goesOn}. */
    public void expire(long nowNanos) {
        holds.removeIf(hold -> hold.untilNanos - nowNanos <= 0);
    }

    /** Ends all holds. Then ask for what {@link #goesOn}. */
    public void endAll() {
        holds.clear();
    }

    /** Keeps one back, if it must be; false: it may be proposed. */
    public boolean keeps(Waiting waiting) {
        if (holds.isEmpty() || !isHeld(waiting.asked())) {
            return false;
        }
        kept.add(waiting);
        return true;
    }

    private static boolean isHeld(Proposal asked) {
        TransactionStep step = asked.getStep();
        return step.hasForget() || step.getDecide().hasCommit();
    }

    /** What is kept no longer, in the order in which it came. */
    public List<Waiting> goesOn() {
        return holds.isEmpty() ? takeAll() : List.of();
    }

    /** All that is kept, to be told that it will not go on. */
    List<Waiting> takeAll() {
        List<Waiting> all = new ArrayList<>(kept);
        kept.clear();
        return all;
    }

    /** Takes what fits. */
    void removeIf(Predicate<Waiting> late) {
        kept.removeIf(late);
    }
}
