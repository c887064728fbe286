package io.weir.cli.backup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.server.NodeOptions;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.RestoredNode;
import io.weir.consensus.StorageLimits;
import io.weir.consensus.backup.Backup;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir backup restore}: writes the directory of one node of a new cluster. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Write the directory of one node of a new cluster that begins with a backup.",
            "",
            "Run it once for every node of the new cluster, with the same backup, --cluster-id and --members, and then start"
                    + " them all. The new cluster needs an id that was never used. A node of a cluster that serves is never"
                    + " restored: start it with an empty directory, and it takes everything from the others.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the directory is written, and on the disk",
            "1:the backup is damaged",
            "2:usage; or no backup, the backup's own cluster id, a directory that is not empty or cannot be written"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir backup restore /backups/monday --cluster-id dev2 --dir /var/lib/weir2",
            "  weir backup restore monday --cluster-id s2 --node n1 --members n1=127.0.0.1:7301/127.0.0.1:7401"
        })
final class RestoreCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "BACKUP", description = "The backup's directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path backupDirectory;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    RestoreCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Backup backup = Backup.open(backupDirectory);
        NodeConfig config = node.config(backup.manifest().partitions(), () -> StorageLimits.DEFAULT);
        try (Meter meter = new Meter(console, "restored")) {
            RestoredNode.write(backup, config, meter);
        }
        Printer.printOne(console, output, json(backup, config));
        console.err().println("When every node is restored, start them; this one with: " + node.serverCommand(config));
        console.err().flush();
        return ExitCode.OK;
    }

    private static ObjectNode json(Backup backup, NodeConfig config) {
        return Json.object()
                .put("backup", backup.manifest().id().toString())
                .put("cluster", config.clusterId())
                .put("node", config.nodeId())
                .put(
                        "directory",
                        config.directory().toAbsolutePath().normalize().toString())
                .put("partitions", config.partitions())
                .put("events", backup.manifest().events())
                .put("streams", backup.manifest().streams());
    }
}
