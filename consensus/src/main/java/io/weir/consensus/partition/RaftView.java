package io.weir.consensus.partition;

/**
 * What a node knows of its part in a Raft group.
 *
 * @param role what it does
 * @param leader node id of the leader, empty if not known
 * @param term the current term
 * @param committedIndex the highest index known to be committed, -1 if none
 * @param leaderReady whether this node leads and has committed an entry of its own term
 */
public record RaftView(Role role, String leader, long term, long committedIndex, boolean leaderReady) {
    /** What a node does in a group; the names are those of the status message. */
    public enum Role {
        /** Takes commands and linearizable reads. */
        LEADER,
        /** Follows a leader, or waits for one. */
        FOLLOWER,
        /** Stands for election. */
        CANDIDATE,
        /** Takes no part: starting, failed or closed. */
        CLOSED
    }

    /** Of a group that is not running. */
    public static final RaftView CLOSED = new RaftView(Role.CLOSED, "", 0, -1, false);

    public boolean leads() {
        return role == Role.LEADER;
    }
}
