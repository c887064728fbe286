package io.weir.cli.stream;

import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.StreamInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir stream info}: one stream, read linearizably. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Describe a stream: its last revision, its partition, its slot.", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it exists", "1:it does not exist", "2:usage", "3:unavailable"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir stream info order-7", "  weir stream info order-7 -o json"})
final class InfoCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "STREAM", description = "Name of the stream.")
    private String stream = "";

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    InfoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (EventStore store = connection.open(console)) {
            StreamInfo info = store.info(stream).join();
            if (info == null) {
                throw new CliFailure(
                        ExitCode.FAILED,
                        "stream \"" + stream + "\" does not exist",
                        "\"weir stream list\" shows the streams that do.");
            }
            Printer.printOne(console, output, EventView.json(info));
            return ExitCode.OK;
        }
    }
}
