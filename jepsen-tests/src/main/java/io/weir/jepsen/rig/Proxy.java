package io.weir.jepsen.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of one node on the loopback interface, in front of the port on which the node listens: every connection goes over the
 * {@link Link}s between the process that opens it and the node. A thread of its own accepts, and two carry each direction.
 */
public final class Proxy implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    private final String name;
    private final ServerSocket server;
    private final int port;
    private final Function<Socket, Ways> origin;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /** The links between somebody and the node, in both directions. */
    public record Ways(Link forth, Link back) {}

    /**
     * Begins to accept.
     *
     * @param port of the node
     * @param origin finds out who has opened a connection, by the socket that was accepted, and on which links he is
     */
    public static Proxy start(String name, int listenPort, int port, Function<Socket, Ways> origin) {
        try {
            ServerSocket server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), listenPort));
            Proxy proxy = new Proxy(name, server, port, origin);
            Thread thread = new Thread(proxy::accept, "proxy " + name);
            thread.setDaemon(true);
            thread.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy of " + name + " cannot listen", e);
        }
    }

    private Proxy(String name, ServerSocket server, int port, Function<Socket, Ways> origin) {
        this.name = name;
        this.server = server;
        this.port = port;
        this.origin = origin;
    }

    /** On which others reach the node through this. */
    public int listenPort() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket from = server.accept();
                // Finding out who it is, and whether the node answers, must not keep others waiting.
                Thread thread = new Thread(() -> connect(from), "proxy " + name + " connects");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("the proxy of {} could not accept a connection", name, e);
                }
            }
        }
    }

    /** A node that does not listen resets, as it would without a proxy, only a little later. */
    private void connect(Socket from) {
        Ways ways = origin.apply(from);
        Socket to = new Socket();
        Connection connection = new Connection(from, to, ways.forth(), ways.back());
        connections.removeIf(old -> !old.isOpen());
        connections.add(connection);
        try {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            if (connection.awaitAdmission()) {
                to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
                connection.begin(name);
            } else {
                connection.reset();
            }
        } catch (IOException e) {
            LOG.debug("{} cannot be reached", name, e);
            connection.reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.reset();
        }
    }

    /** Ends all connections. Idempotent. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        new HashSet<>(connections).forEach(Connection::reset);
    }
}
