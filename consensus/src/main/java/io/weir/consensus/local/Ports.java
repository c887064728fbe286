package io.weir.consensus.local;

import io.weir.client.EventStoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports of the loopback interface that nobody listens on.
 *
 * <p>They lie below the range from which systems give ports to outgoing connections. A port out of that range would be free
 * for the taking while its node is down: by any connection on the machine, and even by a client that knocks at the dead
 * node's door and, by chance, is given the same port on its own side, which connects it to itself.
 *
 * <p>A port that was free here may be taken before its server binds it. That race cannot be closed from outside of the
 * server: who starts a server tries again with other ports.
 */
public final class Ports {
    private static final int LOWEST = 10_000;
    private static final int OUTGOING = 32_768;
    private static final int ATTEMPTS = 10_000;

    /**
     * Which part of the range this process takes: {@code 2/8} is the second of eight. Processes that run clusters at the same time,
     * as those of a test run do, leave each other the ports of nodes that are down: a client would not notice whose node answers.
     */
    private static final String SLICE = "weir.ports.slice";

    private Ports() {}

    /**
     * Finds free ports.
     *
     * @return distinct ports
     * @throws EventStoreException.CannotOpen if there are too few
     */
    public static List<Integer> free(int count) {
        int slice = 1;
        int slices = 1;
        String wanted = System.getProperty(SLICE);
        if (wanted != null) {
            String[] parts = wanted.split("/", 2);
            slice = Integer.parseInt(parts[0]);
            slices = Integer.parseInt(parts[1]);
        }
        int size = (OUTGOING - LOWEST) / slices;
        int lowest = LOWEST + (slice - 1) % slices * size;
        Set<Integer> found = new LinkedHashSet<>();
        for (int attempt = 0; attempt < ATTEMPTS && found.size() < count; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(lowest, lowest + size);
            if (isFree(port)) {
                found.add(port);
            }
        }
        if (found.size() < count) {
            throw new EventStoreException.CannotOpen(
                    "found " + found.size() + " free ports between " + lowest + " and " + (lowest + size - 1)
                            + " on 127.0.0.1, need " + count + "; end other servers on this machine",
                    null);
        }
        return new ArrayList<>(found);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // taken, which is what was asked
        }
    }
}
