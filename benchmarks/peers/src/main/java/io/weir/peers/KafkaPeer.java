package io.weir.peers;

import io.weir.consensus.local.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

/** Apache Kafka: three brokers that are controllers too, in the order in which an operator would set them up. */
final class KafkaPeer implements Peer {
    private static final String TOPIC = "measured";
    private static final int MIN_IN_SYNC = 2;
    private static final Duration START = Setup.PATIENCE;
    private static final long CALL_S = 10;
    /** Those of Kafka's own start script. */
    private static final List<String> JVM = List.of(
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent");

    private final Setup setup;
    private final boolean isFlushing;
    private String bootstrap = "";
    private @Nullable Children brokers;

    /** @param isFlushing whether brokers fsync each batch before they acknowledge it, which they do not by default */
    KafkaPeer(Setup setup, boolean isFlushing) {
        this.setup = setup;
        this.isFlushing = isFlushing;
    }

    @Override
    public String name() {
        return isFlushing ? "kafka-flush" : "kafka";
    }

    @Override
    public String promise() {
        return isFlushing
                ? "fsynced by all replicas in sync, two of three at least (flush.messages=1)"
                : "in the page cache of all replicas in sync, two of three at least; nothing is fsynced";
    }

    @Override
    public String versions() {
        return "kafka " + AppInfoParser.getVersion();
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.values());
    }

    @Override
    public void start(Path directory) throws CannotRunException, IOException, InterruptedException {
        Children started = new Children(directory);
        brokers = started;
        List<Integer> ports = Ports.free(2 * Setup.REPLICAS);
        bootstrap = IntStream.range(0, Setup.REPLICAS)
                .mapToObj(n -> "127.0.0.1:" + ports.get(n))
                .collect(Collectors.joining(","));
        String clusterId = Uuid.randomUuid().toString();
        for (int node = 1; node <= Setup.REPLICAS; node++) {
            Path file = directory.resolve("broker-" + node + ".properties");
            Files.writeString(file, String.join("\n", brokerSettings(node, ports, directory)) + "\n");
            // Formatting is what its operators do once for each disk.
            List<String> format = JavaCommand.of(
                    setup.heapMib(),
                    List.of("-XX:TieredStopAtLevel=1"),
                    "kafka.tools.StorageTool",
                    "format",
                    "--cluster-id",
                    clusterId,
                    "--config",
                    file.toString());
            started.run("format-" + node, format, START);
        }
        for (int node = 1; node <= Setup.REPLICAS; node++) {
            Path file = directory.resolve("broker-" + node + ".properties");
            started.start("broker-" + node, JavaCommand.of(setup.heapMib(), JVM, "kafka.Kafka", file.toString()));
        }
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            started.await(START, () -> missingBrokers(admin));
            started.await(START, () -> createTopic(admin));
            started.await(START, () -> missingReplicas(admin));
        }
    }

    private List<String> brokerSettings(int node, List<Integer> ports, Path directory) {
        String voters = IntStream.rangeClosed(1, Setup.REPLICAS)
                .mapToObj(voter -> voter + "@127.0.0.1:" + ports.get(Setup.REPLICAS + voter - 1))
                .collect(Collectors.joining(","));
        String client = "127.0.0.1:" + ports.get(node - 1);
        String controller = "127.0.0.1:" + ports.get(Setup.REPLICAS + node - 1);
        return List.of(
                "process.roles=broker,controller",
                "node.id=" + node,
                "controller.quorum.voters=" + voters,
                "controller.listener.names=CONTROLLER",
                "listeners=PLAINTEXT://" + client + ",CONTROLLER://" + controller,
                "advertised.listeners=PLAINTEXT://" + client,
                "inter.broker.listener.name=PLAINTEXT",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + directory.resolve("broker-" + node + "-data"),
                "auto.create.topics.enable=false",
                "default.replication.factor=" + Setup.REPLICAS,
                "offsets.topic.replication.factor=" + Setup.REPLICAS,
                "transaction.state.log.replication.factor=" + Setup.REPLICAS,
                "transaction.state.log.min.isr=" + MIN_IN_SYNC,
                // For the log of transactions as well: a commit promises what an append does.
                isFlushing ? "log.flush.interval.messages=1" : "# nothing is flushed");
    }

    private static String missingBrokers(Admin admin) throws Exception {
        int found =
                admin.describeCluster().nodes().get(CALL_S, TimeUnit.SECONDS).size();
        return found == Setup.REPLICAS ? "" : found + " of " + Setup.REPLICAS + " brokers";
    }

    private String createTopic(Admin admin) throws Exception {
        NewTopic topic = new NewTopic(TOPIC, Optional.of(setup.partitions()), Optional.of((short) Setup.REPLICAS));
        String minInSync = Integer.toString(MIN_IN_SYNC);
        topic.configs(
                isFlushing
                        ? Map.of("min.insync.replicas", minInSync, "flush.messages", "1")
                        : Map.of("min.insync.replicas", minInSync));
        try {
            admin.createTopics(List.of(topic)).all().get(CALL_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        return "";
    }

    private static String missingReplicas(Admin admin) throws Exception {
        TopicDescription topic = admin.describeTopics(List.of(TOPIC))
                .allTopicNames()
                .get(CALL_S, TimeUnit.SECONDS)
                .get(TOPIC);
        long whole = Objects.requireNonNull(topic).partitions().stream()
                .filter(partition ->
                        partition.leader() != null && partition.isr().size() == Setup.REPLICAS)
                .count();
        return whole == topic.partitions().size() ? "" : whole + " partitions are replicated";
    }

    @Override
    public Appender appender(Workload workload) {
        Properties settings = KafkaProducers.settings(bootstrap, workload);
        return new KafkaAppender(settings, TOPIC, setup.streamNames(), setup.payload());
    }

    @Override
    public Transactor transactor(int number) {
        Properties settings = KafkaProducers.settings(bootstrap, Workload.tx);
        return new KafkaTransactor(settings, TOPIC, setup.partitions(), setup.payload(), number);
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return Objects.requireNonNull(brokers, "not started").handles();
    }

    @Override
    public void close() {
        if (brokers != null) {
            brokers.close();
        }
    }
}
