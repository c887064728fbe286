package io.weir.consensus.local;

import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import io.weir.consensus.ListenConfig;
import io.weir.consensus.MemberConfig;
import io.weir.protocol.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of Weir servers on this machine, each a process of its own, that a demonstration, a benchmark or a test starts,
 * hurts and ends. The processes end with this one, even when this one is killed.
 *
 * <p>Each node has a directory {@code directory/<id>}: its data below {@code data}, unless the options say otherwise, and
 * all that it printed in {@code output.log}. The directory stays when the cluster is closed.
 *
 * <p>Safe for several threads. Calls block until what they say has happened.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final int START_ATTEMPTS = 3;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long STATUS_TIMEOUT_S = 2;
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Pattern PORT_TAKEN = Pattern.compile("(?i)address already in use");

    private final List<MemberConfig> members;
    private final Map<String, ServerProcess> processes = new LinkedHashMap<>();
    private final Map<String, Path> dataDirectories = new LinkedHashMap<>();

    /** What stands between a node and those who reach it: a proxy. */
    @FunctionalInterface
    public interface Front {
        /**
         * Puts it there, before the node starts; again, in place of the earlier one, if the cluster is started anew.
         *
         * @param reached where others look for the node
         * @param listen where the node will listen
         */
        void place(MemberConfig reached, ListenConfig listen);
    }

    /**
     * What to start.
     *
     * @param directory where the nodes keep everything; created if need be
     * @param nodes how many, 1 to 9; they are called n1, n2 ...
     * @param partitions how many partitions
     * @param serverCommand what starts a server, up to and including the word {@code server}; paths in it are absolute, as
     *     each node runs in its own directory. It begins with the program {@code java}, behind which JVM arguments go
     * @param dataDirectoryOf where a node keeps its data, by id: absolute, for instance on a file system of its own; new at
     *     the first start, and removed with all that is in it if that start loses its port
     * @param front null if the nodes are reached where they listen
     */
    public record Options(
            Path directory,
            int nodes,
            int partitions,
            List<String> serverCommand,
            Function<String, Path> dataDirectoryOf,
            @Nullable Front front) {
        public Options {
            directory = directory.toAbsolutePath();
            serverCommand = List.copyOf(serverCommand);
            if (nodes < 1 || nodes > 9) {
                throw new IllegalArgumentException("nodes: " + nodes + "; the limit is 1 to 9");
            }
        }

        /** Nodes that keep their data in {@code directory/<id>/data}. */
        public Options(Path directory, int nodes, int partitions, List<String> serverCommand) {
            this(
                    directory,
                    nodes,
                    partitions,
                    serverCommand,
                    id -> directory.toAbsolutePath().resolve(id).resolve("data"),
                    null);
        }

        /** The same, with something in front of each node. */
        public Options withFront(Front newFront) {
            return new Options(directory, nodes, partitions, serverCommand, dataDirectoryOf, newFront);
        }

        /** The same, with the data of the nodes elsewhere. */
        public Options withDataDirectories(Function<String, Path> newDataDirectoryOf) {
            return new Options(directory, nodes, partitions, serverCommand, newDataDirectoryOf, front);
        }

        /** The same, with further options of {@code weir server} for every node. */
        public Options withServerArguments(List<String> serverArguments) {
            List<String> command = new ArrayList<>(serverCommand);
            command.addAll(serverArguments);
            return new Options(directory, nodes, partitions, command, dataDirectoryOf, front);
        }

        /** The same, with further arguments for the JVM of every node in all of its lives. */
        public Options withJvmArguments(List<String> jvmArguments) {
            List<String> command = ServerCommand.withJvmArguments(serverCommand, jvmArguments);
            return new Options(directory, nodes, partitions, command, dataDirectoryOf, front);
        }

        /**
         * Nodes that run the program that this process runs: the same Java, the same runnable jar or class path.
         *
         * @param mainClass what to run if this process was not started by {@code java -jar}
         * @param maxHeapMib the heap of each node, in MiB
         */
        public static Options ofThisProgram(
                Path directory, int nodes, int partitions, String mainClass, int maxHeapMib) {
            return new Options(directory, nodes, partitions, ServerCommand.ofThisProgram(mainClass, maxHeapMib));
        }

        /** Nodes that run a runnable jar. */
        public static Options ofJar(Path directory, int nodes, int partitions, Path jar, int maxHeapMib) {
            return new Options(directory, nodes, partitions, ServerCommand.ofJar(jar, maxHeapMib));
        }
    }

    private final String clusterId;

    private LocalCluster(Options options, Consumer<List<String>> beforeFirstStart) {
        Front front = options.front();
        List<String> addresses = Ports.free((front == null ? 2 : 4) * options.nodes()).stream()
                .map(port -> "127.0.0.1:" + port)
                .toList();
        Iterator<String> address = addresses.iterator();
        List<MemberConfig> found = new ArrayList<>();
        for (int n = 1; n <= options.nodes(); n++) {
            found.add(new MemberConfig("n" + n, address.next(), address.next()));
        }
        members = List.copyOf(found);
        clusterId = "local-" + UUID.randomUUID();
        for (MemberConfig member : members) {
            Path directory = requireNew(options.directory().resolve(member.id()));
            Path data = requireNew(options.dataDirectoryOf().apply(member.id()));
            beforeFirstStart.accept(ServerCommand.nodeArguments(clusterId, member.id(), members, data));
            ListenConfig listen = null;
            if (front != null) {
                listen = new ListenConfig(address.next(), address.next());
                front.place(member, listen);
            }
            List<String> command = ServerCommand.ofNode(
                    options.serverCommand(), clusterId, member.id(), members, options.partitions(), listen, data);
            processes.put(member.id(), new ServerProcess(member.id(), command, directory));
            dataDirectories.put(member.id(), data);
        }
    }

    /**
     * Starts a cluster and waits until all of its nodes serve. A port that another program takes in the meantime is no
     * error: the cluster is started anew with other ports.
     *
     * @throws EventStoreException.CannotOpen if a node does not start; the message holds its last words
     */
    public static LocalCluster start(Options options) {
        return start(options, nodeArguments -> {});
    }

    /**
     * The same, with directories that somebody else fills.
     *
     * @param beforeFirstStart is given, for each node in turn, the options {@code --dir}, {@code --cluster-id}, {@code --node}
     *     and {@code --members} with their values, before any of them starts; once more if the cluster is started anew
     */
    public static LocalCluster start(Options options, Consumer<List<String>> beforeFirstStart) {
        for (int attempt = 1; ; attempt++) {
            LocalCluster cluster = new LocalCluster(options, beforeFirstStart);
            try {
                cluster.processes.values().forEach(process -> process.start(List.of(), Map.of()));
                cluster.awaitReady(START_TIMEOUT);
                return cluster;
            } catch (RuntimeException | Error e) {
                boolean isWorthAnother = attempt < START_ATTEMPTS && cluster.lostItsPort();
                cluster.close();
                if (!isWorthAnother) {
                    throw e;
                }
                cluster.dataDirectories.values().forEach(LocalCluster::deleteTree);
                cluster.processes.values().forEach(process -> deleteTree(process.directory()));
            }
        }
    }

    /** By which the nodes know each other. */
    public String clusterId() {
        return clusterId;
    }

    /** What {@code Weir.connect} takes: {@code weir://host:port,host:port}. */
    public String uri() {
        return "weir://" + members.stream().map(MemberConfig::clientAddress).collect(Collectors.joining(","));
    }

    /** n1, n2 ... */
    public List<String> nodeIds() {
        return members.stream().map(MemberConfig::id).toList();
    }

    /** The addresses of a node. */
    public MemberConfig member(String nodeId) {
        return members.get(nodeIds().indexOf(process(nodeId).id()));
    }

    /** SIGKILL: the node loses what it has not written. Nothing happens if it is down. */
    public void kill(String nodeId) {
        process(nodeId).kill();
    }

    /**
     * SIGTERM: the node ends in order. Nothing happens if it is down.
     *
     * @throws IllegalStateException if it did not, and had to be killed
     */
    public void stop(String nodeId) {
        process(nodeId).stop();
    }

    /** Starts a node that is down, or has died, on its directory and its ports. See {@link #awaitReady}. */
    public void restart(String nodeId) {
        startWith(nodeId, List.of());
    }

    /** The same, with further arguments for its JVM, for this life only: {@code -Dweir.fault=...}. */
    public void startWith(String nodeId, List<String> jvmArguments) {
        startWith(nodeId, jvmArguments, Map.of());
    }

    /** The same, with further variables of the environment, for this life only: {@code LD_PRELOAD=...}. */
    public void startWith(String nodeId, List<String> jvmArguments, Map<String, String> environment) {
        ServerProcess process = process(nodeId);
        process.stop();
        process.start(jvmArguments, environment);
    }

    /** SIGSTOP: the node freezes with all its connections open, as in a long collection of garbage. */
    public void pause(String nodeId) {
        process(nodeId).pause();
    }

    /** SIGCONT: undoes {@link #pause}. */
    public void resume(String nodeId) {
        process(nodeId).resume();
    }

    /** The process id of a node that is not down. */
    public long pid(String nodeId) {
        return process(nodeId).pid();
    }

    /** Where the node keeps its data. */
    public Path dataDirectory(String nodeId) {
        return Objects.requireNonNull(dataDirectories.get(process(nodeId).id()));
    }

    /** Whether the node's process ended, without having been told to by this. */
    public boolean hasDied(String nodeId) {
        return process(nodeId).hasDied();
    }

    /** The exit code of a node that {@link #hasDied}. */
    public int exitCode(String nodeId) {
        return process(nodeId).exitCode();
    }

    /** Completes with the exit code when the present process of a node that is not down has ended, however that came. */
    public CompletableFuture<Integer> onExit(String nodeId) {
        return process(nodeId).onExit();
    }

    /** The end of what the node printed in its present or last life, for a report. */
    public String lastWords(String nodeId) {
        return process(nodeId).tail();
    }

    /** The file with everything that the node printed, over all its lives. */
    public Path output(String nodeId) {
        return process(nodeId).output();
    }

    /**
     * Waits until all nodes that are neither down nor paused serve all of their partitions.
     *
     * @throws EventStoreException.CannotOpen at once if one of them ended by itself; the message holds its last words
     * @throws EventStoreException.Unavailable after the timeout; the message says which node lacks what
     */
    public void awaitReady(Duration timeout) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        for (ServerProcess process : processes.values()) {
            poll(deadlineNanos, () -> {
                boolean isDone = !process.isExpectedToServe() || process.hasPrintedLine("ready");
                return isDone ? "" : "node " + process.id() + " has not begun to serve; " + process.tail();
            });
        }
        if (processes.values().stream().noneMatch(ServerProcess::isExpectedToServe)) {
            return;
        }
        // A node that was paused since has printed that line long ago, and may have to catch up.
        try (EventStore store = Weir.connect(uri(), ClientConfig.DEFAULT.withTimeout(timeout))) {
            poll(deadlineNanos, () -> whatIsMissing(store));
        }
    }

    private void poll(long deadlineNanos, Supplier<String> whatIsMissing) {
        for (String missing = whatIsMissing.get(); !missing.isEmpty(); missing = whatIsMissing.get()) {
            requireNoneDied();
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new EventStoreException.Unavailable("the local cluster is not ready: " + missing, null);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        requireNoneDied();
    }

    /** Empty if every node that should serve says that it does. */
    private String whatIsMissing(EventStore store) {
        Set<String> waitedFor = processes.values().stream()
                .filter(ServerProcess::isExpectedToServe)
                .map(ServerProcess::id)
                .collect(Collectors.toCollection(TreeSet::new));
        for (CompletableFuture<NodeStatus> answer : store.status()) {
            try {
                NodeStatus status = answer.get(STATUS_TIMEOUT_S, TimeUnit.SECONDS);
                if (status.getReady()) {
                    waitedFor.remove(status.getNodeId());
                }
            } catch (ExecutionException | TimeoutException e) {
                // Down, paused, or still starting: it stays among those waited for, if it is.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EventStoreException.Unavailable("interrupted while waiting for " + waitedFor, e);
            }
        }
        return waitedFor.isEmpty() ? "" : "nodes " + waitedFor + " do not serve all of their partitions";
    }

    /** Ends all processes that this started: SIGTERM, and SIGKILL for those that take more than 10 s. Idempotent. */
    @Override
    public void close() {
        Collection<ServerProcess> all = processes.values();
        all.forEach(ServerProcess::requestStop);
        long deadlineNanos = System.nanoTime() + CLOSE_NANOS;
        all.forEach(process -> process.endBy(deadlineNanos));
    }

    private ServerProcess process(String nodeId) {
        ServerProcess process = processes.get(nodeId);
        if (process == null) {
            throw new IllegalArgumentException("node \"" + nodeId + "\" is not among " + processes.keySet());
        }
        return process;
    }

    private void requireNoneDied() {
        for (ServerProcess process : processes.values()) {
            if (process.hasDied()) {
                throw new EventStoreException.CannotOpen(
                        "node " + process.id() + " ended by itself with exit code " + process.exitCode() + "; "
                                + process.tail(),
                        null);
            }
        }
    }

    /** Whether a node ended because somebody else has its port. */
    private boolean lostItsPort() {
        return processes.values().stream()
                .anyMatch(process ->
                        process.hasDied() && PORT_TAKEN.matcher(process.tail()).find());
    }

    /** The ports are new each time, and the members of a cluster are fixed: old data would be refused. */
    private static Path requireNew(Path directory) {
        if (Files.exists(directory)) {
            throw new EventStoreException.CannotOpen(
                    directory + " is there already; a local cluster begins in an empty directory", null);
        }
        return directory;
    }

    private static void deleteTree(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove what a failed start left in " + root, e);
        }
    }
}
