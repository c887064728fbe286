package io.weir.cli.tx;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.Column;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.TransactionInfo;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir tx list}: transactions over several partitions that are under way. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "List the transactions over several partitions that are under way, partition by partition.",
            "",
            "One that is open in several partitions has a line for each. It is normal to see some under load; one",
            "that stays for longer than its client waited is finished by the cluster within seconds.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:listed, be it nothing", "2:usage", "3:unavailable"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir tx list", "  weir tx list -o ndjson | wc -l"})
final class ListCommand implements Callable<Integer> {
    private static final List<Column<TransactionInfo>> COLUMNS = List.of(
            Column.text("ID", info -> info.id().toString()),
            Column.text("HOME", info -> String.valueOf(info.id().partition())),
            Column.text("PARTITION", info -> String.valueOf(info.partition())),
            Column.text("STATE", info -> info.state().toString()),
            Column.number("AGE MS", info -> info.age().toMillis()),
            Column.text("PARTICIPANTS", ListCommand::participants));

    private final Console console;

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
                Printer<TransactionInfo> printer = Printer.of(console, output, COLUMNS, ListCommand::json)) {
            for (TransactionInfo info : store.transactions()) {
                if (!printer.print(info)) {
                    break;
                }
            }
        }
        return ExitCode.OK;
    }

    private static String participants(TransactionInfo info) {
        return info.participants().stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static ObjectNode json(TransactionInfo info) {
        ObjectNode node = Json.object()
                .put("id", info.id().toString())
                .put("home", info.id().partition())
                .put("partition", info.partition())
                .put("state", info.state().toString())
                .put("ageMs", info.age().toMillis());
        ArrayNode participants = node.putArray("participants");
        info.participants().forEach(participants::add);
        return node;
    }
}
