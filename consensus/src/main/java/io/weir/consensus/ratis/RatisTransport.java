package io.weir.consensus.ratis;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.util.AwaitForSignal;

/**
 * Ratis' gRPC transport, with four decisions of a leader corrected. Ratis makes it from the class name in its properties.
 *
 * <p><b>An entry that cannot be read.</b> What a leader has kept for a follower that was away is read from its disk, long after
 * it was written. If it is damaged Ratis tries for ever, and the follower never comes back. Here the partition is told: its log
 * is judged anew, while somebody else leads.
 *
 * <p><b>When a follower must install a copy.</b> A leader whose log begins with the very entry that a follower needs next does
 * not know the term of the entry before. Ratis 3.3.0 then tells the follower to install a copy; the follower answers that it
 * has all that a copy would bring, and is told again, for ever: it never gets another entry (RATIS-2500). It takes no rare luck:
 * a leader that dies leaves its log at the entry with which the next leader begins a segment. After that answer the entry
 * before needs no comparison, as it is in the follower's checkpoint and so committed: entries can be sent.
 *
 * <p><b>How often a follower is told to install a copy.</b> Ratis does it again as soon as the answer is there, for as long as
 * the copy takes, and each time the follower forces the list of members to its disk: some hundred times a second, while the
 * group's entries wait for the same disk. Here it is five times.
 *
 * <p><b>With which entry it goes on.</b> Never behind the end of its own log.
 */
public final class RatisTransport implements RpcType {
    @Override
    public String name() {
        return RatisTransport.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory extends GrpcFactory {
        Factory(Parameters parameters) {
            super(parameters);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
            return new Appender(server, leader, follower);
        }
    }

    private static final class Appender extends GrpcLogAppender {
        private static final long ASK_INTERVAL_MS = 200;

        private final AwaitForSignal signal = new Pace();
        /** Whether the follower was told to install a copy. Of the appender's thread. */
        private boolean hasAsked;

        Appender(RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
            super(server, leader, follower);
        }

        /** Ratis logs what is thrown here, and begins again with the same entry. */
        @Override
        public void run() throws IOException {
            try {
                super.run();
            } catch (RaftLogIOException e) {
                long next = getFollower().getNextIndex();
                if (getRaftLog().getTermIndex(next) != null
                        && getServer().getStateMachine() instanceof RatisStateMachine machine) {
                    machine.logUnreadable(e); // it was not purged in this moment: the log should have it
                }
                throw e;
            }
        }

        /**
         * A follower that is just getting a copy answers with the end of its log, which may lie behind the end of this one, if
         * it has a tail that no majority has. Ratis goes there, and finds nothing to send, for ever, unless the follower says
         * something else; one that was started anew without the tail is not asked.
         */
        @Override
        public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
                throws RaftLogIOException {
            long end = getRaftLog().getNextIndex();
            if (getFollower().getNextIndex() > end) {
                getFollower().setNextIndex(end);
            }
            return super.newAppendEntriesRequest(callId, heartbeat);
        }

        @Override
        public boolean shouldInstallSnapshot(boolean hasSnapshot) {
            hasAsked = super.shouldInstallSnapshot(hasSnapshot) && !hasAllBefore();
            return hasAsked;
        }

        @Override
        public AwaitForSignal getEventAwaitForSignal() {
            return signal;
        }

        /** Where the appender waits for more to do. New entries are no reason to ask a follower again that needs a copy. */
        private final class Pace extends AwaitForSignal {
            Pace() {
                super(Appender.this);
            }

            @Override
            public boolean await(long time, TimeUnit unit) throws InterruptedException {
                if (!hasAsked) {
                    return super.await(time, unit);
                }
                hasAsked = false;
                TimeUnit.MILLISECONDS.sleep(ASK_INTERVAL_MS);
                return true;
            }
        }

        /** Whether the follower has said that its checkpoint ends where this log begins. */
        private boolean hasAllBefore() {
            FollowerInfo follower = getFollower();
            long next = follower.getNextIndex();
            boolean isStaged = getLeaderState().isFollowerBootstrapping(follower)
                    && !follower.hasAttemptedToInstallSnapshot(); // has not been asked yet, as it must be
            long said = follower.getSnapshotIndex(); // 0 if it has said nothing
            return !isStaged
                    && said > 0
                    && next == said + 1
                    && next == getRaftLog().getStartIndex();
        }
    }
}
