package io.weir.cli.demo;

import io.weir.cli.git.BundledSample;
import io.weir.cli.git.GitFailure;
import io.weir.cli.git.GitPath;
import io.weir.cli.git.GitRepository;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.client.EventStoreException;
import io.weir.consensus.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir demo}: chooses the input, starts the nodes, plays, clears away, and says how it went by its exit code. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Put a git history into a cluster of three processes, kill -9 the leader of a partition on the way,"
                    + " and have git judge what comes out.",
            "",
            "Every path is a stream; every commit is one transaction over the streams of all paths that it touches,"
                    + " in whatever partitions they lie. One leader dies when a transaction is prepared and not decided,"
                    + " and a second client looks for halves. Everything is temporary and removed at the end.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every check passed",
            "1:a check failed; the differences are listed",
            "2:the command line or the input is wrong",
            "3:the cluster did not start or is unavailable"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir demo --repo ~/src/project",
            "  weir demo --from csv orders.csv --stream-key customer --tx-key order"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final int NODES = 3;
    private static final String HELP = "\"weir demo --help\" shows all options and two examples.";

    private final DemoCluster.Starter starter;
    private final Console console;
    private final Path here;

    @Option(
            names = "--repo",
            paramLabel = "DIR",
            description =
                    "A git repository; default: that of the current directory. Without one a bundled sample serves.")
    private @Nullable Path repo;

    @Option(names = "--commits", paramLabel = "N", description = "Import only the first N commits, oldest first.")
    private int commits = Integer.MAX_VALUE;

    @Option(
            names = "--from",
            arity = "2",
            paramLabel = "ndjson|csv FILE",
            hideParamSyntax = true,
            description = "Rows of a file instead of a history, an event each; - reads standard input.")
    private @Nullable List<String> from;

    @Option(names = "--stream-key", paramLabel = "NAME", description = "With --from: the column that names the stream.")
    private @Nullable String streamKey;

    @Option(
            names = "--tx-key",
            paramLabel = "NAME",
            description = "With --from: consecutive rows that are equal in this column are one transaction.")
    private @Nullable String txKey;

    @Option(names = "--partitions", paramLabel = "N", description = "How many partitions; default: 4.")
    private int partitions = 4;

    @Option(names = "--keep", paramLabel = "DIR", description = "Keep the nodes' data here; must be new or empty.")
    private @Nullable Path keep;

    @Option(
            names = "--corrupt",
            paramLabel = "PATH",
            description = "Prove that the judge can fail: store one wrong object id for PATH. Ends with exit code 1.")
    private @Nullable String corrupt;

    /** The demo on this machine. */
    public DemoCommand(Console console) {
        this(console, LocalDemoCluster::start, Path.of("."));
    }

    /** @param here whose repository serves if none is named */
    DemoCommand(Console console, DemoCluster.Starter starter, Path here) {
        this.console = console;
        this.starter = starter;
        this.here = here;
    }

    /** Plays the demo; returns only if every check has passed. */
    @Override
    public Integer call() throws IOException {
        try {
            play(new Lines(console));
            return ExitCode.OK;
        } catch (CheckFailed e) {
            throw new CliFailure(ExitCode.FAILED, "FAILED: " + e.getMessage(), "", e);
        } catch (GitFailure e) {
            throw new CliFailure(ExitCode.FAILED, String.valueOf(e.getMessage()), "", e);
        }
    }

    private void play(Lines lines) throws CheckFailed, IOException {
        long start = System.nanoTime();
        requireUsage(commits > 0, "--commits must be positive");
        requireUsage(
                partitions >= 1 && partitions <= NodeConfig.MAX_PARTITIONS,
                "--partitions must be 1 to " + NodeConfig.MAX_PARTITIONS);
        DemoInput input = from == null ? gitInput(lines) : rowInput(from);
        lines.print("input", input.description());
        try (Stage stage = Stage.open(keep)) {
            play(input, stage, lines);
        }
        lines.print(
                "total", String.format(Locale.ROOT, "%.1f s, every check passed", (System.nanoTime() - start) / 1e9));
        nextSteps(lines);
    }

    private void play(DemoInput input, Stage stage, Lines lines) throws CheckFailed, IOException {
        try {
            DemoCluster cluster = start(stage, lines);
            new DemoRun(input, cluster, stage.connect(cluster), stage.connect(cluster), lines).play();
            if (keep != null) {
                lines.print("kept", stage.directory().toString());
            }
        } catch (CheckFailed | EventStoreException | IOException e) {
            if (stage.isEnding()) {
                throw new CliFailure(ExitCode.FAILED, "interrupted; nodes and data are being cleared away", "", e);
            }
            throw e;
        }
    }

    private DemoCluster start(Stage stage, Lines lines) {
        long start = System.nanoTime();
        lines.note("starting " + NODES + " nodes in " + stage.directory() + " ...");
        try {
            DemoCluster cluster = stage.start(starter, NODES, partitions);
            lines.print(
                    "cluster",
                    String.format(
                            Locale.ROOT,
                            "%s, %d partitions, up in %.1f s",
                            cluster.description(),
                            partitions,
                            (System.nanoTime() - start) / 1e9));
            return cluster;
        } catch (EventStoreException.CannotOpen e) {
            throw new CliFailure(
                    ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), "\"weir doctor\" looks at this machine.", e);
        }
    }

    private void nextSteps(Lines lines) {
        lines.print("");
        lines.print("Next:");
        lines.print(
                "  weir demo --corrupt PATH                            # the judge can fail: exit code 1, and the path");
        lines.print("  weir demo --from ndjson FILE --stream-key NAME      # the same with your own data");
        lines.print("  weir server --help                                  # a cluster of your own");
    }

    private static void requireUsage(boolean holds, String message) {
        if (!holds) {
            throw CliFailure.usage(message, HELP);
        }
    }

    private DemoInput gitInput(Lines lines) throws IOException {
        requireUsage(streamKey == null && txKey == null, "--stream-key and --tx-key belong to --from");
        GitInput input = repo == null ? historyHere(lines) : historyOf(repo);
        return corrupt == null ? input : input.corrupting(GitPath.ofText(corrupt));
    }

    /** A repository that was named and is none is a mistake: the sample in its place would pass every check. */
    private GitInput historyOf(Path named) throws IOException {
        try {
            return new GitInput(GitRepository.at(named), commits);
        } catch (GitFailure e) {
            throw new CliFailure(
                    ExitCode.USAGE,
                    "--repo " + named + ": " + e.getMessage(),
                    "Name the directory of a git repository with a commit, or leave --repo out.",
                    e);
        }
    }

    private GitInput historyHere(Lines lines) throws IOException {
        try {
            return new GitInput(GitRepository.at(here), commits);
        } catch (GitFailure e) {
            lines.note(String.valueOf(e.getMessage()));
            lines.note("So the bundled sample history serves instead; --repo DIR names a repository.");
            return new GitInput(BundledSample.open(), commits);
        }
    }

    private DemoInput rowInput(List<String> formatAndFile) throws IOException {
        String format = formatAndFile.get(0);
        String file = formatAndFile.get(1);
        requireUsage(corrupt == null, "--corrupt belongs to a git history");
        if (streamKey == null) {
            throw CliFailure.usage("--from needs --stream-key: which column names the stream", HELP);
        }
        RowFile reader = new RowFile(streamKey, txKey);
        byte[] bytes = file.equals("-") ? console.in().readAllBytes() : read(Path.of(file));
        List<RowInput.Row> rows = switch (format) {
            case "ndjson" -> reader.ndjson(bytes);
            case "csv" -> reader.csv(bytes);
            default -> throw CliFailure.usage("--from " + format + ": the formats are ndjson and csv", HELP);
        };
        requireUsage(!rows.isEmpty(), file + " has no rows");
        return new RowInput(file.equals("-") ? "standard input" : file, rows);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw CliFailure.usage("cannot read " + file + ": " + e, HELP);
        }
    }
}
