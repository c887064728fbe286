package io.weir.consensus.guard;

import java.util.List;

/** Whether Raft may start on a replica's files. */
public sealed interface Verdict {
    /** There is nothing: no log, no vote, no note, no store. A group starts here for the first time. */
    record Fresh() implements Verdict {}

    /**
     * Raft may start, once the repairs are made.
     *
     * @param log what the log holds then
     * @param repairs in the order in which they must be made; mostly none
     */
    record Sound(LogRange log, List<Repair> repairs) implements Verdict {
        /** Whether the replica may have voted otherwise than its file said. */
        public boolean isVoteUncertain() {
            return repairs.stream().anyMatch(Repair.RenewVote.class::isInstance);
        }
    }

    /**
     * The replica may have forgotten what it had promised: it must leave the group and join it anew.
     *
     * @param reason names the file, the index, and what was expected
     */
    record Quarantine(String reason) implements Verdict {}
}
