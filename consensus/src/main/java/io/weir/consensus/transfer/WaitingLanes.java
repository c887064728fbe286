package io.weir.consensus.transfer;

import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Connections to one member for calls that may wait there for long, as many as it takes. A member serves a bounded number of calls on
 * one connection: on a single one, those that wait for a lock would hold up the call that takes the lock away, and those by
 * which its holder could go on. Any thread.
 */
final class WaitingLanes {
    /** Calls on one connection; a front door serves a few more. */
    private static final int MAX_CALLS = 1_000;

    private final Supplier<ManagedChannel> opener;
    private final List<Lane> lanes = new ArrayList<>();

    /** A connection, and how many calls there are on it. */
    final class Lane {
        private final ManagedChannel channel;
        private int calls;

        private Lane(ManagedChannel channel) {
            this.channel = channel;
        }

        ManagedChannel channel() {
            return channel;
        }

        /** A call has ended. */
        void leave() {
            synchronized (WaitingLanes.this) {
                calls--;
            }
        }
    }

    WaitingLanes(Supplier<ManagedChannel> opener) {
        this.opener = opener;
    }

    /** Takes a place for one call. */
    synchronized Lane enter() {
        Lane free = null;
        for (Lane lane : lanes) {
            if (lane.calls < MAX_CALLS) {
                free = lane;
                break;
            }
        }
        if (free == null) {
            free = new Lane(opener.get());
            lanes.add(free);
        }
        free.calls++;
        return free;
    }

    synchronized void shutdownNow() {
        lanes.forEach(lane -> lane.channel.shutdownNow());
    }
}
