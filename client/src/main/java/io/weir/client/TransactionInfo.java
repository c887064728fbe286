package io.weir.client;

import java.time.Duration;
import java.util.List;

/**
 * A transaction over several partitions that is not over in one of them.
 *
 * @param id its id; the partition in it is the one that decides
 * @param partition the partition that tells this
 * @param state how far it is there
 * @param participants all partitions that take part, ascending; empty if this one does not know
 * @param age since this partition first heard of it, in log time, which stands still while nothing is written
 */
public record TransactionInfo(RequestId id, int partition, State state, List<Integer> participants, Duration age) {
    /** How far a transaction is in one partition. */
    public enum State {
        /** Its streams are held, its events wait for the decision. */
        STAGED,
        /** Committed, in the partition that decides; others may still hold their streams. */
        COMMITTED,
        /** Aborted, likewise. */
        ABORTED
    }

    public TransactionInfo {
        participants = List.copyOf(participants);
    }
}
