package io.weir.consensus.repair;

import java.util.concurrent.CompletableFuture;

/**
 * What a node does when another member asks: the server side of the peer service. Whoever calls has checked that the other
 * one is a member of this cluster, and not this node itself. Any thread.
 */
public interface PeerHandler {
    /**
     * A member says who it is; blocks for a write to the disk when that is news. Failures are {@link
     * io.weir.client.spi.NodeFailure}s.
     */
    Greeting hello(String member, Incarnation incarnation, Origin origin, boolean settled);

    /**
     * Takes a member out of a partition's group.
     *
     * @return completes when every later leader knows; or with a {@link io.weir.client.spi.NodeFailure}, {@code NOT_LEADER}
     *     and the leader's name if another node must be asked
     */
    CompletableFuture<Void> leave(String member, int partition, long timeoutMs);

    /** Takes a member into a partition's group, after it has caught up; completes as {@link #leave} does. */
    CompletableFuture<Void> join(String member, int partition, long timeoutMs);
}
