package io.weir.consensus.partition;

import org.jspecify.annotations.Nullable;

/**
 * Whether a partition can serve, and why not. It can once a leader is known and what was committed at that moment is applied;
 * from then on it can as long as a leader is known, the store has space, the replicas do not dispute what they hold, nothing
 * has failed, and it does not fall far behind what it knows to be committed. Thread-safe.
 */
final class Readiness {
    private static final long UNKNOWN = -2;

    /**
     * Committed entries that are not applied, above which a replica that was ready is catching up again. A leader has a
     * handful of them, a healthy follower not more than its applier's ring: {@value ApplyPipeline#MAX_WAITING_ENTRIES}.
     */
    private static final long MAX_BEHIND = 10L * ApplyPipeline.MAX_WAITING_ENTRIES;

    private long mustApply = UNKNOWN;
    private boolean caughtUp;
    private @Nullable String full;
    private @Nullable String disputed;
    private @Nullable String failed;

    /** The partition is lost until the node starts again; the first reason stays. */
    synchronized void failed(String reason) {
        if (failed == null) {
            failed = reason;
        }
    }

    /** The store is full, or, with null, has space again. */
    synchronized void full(@Nullable String reason) {
        full = reason;
    }

    /** The replicas hold different things and nobody can say who is right, or, with null, that is over. */
    synchronized void disputed(@Nullable String reason) {
        disputed = reason;
    }

    /** Why the partition has failed for good, or null. */
    synchronized @Nullable String failure() {
        return failed;
    }

    /** Why the partition cannot serve, or null if it can. */
    synchronized @Nullable String reason(RaftView view, long appliedIndex) {
        if (failed != null) {
            return failed;
        }
        if (full != null) {
            return full;
        }
        if (disputed != null) {
            return disputed;
        }
        if (view.role() == RaftView.Role.CLOSED) {
            return "closed";
        }
        if (view.leader().isEmpty()) {
            return "no leader is known";
        }
        if (view.leads() && !view.leaderReady()) {
            return "elected, but has not committed in its term yet";
        }
        if (mustApply == UNKNOWN) {
            if (view.committedIndex() < 0) {
                return "waiting for the leader's first word";
            }
            mustApply = view.committedIndex();
        }
        if (caughtUp && view.committedIndex() - appliedIndex > MAX_BEHIND) {
            mustApply = view.committedIndex();
            caughtUp = false;
        }
        if (!caughtUp && appliedIndex < mustApply) {
            return "catching up: applied " + appliedIndex + " of " + mustApply;
        }
        caughtUp = true;
        return null;
    }
}
