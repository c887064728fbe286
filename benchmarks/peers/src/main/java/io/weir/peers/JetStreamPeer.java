package io.weir.peers;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.weir.consensus.local.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** NATS JetStream: three servers as the system has them, and as many streams as others have partitions. */
final class JetStreamPeer implements Peer {
    private static final String PROGRAM = "nats-server";
    private static final Duration START = Setup.PATIENCE;
    /** What servers are asked before they have a leader is lost, and asked again. */
    private static final Duration QUESTION = Duration.ofSeconds(5);

    /** More than are ever under way: a full queue refuses instead of waiting. */
    private static final int QUEUE = 200_000;

    private final Setup setup;
    private String version = "";
    private @Nullable Children servers;
    private @Nullable Connection connection;

    JetStreamPeer(Setup setup) {
        this.setup = setup;
    }

    @Override
    public String name() {
        return "jetstream";
    }

    @Override
    public String promise() {
        return "in the page cache of two of three; synced every two minutes";
    }

    @Override
    public String versions() {
        return version;
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.append, Workload.latency);
    }

    @Override
    public void start(Path directory) throws CannotRunException, IOException, InterruptedException {
        Path program = Programs.find(PROGRAM, PROGRAM);
        version = Programs.firstLine(program, "--version");
        Children started = new Children(directory);
        servers = started;
        List<Integer> ports = Ports.free(2 * Setup.REPLICAS);
        for (int node = 0; node < Setup.REPLICAS; node++) {
            String name = "server-" + (node + 1);
            Path file = directory.resolve(name + ".conf");
            Files.writeString(file, settings(name, node, ports, directory));
            started.start(name, List.of(program.toString(), "--config", file.toString()));
        }
        started.await(START, () -> connect(ports));
        for (int stream = 0; stream < setup.partitions(); stream++) {
            int number = stream;
            started.await(START, () -> createStream(number));
        }
        started.await(START, this::missingReplicas);
    }

    private static String settings(String name, int node, List<Integer> ports, Path directory) {
        String routes = IntStream.range(0, Setup.REPLICAS)
                .mapToObj(other -> "nats://127.0.0.1:" + ports.get(Setup.REPLICAS + other))
                .collect(Collectors.joining(", "));
        return """
                server_name: %s
                listen: "127.0.0.1:%d"
                max_payload: 2MB
                jetstream { store_dir: "%s" }
                cluster { name: peers, listen: "127.0.0.1:%d", routes: [%s] }
                """.formatted(
                name, ports.get(node), directory.resolve(name + "-data"), ports.get(Setup.REPLICAS + node), routes);
    }

    private String connect(List<Integer> ports) throws Exception {
        Options.Builder options = new Options.Builder()
                .servers(ports.subList(0, Setup.REPLICAS).stream()
                        .map(port -> "nats://127.0.0.1:" + port)
                        .toArray(String[]::new))
                .noRandomize()
                .maxMessagesInOutgoingQueue(QUEUE)
                .connectionTimeout(Duration.ofSeconds(5))
                // Its default prints each refused connection while servers start; calls fail with the reason anyway.
                .errorListener(new ErrorListener() {});
        connection = Nats.connect(options.build());
        return "";
    }

    private String createStream(int number) throws Exception {
        JetStreamManagement management = connection().jetStreamManagement(waiting(QUESTION));
        if (!management.getStreamNames().contains(stream(number))) {
            StreamInfo unused = management.addStream(StreamConfiguration.builder()
                    .name(stream(number))
                    .subjects(subject(number))
                    .storageType(StorageType.File)
                    .replicas(Setup.REPLICAS)
                    .build());
        }
        return "";
    }

    private String missingReplicas() throws Exception {
        JetStreamManagement management = connection().jetStreamManagement(waiting(QUESTION));
        for (int number = 0; number < setup.partitions(); number++) {
            ClusterInfo cluster = management.getStreamInfo(stream(number)).getClusterInfo();
            if (cluster == null
                    || cluster.getLeader() == null
                    || cluster.getReplicas() == null
                    || cluster.getReplicas().stream()
                                    .filter(replica -> replica.isCurrent())
                                    .count()
                            < Setup.REPLICAS - 1) {
                return "stream " + stream(number) + " lacks a leader or a current replica";
            }
        }
        return "";
    }

    private static JetStreamOptions waiting(Duration timeout) {
        return JetStreamOptions.builder().requestTimeout(timeout).build();
    }

    private static String stream(int number) {
        return "measured-" + number;
    }

    private static String subject(int number) {
        return "measured." + number;
    }

    @Override
    public Appender appender(Workload workload) {
        try {
            JetStream jetStream = connection().jetStream(waiting(Setup.PATIENCE));
            return new Streams(
                    jetStream,
                    IntStream.range(0, setup.partitions())
                            .mapToObj(JetStreamPeer::subject)
                            .toList(),
                    setup.payload());
        } catch (IOException e) {
            throw new IllegalStateException("no connection to " + PROGRAM, e);
        }
    }

    /** Publishes to the streams in turn. */
    private static final class Streams implements Appender {
        private final JetStream jetStream;
        private final List<String> subjects;
        private final byte[] payload;
        private int next;

        Streams(JetStream jetStream, List<String> subjects, byte[] payload) {
            this.jetStream = jetStream;
            this.subjects = subjects;
            this.payload = payload;
        }

        @Override
        public CompletableFuture<?> append() {
            String subject = subjects.get(next);
            next = (next + 1) % subjects.size();
            return jetStream.publishAsync(subject, payload);
        }
    }

    private Connection connection() {
        return Objects.requireNonNull(connection, "not started");
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return Objects.requireNonNull(servers, "not started").handles();
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            connection = null;
        }
        if (servers != null) {
            servers.close();
        }
    }
}
