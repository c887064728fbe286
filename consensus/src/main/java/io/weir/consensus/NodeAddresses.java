package io.weir.consensus;

import io.weir.client.EventStoreException.CannotOpen;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The addresses of a configuration, all of them checked before anything is written: members are fixed by the first start, so
 * one that is refused must leave them free to be corrected.
 *
 * @param peer where this node listens for its peers
 * @param peers where to reach each member, by its id, in the order of the configuration
 */
record NodeAddresses(HostPort peer, Map<String, String> peers) {
    /**
     * Checks the addresses of all members, and that this node's own are free.
     *
     * @throws CannotOpen if one of them cannot be used; the message names it
     */
    static NodeAddresses check(NodeConfig config) {
        Map<String, String> peers = new LinkedHashMap<>();
        for (MemberConfig member : config.members()) {
            HostPort peer = loopback(peerName(member), member.peerAddress());
            if (peer.port() == 0 && config.members().size() > 1) {
                throw portless(peerName(member), "which its peers cannot find");
            }
            String client = member.clientAddress();
            if (client != null && loopback(clientName(member), client).port() == 0) {
                throw portless(clientName(member), "which no client can find");
            }
            peers.put(member.id(), peer.toString());
        }
        ListenConfig listen = config.listensAt();
        MemberConfig self = config.self();
        HostPort peer = loopback(peerName(self), listen.peerAddress());
        peer.requireFree(peerName(self));
        String client = listen.clientAddress();
        if (client != null) {
            loopback(clientName(self), client).requireFree(clientName(self));
        }
        return new NodeAddresses(peer, peers);
    }

    private static HostPort loopback(String what, String text) {
        return HostPort.parse(what, text).requireLoopback(what);
    }

    private static CannotOpen portless(String what, String why) {
        return new CannotOpen(what + " has port 0, " + why + "; name a port", null);
    }

    private static String peerName(MemberConfig member) {
        return "peer address of node " + member.id();
    }

    private static String clientName(MemberConfig member) {
        return "client address of node " + member.id();
    }
}
