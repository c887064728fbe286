package io.weir.consensus;

import io.weir.client.EventStoreException.CannotOpen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * An address that a node listens on.
 *
 * @param host a name or a literal, without the brackets of IPv6
 * @param port 0 to 65535
 */
record HostPort(String host, int port) {
    /**
     * Reads {@code host:port} or {@code [host]:port}.
     *
     * @throws CannotOpen if it is neither
     */
    static HostPort parse(String what, String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(colon, 0));
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty() && port >= 0 && port <= 0xFFFF) {
                return new HostPort(host, port);
            }
        } catch (NumberFormatException e) {
            throw new CannotOpen(what + " \"" + text + "\" has no port; write it as host:port", e);
        }
        throw new CannotOpen(what + " \"" + text + "\" is not an address; write it as host:port", null);
    }

    /** Refuses what others than this machine could reach. */
    HostPort requireLoopback(String what) {
        try {
            if (InetAddress.getByName(host).isLoopbackAddress()) {
                return this;
            }
        } catch (UnknownHostException e) {
            throw new CannotOpen(what + " " + this + " cannot be resolved; write it as 127.0.0.1:" + port, e);
        }
        throw new CannotOpen(
                what + " " + this
                        + " can be reached from other machines, and Weir has no TLS yet; use a loopback address"
                        + " such as 127.0.0.1:" + port,
                null);
    }

    /** Fails if something listens there already: Ratis would end the whole process when it finds out. */
    void requireFree(String what) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as the server itself does: a connection that lingers is no obstacle
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new CannotOpen(
                    what + " " + this + " cannot be bound (" + e.getMessage() + "); stop what listens on port " + port
                            + ", or give this node another port",
                    e);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
