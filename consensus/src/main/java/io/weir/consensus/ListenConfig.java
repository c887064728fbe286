package io.weir.consensus;

import org.jspecify.annotations.Nullable;

/**
 * Where a node listens, if others reach it elsewhere: behind a proxy, or an address that is translated.
 *
 * @param peerAddress {@code host:port} for its peers
 * @param clientAddress {@code host:port} of its front door; null if it has none
 */
public record ListenConfig(String peerAddress, @Nullable String clientAddress) {}
