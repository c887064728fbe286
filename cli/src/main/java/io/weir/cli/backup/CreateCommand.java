package io.weir.cli.backup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.consensus.backup.Backup;
import io.weir.consensus.backup.BackupManifest;
import io.weir.consensus.backup.BackupWriter;
import io.weir.consensus.backup.ClusterSource;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir backup create}: saves a cluster while it runs. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Save a running cluster into a new directory.",
            "",
            "All partitions are saved in one cut between the call and its end, with all that was acknowledged before the"
                    + " call, and of each transaction everything or nothing. While it is opened, for milliseconds, no"
                    + " transaction over several partitions commits. Every row is verified on its way; progress goes to"
                    + " standard error.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:saved, verified, and on the disk",
            "2:usage; or the directory is not empty, or cannot be written",
            "3:a partition could not be saved for a minute: the directory is left unfinished"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir backup create /backups/monday",
            "  weir backup create monday --connect weir://127.0.0.1:7401,127.0.0.1:7402 -o json"
        })
final class CreateCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "The backup: a directory that is new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    CreateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Backup backup;
        try (EventStore store = connection.open(console);
                ClusterSource source = new ClusterSource(store.cluster().join());
                Meter meter = new Meter(console, "saved")) {
            backup = BackupWriter.create(directory, source, meter);
        } catch (EventStoreException.Unavailable e) {
            throw new CliFailure(
                    ExitCode.UNAVAILABLE,
                    String.valueOf(e.getMessage()),
                    "\"weir cluster status\" shows who leads. Remove " + directory
                            + ", if it is there, and run it again.",
                    e);
        }
        Printer.printOne(console, output, json(backup));
        return ExitCode.OK;
    }

    private static ObjectNode json(Backup backup) {
        BackupManifest manifest = backup.manifest();
        return Json.object()
                .put("backup", manifest.id().toString())
                .put(
                        "directory",
                        backup.directory().toAbsolutePath().normalize().toString())
                .put("cluster", manifest.clusterId())
                .put("partitions", manifest.partitions())
                .put("events", manifest.events())
                .put("streams", manifest.streams())
                .put("bytes", manifest.bytes())
                .put("begun", manifest.begun().toString())
                .put("ended", manifest.ended().toString());
    }
}
