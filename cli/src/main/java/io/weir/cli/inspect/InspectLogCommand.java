package io.weir.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.consensus.NodeFiles;
import io.weir.consensus.guard.LogGuard;
import io.weir.consensus.guard.LogInspection;
import io.weir.consensus.guard.StoreMark;
import io.weir.consensus.guard.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir inspect log}: a partition's Raft log, and what the guard would say of it at the next start. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show a partition's Raft log, and whether Raft could be started on it, as JSON.",
            "",
            "Segments, entries, the vote, and how far the log is known to have been flushed. Changes nothing.",
            "Of a running node it shows what is on the disk at this moment: the end of the log may be a write",
            "under way, so only damage in closed segments means something.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:Raft can start on it", "1:it cannot, or the directory cannot be read", "2:usage"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir inspect log weir-data", "  weir inspect log copy-of-n2 --partition 2 --from 1000 --limit 5"})
final class InspectLogCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "A node's directory, or the directory of one Raft group.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Option(names = "--partition", paramLabel = "N", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
    private int partition;

    @Option(names = "--from", paramLabel = "INDEX", description = "First entry to show. Default: the last ones.")
    private @Nullable Long from;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "So many entries at most. Default: ${DEFAULT-VALUE}.")
    private int limit;

    InspectLogCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (limit < 0 || partition < 0 || (from != null && from < 0)) {
            throw CliFailure.usage("a negative --limit, --partition or --from", "Write numbers from 0 on.");
        }
        NodeFiles node = NodeFiles.of(directory);
        LogGuard guard = guard(node);
        EntryRows entries = new EntryRows(from, limit);
        StoreMark store = node == null ? new StoreMark.Unknown() : node.storeMark(partition);
        LogInspection inspection = LogInspection.of(guard, store, node == null ? Set.of() : node.members(), entries);
        ObjectNode shown = Json.object().put("directory", guard.group().toString());
        if (node != null) {
            shown.put("cluster", node.clusterId())
                    .put("node", node.nodeId())
                    .put("partition", partition)
                    .put("running", node.isRunning())
                    .put("checkpoint", store.index());
        }
        LogJson.put(shown, inspection);
        ArrayNode rows = shown.putArray("entries");
        entries.rows().forEach(rows::add);
        console.out().println(Json.pretty(shown));
        console.out().flush();
        return inspection.verdict() instanceof Verdict.Quarantine ? ExitCode.FAILED : ExitCode.OK;
    }

    private LogGuard guard(@Nullable NodeFiles node) {
        if (node == null) {
            if (!Files.isDirectory(directory.resolve("current"))) {
                throw new CliFailure(
                        ExitCode.FAILED,
                        directory + " is neither a node's directory nor one of a Raft group",
                        "Name the directory that \"weir server --dir\" was given.");
            }
            Path absolute = directory.toAbsolutePath().normalize();
            Path note = absolute.resolve("../../raft-guard").normalize().resolve(absolute.getFileName());
            return new LogGuard(absolute, note);
        }
        if (partition >= node.partitions()) {
            throw CliFailure.usage(
                    "partition " + partition + " of a node with " + node.partitions(),
                    "Write --partition 0 to " + (node.partitions() - 1) + ".");
        }
        return node.guard(partition);
    }
}
