package io.weir.peers;

import io.weir.benchmarks.BenchVerb;
import io.weir.benchmarks.DurationConverter;
import io.weir.benchmarks.Machine;
import io.weir.benchmarks.ReportOutput;
import io.weir.benchmarks.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The verb {@code weir-peers compare}. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start Weir and other systems on this machine, with three replicas each, and measure them in turn.",
            "",
            "A peer that is not installed or fails is named, with the reason; the others are measured.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every peer was measured, or is not installed",
            "1:a peer failed, or the comparison did",
            "2:usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar weir-peers.jar compare --dir .",
            "  java -jar weir-peers.jar compare --peers weir,kafka-flush --workloads latency --file latency.json"
        })
final class CompareCommand extends BenchVerb {
    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            description = "What to measure, of: ${COMPLETION-CANDIDATES}. Default: all.",
            completionCandidates = PeerNames.class)
    List<String> peers = new ArrayList<>();

    @Option(
            names = "--workloads",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "append,latency,tx",
            description = "How, of: ${COMPLETION-CANDIDATES}. Default: all.")
    List<Workload> workloads = new ArrayList<>();

    @Option(
            names = "--weir",
            paramLabel = "JAR",
            defaultValue = "cli/target/weir/weir.jar",
            description = "The built product. Default: ${DEFAULT-VALUE}.")
    Path weir = Path.of("");

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "An existing directory below which all peers write; removed afterwards. Else the temporary one.")
    @Nullable
    Path directory;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions, or what comes nearest. Default: ${DEFAULT-VALUE}.")
    int partitions;

    @Option(
            names = "--heap-mib",
            paramLabel = "MIB",
            defaultValue = "512",
            description = "Heap of each JVM of a peer, in MiB. Default: ${DEFAULT-VALUE}.")
    int heapMib;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "Bytes of payload of an event. Default: ${DEFAULT-VALUE}.")
    int size;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "64",
            description = "Streams, or keys, to spread the events over. Default: ${DEFAULT-VALUE}.")
    int streams;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Events under way at most. Default: ${DEFAULT-VALUE}.")
    int inFlight;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long each peer works before anything is measured. Default: ${DEFAULT-VALUE}.")
    Duration warmup = Duration.ZERO;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds of each peer; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long a round takes. Default: ${DEFAULT-VALUE}.")
    Duration duration = Duration.ZERO;

    @Option(
            names = "--latency-rate",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Appends a second for the latencies. Default: ${DEFAULT-VALUE}.")
    long latencyRate;

    @Option(
            names = "--latency-duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "How long a round of latencies takes. Default: ${DEFAULT-VALUE}.")
    Duration latencyDuration = Duration.ZERO;

    @Option(
            names = "--tx-clients",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,16",
            description =
                    "Clients that commit at once, for each measurement of transactions. Default: ${DEFAULT-VALUE}.")
    List<Integer> txClients = new ArrayList<>();

    @Option(
            names = "--tx-streams",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Streams that Weir's transactions are spread over. Default: ${DEFAULT-VALUE}.")
    int txStreams;

    @Option(
            names = "--one-at-a-time",
            description = "End each peer before the next one starts, instead of measuring all in turn.")
    boolean isOneAtATime;

    @Option(names = "--file", paramLabel = "FILE", description = "Write the report there as JSON, too.")
    @Nullable
    Path file;

    @Mixin
    ReportOutput output = new ReportOutput();

    /** For the help. */
    static final class PeerNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        PeerNames() {
            super(Catalogue.names());
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        Path root = createRoot(directory).toAbsolutePath();
        try {
            ComparisonReport report = compare(root);
            if (file != null) {
                Files.writeString(file, report.json() + System.lineSeparator());
            }
            out().println(output.shown(report));
            out().flush();
            return report.skipped().stream().allMatch(Skipped::absent) ? 0 : 1;
        } finally {
            Trees.delete(root);
        }
    }

    private void check() {
        requireInRange("--partitions", partitions, 2, 64);
        requireInRange("--heap-mib", heapMib, 128, 1 << 20);
        requireInRange("--size", size, 1, 1_000_000);
        requireInRange("--streams", streams, 1, 1_000_000);
        requireInRange("--in-flight", inFlight, 1, 100_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        requireInRange("--latency-rate", latencyRate, 1, 1_000_000);
        requireInRange("--tx-streams", txStreams, 64, 1_000_000);
        requireInRange("--duration in ms", duration.toMillis(), 1, 3_600_000);
        requireInRange("--latency-duration in ms", latencyDuration.toMillis(), 1, 3_600_000);
        txClients.forEach(clients -> requireInRange("--tx-clients", clients, 1, 1_000));
        List<String> known = Catalogue.names();
        for (String name : peers) {
            if (!known.contains(name)) {
                throw refused("--peers names \"" + name + "\"; there are " + String.join(", ", known));
            }
        }
        if (names().contains(WeirPeer.NAME) && !Files.isRegularFile(weir)) {
            throw refused("--weir " + weir + " is no file; \"mvn -DskipTests package\" builds it");
        }
        if (file != null && !Files.isDirectory(parentOf(file))) {
            throw refused("--file " + file + " cannot be written: " + parentOf(file) + " is no directory");
        }
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    private static Path parentOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path : parent;
    }

    /** In the order of the catalogue, whatever the order of the option. */
    private List<String> names() {
        return Catalogue.names().stream()
                .filter(name -> peers.isEmpty() || peers.contains(name))
                .toList();
    }

    private List<Contest> contests() {
        List<Contest> contests = new ArrayList<>();
        for (Workload workload : workloads.stream().distinct().sorted().toList()) {
            if (workload == Workload.tx) {
                txClients.stream().distinct().forEach(clients -> contests.add(new Contest(workload, clients)));
            } else {
                contests.add(new Contest(workload, 1));
            }
        }
        return contests;
    }

    private ComparisonReport compare(Path root) throws IOException, InterruptedException {
        Setup setup = new Setup(weir.toAbsolutePath(), partitions, heapMib, size, streams, txStreams, inFlight);
        Plan plan = new Plan(warmup, rounds, duration, latencyDuration, latencyRate, isOneAtATime);
        Comparison comparison = new Comparison(names(), name -> Catalogue.peer(name, setup), setup, plan, root, err());
        List<Section> sections = new ArrayList<>();
        for (Contest contest : contests()) {
            sections.add(comparison.hold(contest));
        }
        return new ComparisonReport(
                commandLine(),
                Machine.here(Machine.fileSystemOf(root)),
                comparison.facts(),
                sections,
                comparison.skipped());
    }

    /** All options that bear on the figures, the defaults too: those of another version may differ. */
    private String commandLine() {
        return "weir-peers compare --peers %s --workloads %s%s%s --partitions %d --heap-mib %d --size %d --streams %d --in-flight %d --warmup %s --rounds %d --duration %s --latency-rate %d --latency-duration %s --tx-clients %s --tx-streams %d%s"
                .formatted(
                        String.join(",", names()),
                        joined(workloads),
                        names().contains(WeirPeer.NAME) ? " --weir " + weir : "",
                        directory == null ? "" : " --dir " + directory,
                        partitions,
                        heapMib,
                        size,
                        streams,
                        inFlight,
                        DurationConverter.format(warmup),
                        rounds,
                        DurationConverter.format(duration),
                        latencyRate,
                        DurationConverter.format(latencyDuration),
                        joined(txClients),
                        txStreams,
                        isOneAtATime ? " --one-at-a-time" : "");
    }

    private static String joined(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
