package io.weir.cli.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.cluster.DigestComparison.Seen;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Column;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.cli.shell.Progress;
import io.weir.client.EventStore;
import io.weir.protocol.PartitionStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir cluster hash}: whether all replicas have applied the same log to the same effect. */
@Command(
        name = "hash",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compare the digests of all replicas, partition by partition, at the same applied index; and what each found at"
                    + " the last mark in its log, where it takes a digest over all that it holds.",
            "",
            "Replicas under load are rarely at the same index: it looks again until every partition has been compared or"
                    + " the time is up.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all replicas agree",
            "1:replicas differ",
            "2:usage",
            "3:a node could not be reached, or the indexes did not meet in time"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir cluster hash", "  weir cluster hash --wait 1m -o json"})
final class HashCommand implements Callable<Integer> {
    private static final long PAUSE_MS = 50;

    private static final List<Column<Seen>> COLUMNS = List.of(
            Column.number("PARTITION", Seen::partition),
            Column.text("NODE", Seen::node),
            Column.number("APPLIED", Seen::appliedIndex),
            Column.text("DIGEST", Seen::digest),
            Column.number(
                    "MARK", seen -> seen.mark().getIndex() > 0 ? seen.mark().getIndex() : "-"),
            Column.text("AT MARK", Seen::atMark),
            Column.text("MAJORITY", Seen::judgement));

    private final Console console;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = ConnectionOptions.Time.class,
            description = "How long to look for a common index. Default: ${DEFAULT-VALUE}.")
    private Duration wait = Duration.ZERO;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    HashCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        DigestComparison comparison = new DigestComparison();
        List<MemberReport> members;
        int partitions;
        try (EventStore store = connection.open(console)) {
            partitions = store.partitions();
            members = compare(store, partitions, comparison);
        }
        try (Printer<Seen> printer = Printer.of(console, output, COLUMNS, HashCommand::json)) {
            comparison.latest().forEach(printer::print);
        }
        judge(comparison, members, partitions);
        return ExitCode.OK;
    }

    /** Looks until it is sure or the time is up; returns what the members said last. */
    private List<MemberReport> compare(EventStore store, int partitions, DigestComparison comparison)
            throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        try (Progress progress = new Progress(console, "looks for a common index")) {
            for (int looks = 1; ; looks++) {
                List<MemberReport> members = MemberReport.ask(store);
                for (MemberReport member : members) {
                    if (member.status() != null) {
                        for (PartitionStatus status : member.status().getPartitionsList()) {
                            comparison.add(member.node(), status);
                        }
                    }
                }
                if (comparison.isConclusive(partitions, reachable(members)) || System.nanoTime() - end >= 0) {
                    return members;
                }
                progress.at(looks);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        }
    }

    private static void judge(DigestComparison comparison, List<MemberReport> members, int partitions) {
        if (!comparison.mismatches().isEmpty()) {
            throw new CliFailure(
                    ExitCode.FAILED,
                    "replicas differ: " + comparison.mismatches(),
                    "A replica that differs from a majority at a mark rebuilds itself: see weir cluster status. If it does"
                            + " not, or there is no majority, copy all directories, report it, because this must never"
                            + " happen, and see \"When replicas differ\" in docs/operating.md.");
        }
        List<Integer> uncompared = comparison.uncompared(partitions, reachable(members));
        if (!uncompared.isEmpty()) {
            throw new CliFailure(
                    ExitCode.UNAVAILABLE,
                    "the replicas of partitions " + uncompared + " were never seen at the same index",
                    "Look for longer with --wait 1m, or while fewer writes come.");
        }
        List<String> missing = members.stream()
                .filter(member -> member.status() == null)
                .map(MemberReport::node)
                .toList();
        if (!missing.isEmpty()) {
            throw new CliFailure(
                    ExitCode.UNAVAILABLE,
                    "all replicas that answered agree, but " + missing + " could not be reached",
                    "Start the missing nodes, then compare again.");
        }
    }

    private static List<String> reachable(List<MemberReport> members) {
        return members.stream()
                .filter(member -> member.status() != null)
                .map(MemberReport::node)
                .toList();
    }

    private static ObjectNode json(Seen seen) {
        return Json.object()
                .put("partition", seen.partition())
                .put("node", seen.node())
                .put("appliedIndex", seen.appliedIndex())
                .put("digest", seen.digest())
                .put("markIndex", seen.mark().getIndex())
                .put("markDigest", seen.atMark())
                .put("majority", seen.judgement());
    }
}
