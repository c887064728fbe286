package io.weir.cli.stream;

import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir stream read}: the events of a stream or a partition, to the end or a limit. */
@Command(
        name = "read",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Read the events of a stream, by revision, or of a whole partition, by position.", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:read, be it nothing", "2:usage", "3:unavailable"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir stream read order-7 --backwards --limit 1",
            "  weir stream read --partition 2 --from 1000 -o ndjson"
        })
final class ReadCommand implements Callable<Integer> {
    /** The names are the option's values. */
    enum Level {
        linearizable,
        stale
    }

    private final Console console;

    @ArgGroup(multiplicity = "1")
    private EventSource source = new EventSource();

    @Option(names = "--from", paramLabel = "N", description = "First revision or position, inclusive.")
    private @Nullable Long from;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many events.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--backwards", description = "From the last event to the first.")
    private boolean isBackwards;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            defaultValue = "linearizable",
            description = "linearizable: sees all that was acknowledged before; stale: whatever the node has. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Level level = Level.linearizable;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    ReadCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        ReadRequest request = request();
        boolean ofStream = source.stream != null;
        long count = 0;
        try (EventStore store = connection.open(console);
                Printer<RecordedEvent> printer = Printer.of(
                        console,
                        output,
                        ofStream ? EventView.STREAM_COLUMNS : EventView.PARTITION_COLUMNS,
                        EventView::json)) {
            for (RecordedEvent event : store.read(request)) {
                count++;
                if (!printer.print(event)) {
                    return ExitCode.OK;
                }
            }
        }
        if (console.errIsTerminal()) {
            console.err().println(count == 0 ? "no events" : count + (count == 1 ? " event" : " events"));
        }
        return ExitCode.OK;
    }

    private ReadRequest request() {
        if ((from != null && from < 0) || limit < 0) {
            throw CliFailure.usage("--from and --limit count from 0", "Leave them out for everything.");
        }
        ReadRequest request = source.stream != null
                ? ReadRequest.stream(source.stream)
                : ReadRequest.partition(java.util.Objects.requireNonNull(source.partition));
        if (isBackwards) {
            request = request.backwards();
        }
        if (from != null) {
            request = request.from(from);
        }
        return request.limit(limit).at(level == Level.stale ? ReadLevel.stale() : ReadLevel.linearizable());
    }
}
