package io.weir.client.spi;

import io.weir.protocol.Member;

/** Opens channels to nodes. */
public interface Transport extends AutoCloseable {
    /** A channel to a member; connects lazily and again by itself. Never null, does not block. */
    NodeChannel open(Member member);

    /** Frees what the channels share; channels are closed by who opened them. */
    @Override
    void close();
}
