package io.weir.jepsen.rig;

import io.weir.consensus.ListenConfig;
import io.weir.consensus.MemberConfig;
import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.rig.Proxy.Ways;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/**
 * All ways between the nodes of a cluster on this machine, and between them and their clients: a {@link Proxy} in front of
 * each port, and a {@link Link} for each direction between two of them. Thread-safe.
 */
public final class Network implements LocalCluster.Front, AutoCloseable {
    /** Every process that is no node: this one. */
    public static final String CLIENT = "client";

    private record Way(String from, String to) {}

    private final long seed;
    private final Map<Way, Link> links = new ConcurrentHashMap<>();
    private final Map<String, List<Proxy>> proxies = new HashMap<>();

    /** A network without nodes; chance comes from the seed. */
    public Network(long seed) {
        this.seed = seed;
    }

    @Override
    public synchronized void place(MemberConfig reached, ListenConfig listen) {
        String node = reached.id();
        close(proxies.getOrDefault(node, List.of()));
        List<Proxy> opened = new ArrayList<>();
        proxies.put(node, opened);
        opened.add(proxy(node, reached.peerAddress(), listen.peerAddress()));
        opened.add(proxy(node, String.valueOf(reached.clientAddress()), String.valueOf(listen.clientAddress())));
    }

    private Proxy proxy(String node, String reached, String listens) {
        int listenPort = port(reached);
        return Proxy.start(node, listenPort, port(listens), socket -> {
            String origin = origin(socket, listenPort);
            return new Ways(link(origin, node), link(node, origin));
        });
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** A node that has opened the connection; it is a child of this process, and knows its name. */
    private static String origin(Socket socket, int port) {
        List<Long> children =
                ProcessHandle.current().descendants().map(ProcessHandle::pid).toList();
        try {
            Optional<Long> owner = Sockets.owner(socket.getPort(), port, children);
            return owner.isPresent() ? nodeOf(owner.get()).orElse(CLIENT) : CLIENT;
        } catch (IOException e) {
            throw new UncheckedIOException("it cannot be found out who connects", e);
        }
    }

    private static Optional<String> nodeOf(long pid) throws IOException {
        List<String> command = Sockets.command(pid);
        int option = command.indexOf("--node");
        return option < 0 || option + 1 == command.size() ? Optional.empty() : Optional.of(command.get(option + 1));
    }

    /** The way from one node, or {@link #CLIENT}, to another. */
    public Link link(String from, String to) {
        return links.computeIfAbsent(new Way(from, to), way -> new Link(seed ^ way.hashCode()));
    }

    /** Gives all links between these a condition, in the directions that are chosen. */
    public void become(Collection<String> among, BiPredicate<String, String> chosen, Condition condition) {
        for (String from : among) {
            for (String to : among) {
                if (!from.equals(to) && chosen.test(from, to)) {
                    link(from, to).become(condition);
                }
            }
        }
    }

    /** Clears all links. */
    public void heal() {
        links.values().forEach(link -> link.become(Condition.CLEAR));
    }

    private static void close(List<Proxy> all) {
        all.forEach(Proxy::close);
    }

    /** Ends all connections. Idempotent. */
    @Override
    public synchronized void close() {
        proxies.values().forEach(Network::close);
    }
}
