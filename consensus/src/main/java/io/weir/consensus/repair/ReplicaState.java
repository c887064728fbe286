package io.weir.consensus.repair;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where the replica of a partition is in its life. Only {@link #RUNNING} serves; {@link #STOPPED_FOR_SPACE} still answers
 * reads that may be stale.
 */
public enum ReplicaState {
    /** The node has begun, and looks at the replica's files for the first time. */
    STARTING,
    /** Takes part in Raft, applies and serves. */
    RUNNING,
    /** The disk has no space; the store stays open if it is sound. Goes on by itself when there is space. */
    STOPPED_FOR_SPACE,
    /** Was closed after a failure and is being opened from its files, which are believed to be sound. */
    REOPENING,
    /** The store is being replaced by a copy of a peer's; Raft's log and vote are kept, so that nothing is forgotten. */
    REPAIRING_STORE,
    /** May have forgotten what it had promised: leaves the group, and joins it as one that has promised nothing. */
    REJOINING,
    /** Cannot go on without somebody else: a peer, a majority, or the operator. Tries again by itself. */
    WAITING,
    /** A human must decide; nothing is tried any more until the node starts again. */
    FAILED;

    private static final Map<ReplicaState, Set<ReplicaState>> NEXT = Map.of(
            STARTING, EnumSet.of(RUNNING, STOPPED_FOR_SPACE, REOPENING, REPAIRING_STORE, REJOINING, WAITING, FAILED),
            RUNNING, EnumSet.of(STOPPED_FOR_SPACE, REOPENING, REPAIRING_STORE, REJOINING),
            STOPPED_FOR_SPACE, EnumSet.of(REOPENING, WAITING),
            REOPENING, EnumSet.of(RUNNING, STOPPED_FOR_SPACE, REPAIRING_STORE, REJOINING, WAITING, FAILED),
            REPAIRING_STORE, EnumSet.of(REOPENING, STOPPED_FOR_SPACE, REJOINING, WAITING, FAILED),
            REJOINING, EnumSet.of(RUNNING, STOPPED_FOR_SPACE, WAITING, FAILED),
            WAITING, EnumSet.of(STOPPED_FOR_SPACE, REOPENING, REPAIRING_STORE, REJOINING, FAILED),
            FAILED, EnumSet.noneOf(ReplicaState.class));

    /** Whether a replica may go from this state to another one; to stay is always legal. */
    public boolean mayBecome(ReplicaState next) {
        return this == next || NEXT.getOrDefault(this, Set.of()).contains(next);
    }
}
