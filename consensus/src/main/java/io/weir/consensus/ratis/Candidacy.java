package io.weir.consensus.ratis;

import java.util.Arrays;
import org.apache.ratis.server.RaftServer;

/**
 * Tells a replica that stands for election from one that only says so.
 *
 * <p>Ratis stands for election on a thread of its own, which ends when the vote cannot be written: the disk is full, say. The
 * replica stays a candidate then, for as long as the process lives: it asks nobody for votes any more, and rejects members of a lower
 * priority whose logs are no longer than its own. If it is the preferred leader and all logs are equal, nobody can be elected. Only
 * to open the replica anew helps.
 */
final class Candidacy {
    /** In the name of the thread. */
    private static final String THREAD = "-LeaderElection";

    private Candidacy() {}

    /** Whether the replica is a candidate without that thread; true for a moment, too, while it becomes one. */
    static boolean isStranded(RaftServer.Division division) {
        if (!division.getInfo().isCandidate()) {
            return false;
        }
        ThreadGroup group = division.getThreadGroup();
        Thread[] threads = new Thread[2 * group.activeCount() + 8];
        int count = group.enumerate(threads, false);
        return Arrays.stream(threads, 0, count)
                .noneMatch(thread -> thread.getName().contains(THREAD));
    }
}
