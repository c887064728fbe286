package io.weir.cli.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Column;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.TransactionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir cluster status}: every partition on every node. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show every partition on every node: role, leader, how far it is, whether it serves, and why not.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every partition has a leader",
            "2:usage",
            "3:a partition has no leader, or no node could be reached"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir cluster status",
            "  weir cluster status --connect weir://127.0.0.1:7401,127.0.0.1:7402 -o json"
        })
final class StatusCommand implements Callable<Integer> {
    private static final List<Column<Row>> COLUMNS = List.of(
            Column.text("NODE", Row::node),
            Column.text("PARTITION", row -> row.of(status -> status.getPartition())),
            Column.text("ROLE", row -> row.status == null ? "UNREACHABLE" : row.status.getRole()),
            Column.text("LEADER", row -> row.of(PartitionStatus::getLeader)),
            Column.number("TERM", row -> row.of(PartitionStatus::getTerm)),
            Column.number("APPLIED", row -> row.of(PartitionStatus::getAppliedIndex)),
            Column.number("NEXT POSITION", row -> row.of(PartitionStatus::getNextPosition)),
            Column.number(
                    "OPEN TX", row -> row.of(status -> status.getTransactions().getOpen())),
            Column.text("READY", row -> row.of(status -> status.getReady() ? "yes" : "no")),
            Column.text("REASON", Row::reason));

    private final Console console;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    /** A partition on a node, or a node without any answer. */
    private record Row(
            String node, String address, @Nullable PartitionStatus status, String failure) {
        String of(Function<PartitionStatus, Object> field) {
            return status == null ? "-" : String.valueOf(field.apply(status));
        }

        String reason() {
            return status == null ? failure : status.getReason();
        }
    }

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<MemberReport> members;
        int partitions;
        try (EventStore store = connection.open(console)) {
            partitions = store.partitions();
            members = MemberReport.ask(store);
        }
        List<Row> rows = rows(members);
        try (Printer<Row> printer = Printer.of(console, output, COLUMNS, StatusCommand::json)) {
            rows.forEach(printer::print);
        }
        requireLeaders(rows, partitions);
        return ExitCode.OK;
    }

    private static List<Row> rows(List<MemberReport> members) {
        List<Row> rows = new ArrayList<>();
        for (MemberReport member : members) {
            if (member.status() == null) {
                rows.add(new Row(member.node(), member.address(), null, member.failure()));
                continue;
            }
            for (PartitionStatus status : member.status().getPartitionsList()) {
                rows.add(new Row(member.node(), member.address(), status, ""));
            }
        }
        return rows;
    }

    private static void requireLeaders(List<Row> rows, int partitions) {
        List<Integer> leaderless = IntStream.range(0, partitions)
                .filter(partition -> rows.stream()
                        .map(Row::status)
                        .noneMatch(status -> status != null
                                && status.getPartition() == partition
                                && status.getRole().equals("LEADER")))
                .boxed()
                .toList();
        if (!leaderless.isEmpty()) {
            throw new CliFailure(
                    ExitCode.UNAVAILABLE,
                    "no node leads " + (leaderless.size() == 1 ? "partition " : "partitions ") + joined(leaderless),
                    "Start the missing nodes; a majority elects within seconds.");
        }
    }

    private static String joined(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(java.util.stream.Collectors.joining(", "));
    }

    private static ObjectNode json(Row row) {
        ObjectNode node = Json.object().put("node", row.node).put("address", row.address);
        PartitionStatus status = row.status;
        if (status == null) {
            return node.put("reachable", false).put("reason", row.failure);
        }
        node.put("reachable", true)
                .put("partition", status.getPartition())
                .put("role", status.getRole())
                .put("leader", status.getLeader())
                .put("term", status.getTerm())
                .put("appliedIndex", status.getAppliedIndex())
                .put("nextPosition", status.getNextPosition())
                .put("ready", status.getReady())
                .put("state", status.getState())
                .put("reason", status.getReason())
                .put("checkpointIndex", status.getCheckpointIndex())
                .put("streams", status.getStreams())
                .put("storeBytes", status.getStoreBytes());
        TransactionStatus transactions = status.getTransactions();
        node.putObject("transactions")
                .put("open", transactions.getOpen())
                .put("oldestMs", transactions.getOldestMs())
                .put("committed", transactions.getCommitted())
                .put("rejected", transactions.getRejected())
                .put("contention", transactions.getContention())
                .put("expired", transactions.getExpired())
                .put("recovered", transactions.getRecovered())
                .put("fenced", transactions.getFenced())
                .put("recoveries", transactions.getRecoveries());
        return node;
    }
}
