package io.weir.cli.stream;

import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir stream tail}: follows a stream or a partition until it is interrupted, or for so many events. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Follow a stream or a whole partition: every event as it is recorded, until Ctrl-C or the limit.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the limit is reached", "2:usage", "3:unavailable"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir stream tail order-7 --from start", "  weir stream tail --partition 0 -o ndjson | jq .type"})
final class TailCommand implements Callable<Integer> {
    private final Console console;

    @ArgGroup(multiplicity = "1")
    private EventSource source = new EventSource();

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            defaultValue = "end",
            description = "start, end, or the first revision or position wanted. Default: ${DEFAULT-VALUE}.")
    private String from = "";

    @Option(names = "--limit", paramLabel = "N", description = "End after so many events.")
    private long limit = Long.MAX_VALUE;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    TailCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Subscription subscription = subscription();
        boolean ofStream = source.stream != null;
        try (EventStore store = connection.open(console);
                Printer<RecordedEvent> printer = Printer.live(
                        console,
                        output,
                        ofStream ? EventView.STREAM_COLUMNS : EventView.PARTITION_COLUMNS,
                        EventView::json)) {
            EventQueue events = new EventQueue();
            store.subscribe(subscription, events);
            for (long i = 0; i < limit; i++) {
                if (!printer.print(events.take())) {
                    break;
                }
            }
            events.cancel();
        }
        return ExitCode.OK;
    }

    private Subscription subscription() {
        if (limit < 0) {
            throw CliFailure.usage("--limit " + limit + " is negative", "Leave it out to follow for ever.");
        }
        Subscription subscription = source.stream != null
                ? Subscription.stream(source.stream)
                : Subscription.partition(java.util.Objects.requireNonNull(source.partition));
        if (from.equals("start")) {
            return subscription.fromStart();
        }
        if (from.equals("end")) {
            return subscription.fromEnd();
        }
        if (!from.matches("[0-9]{1,18}")) {
            throw CliFailure.usage("--from " + from + " is no place", "Write start, end, or a number from 0.");
        }
        return subscription.from(Long.parseLong(from));
    }
}
