package io.weir.consensus.frontdoor;

import io.weir.client.EventStoreException.CannotOpen;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Reads the address to listen on, and refuses whatever is not of the loopback interface: there is no TLS yet. */
final class ListenAddress {
    private ListenAddress() {}

    /** Parses {@code host:port}; an IPv6 host stands in brackets. */
    static InetSocketAddress parse(String hostPort) {
        int colon = hostPort.lastIndexOf(':');
        if (colon <= 0) {
            throw malformed(hostPort, null);
        }
        String host = hostPort.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw malformed(hostPort, null);
        }
        InetAddress address = resolve(host, hostPort);
        if (!address.isLoopbackAddress()) {
            throw new CannotOpen(
                    "the client address " + hostPort + " is not of the loopback interface, and without TLS Weir listens"
                            + " nowhere else; use 127.0.0.1 and a tunnel",
                    null);
        }
        try {
            return new InetSocketAddress(address, Integer.parseInt(hostPort.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw malformed(hostPort, e);
        }
    }

    private static InetAddress resolve(String host, String hostPort) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new CannotOpen("the client address " + hostPort + " names an unknown host; use 127.0.0.1", e);
        }
    }

    private static CannotOpen malformed(String hostPort, @org.jspecify.annotations.Nullable Throwable cause) {
        return new CannotOpen(
                "the client address \"" + hostPort + "\" is not host:port; write it as 127.0.0.1:7400", cause);
    }
}
