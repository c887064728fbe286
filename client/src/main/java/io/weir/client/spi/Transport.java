package io.weir.client.spi;

import io.weir.protocol.Member;

/** Opens channels to nodes. */
public interface Transport extends AutoCloseable {
    /** A channel to a member; connects lazily and again by itself. Never null, does not block. */
    NodeChannel open(Member member);

    /**
     * From now on every request of every channel names this cluster. A node of another one refuses it with WRONG_CLUSTER, and has
     * then not executed it. Called before the first request but descriptions; does nothing where no other node can be reached.
     */
    default void bind(String clusterId) {}

    /** Frees what the channels share; channels are closed by who opened them. */
    @Override
    void close();
}
