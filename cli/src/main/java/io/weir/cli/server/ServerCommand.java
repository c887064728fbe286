package io.weir.cli.server;

import io.weir.cli.config.Setting;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.FailureReport;
import io.weir.client.EventStoreException;
import io.weir.consensus.MemberConfig;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.WeirNode;
import io.weir.logstore.StoreException;
import io.weir.logstore.lmdb.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir server}: runs one node until SIGTERM or SIGINT. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Run a node: without any option a cluster of one for development, on loopback.",
            "",
            "Prints a line that begins with \"ready\" when every partition can serve. All members of a cluster are given"
                    + " the same --cluster-id, --members and --partitions. Ends in order on SIGTERM and SIGINT.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ended in order", "2:usage, configuration, directory, or a port that is taken"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir server --dir /var/lib/weir",
            "  weir server --node n1 --members n1=127.0.0.1:7301/127.0.0.1:7401,n2=127.0.0.1:7302/127.0.0.1:7402"
        })
public final class ServerCommand implements Callable<Integer> {
    private static final Duration READY_LOOK = Duration.ofSeconds(5);

    private final Console console;

    @Mixin
    private final NodeOptions node = new NodeOptions();

    @Setting
    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many partitions, 1 to " + NodeConfig.MAX_PARTITIONS
                    + "; fixed at the first start. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Mixin
    private final StorageOptions storage = new StorageOptions();

    @Option(
            names = "--exit-with-parent",
            description = "End when standard input ends, that is, when the program behind it does.")
    private boolean exitsWithParent;

    public ServerCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        NodeConfig config = node.config(partitions, storage::limits);
        say("node " + config.nodeId() + " of cluster " + config.clusterId() + ", "
                + config.members().size() + (config.members().size() == 1 ? " member, " : " members, ")
                + config.partitions() + " partitions, directory "
                + config.directory().toAbsolutePath().normalize());
        NativeFiles natives = prepare(config.directory());
        WeirNode running = start(config, natives);
        Shutdown shutdown = Shutdown.first(() -> end(running, natives));
        try {
            serve(running, config.self());
            return ExitCode.OK;
        } catch (RuntimeException e) {
            shutdown.failed(FailureReport.of(e).exitCode());
            throw e;
        }
    }

    private void serve(WeirNode running, MemberConfig self) throws InterruptedException {
        if (exitsWithParent) {
            Shutdown.whenInputEnds(console.in());
        }
        say("listening for clients on " + self.clientAddress() + ", for peers on " + self.peerAddress());
        awaitReady(running);
        say("ready client=" + self.clientAddress() + " peer=" + self.peerAddress());
        Thread.currentThread().join();
    }

    private static NativeFiles prepare(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, "probe", ".tmp"));
            NativeFiles natives = NativeFiles.prepare(directory);
            NativeLibrary.load(); // now that there is room: the disk may be full when the first store is opened
            return natives;
        } catch (StoreException.Failed e) {
            throw new CliFailure(
                    ExitCode.USAGE, String.valueOf(e.getMessage()), "\"weir doctor\" looks at this machine.", e);
        } catch (IOException e) {
            throw new CliFailure(
                    ExitCode.USAGE,
                    "the directory " + directory + " cannot be created or written: " + e,
                    "Name another one with --dir, or change its owner.",
                    e);
        }
    }

    private WeirNode start(NodeConfig config, NativeFiles natives) {
        SerialFilter.set();
        try {
            return WeirNode.start(config);
        } catch (EventStoreException.CannotOpen e) {
            remove(natives);
            throw new CliFailure(
                    ExitCode.USAGE,
                    String.valueOf(e.getMessage()),
                    "--dir names the directory, --members the addresses; \"weir server --help\" shows all options.",
                    e);
        }
    }

    /** Waits for as long as it takes, and says every few seconds what is missing: other members may start much later. */
    private void awaitReady(WeirNode running) {
        while (true) {
            try {
                running.awaitReady(READY_LOOK);
                return;
            } catch (EventStoreException.Unavailable e) {
                console.err().println("waiting: " + e.getMessage());
                console.err().flush();
            }
        }
    }

    private void end(WeirNode running, NativeFiles natives) {
        say("ending");
        running.close();
        remove(natives);
        say("ended");
    }

    private void remove(NativeFiles natives) {
        try {
            natives.remove();
        } catch (IOException e) {
            console.err().println("native files were left below " + node.directory() + ": " + e);
        }
    }

    private void say(String line) {
        console.out().println(line);
        console.out().flush();
    }
}
