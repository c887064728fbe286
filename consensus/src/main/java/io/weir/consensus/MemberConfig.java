package io.weir.consensus;

import org.jspecify.annotations.Nullable;

/**
 * One member of a cluster: two ports a node.
 *
 * @param id its name, 1 to 32 characters of {@code [a-z0-9-]}
 * @param peerAddress {@code host:port} on which its peers reach it
 * @param clientAddress {@code host:port} of its front door; null for an embedded node that has none
 */
public record MemberConfig(
        String id, String peerAddress, @Nullable String clientAddress) {
    public MemberConfig {
        if (!id.matches("[a-z0-9-]{1,32}")) {
            throw new IllegalArgumentException(
                    "member id \"" + id + "\" must have 1 to 32 characters of a-z, 0-9 and -");
        }
    }
}
