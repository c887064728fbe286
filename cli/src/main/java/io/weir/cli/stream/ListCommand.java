package io.weir.cli.stream;

import io.weir.cli.config.ConnectionOptions;
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

/** {@code weir stream list}: the streams whose names begin with a prefix. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"List streams, partition by partition.", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:listed, be it nothing", "2:usage", "3:unavailable"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir stream list order-", "  weir stream list -o ndjson | wc -l"})
final class ListCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "PREFIX", defaultValue = "", description = "What the names begin with.")
    private String prefix = "";

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (EventStore store = connection.open(console);
                Printer<StreamInfo> printer = Printer.of(console, output, EventView.INFO_COLUMNS, EventView::json)) {
            for (StreamInfo info : store.streams(prefix)) {
                if (!printer.print(info)) {
                    break;
                }
            }
        }
        return ExitCode.OK;
    }
}
