package io.weir.jepsen.rig;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who is at the other end of a connection on this machine: the kernel lists all sockets with their ports, and the files that
 * each process has open. A proxy can so tell one node from another, which an address on the loopback interface does not.
 */
final class Sockets {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    private Sockets() {}

    /**
     * The first of some processes that holds the socket with these ports.
     *
     * @param localPort of the socket that is looked for
     * @param remotePort to which it is connected
     */
    static Optional<Long> owner(int localPort, int remotePort, Iterable<Long> pids) throws IOException {
        Optional<String> inode = inode(localPort, remotePort);
        if (inode.isPresent()) {
            for (long pid : pids) {
                if (holds(pid, "socket:[" + inode.get() + "]")) {
                    return Optional.of(pid);
                }
            }
        }
        return Optional.empty();
    }

    /** Columns: number, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode. */
    private static Optional<String> inode(int localPort, int remotePort) throws IOException {
        String local = String.format(":%04X", localPort);
        String remote = String.format(":%04X", remotePort);
        for (Path table : TABLES) {
            if (!Files.exists(table)) {
                continue;
            }
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9 && columns[1].endsWith(local) && columns[2].endsWith(remote)) {
                    return Optional.of(columns[9]);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(long pid, String socket) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                if (isLinkTo(file, socket)) {
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException e) {
            return false; // the process has ended
        }
    }

    /** The command line of a process; empty if it has ended. */
    static List<String> command(long pid) throws IOException {
        try {
            String text = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            return List.of(text.split("\0", -1));
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static boolean isLinkTo(Path file, String target) throws IOException {
        try {
            return Files.readSymbolicLink(file).toString().equals(target);
        } catch (NoSuchFileException e) {
            return false; // closed meanwhile
        }
    }
}
