package io.weir.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.client.RequestId;
import io.weir.logstore.Lock;
import io.weir.logstore.StoreException;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.Table;
import io.weir.logstore.layout.TransactionsLayout;
import io.weir.logstore.pages.StoreInspection;
import io.weir.protocol.Prepare;
import io.weir.protocol.TransactionRecord;
import io.weir.statemachine.TransactionRecords;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir inspect tx}: what the last checkpoint of a store holds of transactions over several partitions. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show the transactions over several partitions in the last checkpoint of a store, as JSON.",
            "",
            "Their records, what they have staged, and the streams that they hold. Reads as \"weir inspect store\".",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:shown",
            "1:there is no store, or it is damaged",
            "2:usage",
            "3:the node took another checkpoint meanwhile"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir inspect tx weir-data --partition 2", "  weir inspect tx weir-data/store-0 --limit 1000"})
final class InspectTxCommand implements Callable<Integer> {
    private static final DirectBuffer FIRST = new UnsafeBuffer(new byte[0]);

    private final Console console;

    @Mixin
    private StoreDirectory store = new StoreDirectory();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "So many of each kind at most, transactions by expiry, streams by slot and name. Default: ${DEFAULT-VALUE}.")
    private int limit;

    private final Checksum checksum = new Checksum();

    InspectTxCommand(Console console) {
        this.console = console;
    }

    /** One row, decoded. */
    private interface Row {
        ObjectNode of(DirectBuffer key, DirectBuffer value) throws InvalidProtocolBufferException;
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw CliFailure.usage("--limit " + limit, "Write --limit 1 or more.");
        }
        StoreInspection inspection = store.inspection();
        ObjectNode shown = StoreJson.checkpoint(inspection);
        try {
            put(inspection, Table.TRANSACTIONS, this::record, shown);
            put(inspection, Table.STAGED, this::staged, shown);
            put(inspection, Table.LOCKS, this::lock, shown);
        } catch (StoreException e) {
            throw StoreDirectory.damaged(e);
        } catch (StoreInspection.Moved e) {
            throw StoreDirectory.moved(e);
        }
        console.out().println(Json.pretty(shown));
        console.out().flush();
        return ExitCode.OK;
    }

    private void put(StoreInspection inspection, Table table, Row row, ObjectNode shown) throws StoreInspection.Moved {
        ArrayNode rows = shown.putArray(table.tableName());
        inspection.rows(table, FIRST, (of, key, value) -> {
            try {
                rows.add(row.of(key, value));
            } catch (InvalidProtocolBufferException e) {
                throw new StoreException.Corrupted("a row of table " + table.tableName() + ": " + e.getMessage());
            }
            return rows.size() < limit;
        });
    }

    private ObjectNode record(DirectBuffer key, DirectBuffer value) {
        TransactionKey id = TransactionsLayout.id(Table.TRANSACTIONS, key);
        TransactionRecord record =
                TransactionRecords.parse(id, TransactionsLayout.get(checksum, Table.TRANSACTIONS, key, value));
        ObjectNode row = id(id).put("state", record.getState().toString())
                .put("sinceMs", record.getSinceMs())
                .put("vote", record.getVote().getVoteCase().toString())
                .put("decision", record.getDecision().getDecisionCase().toString());
        ArrayNode participants = row.putArray("participants");
        record.getParticipantsList().forEach(participants::add);
        return row;
    }

    private ObjectNode staged(DirectBuffer key, DirectBuffer value) throws InvalidProtocolBufferException {
        Prepare prepare = Prepare.parseFrom(TransactionsLayout.get(checksum, Table.STAGED, key, value));
        ObjectNode row = id(TransactionsLayout.id(Table.STAGED, key));
        ArrayNode appends = row.putArray("appends");
        prepare.getAppendsList()
                .forEach(append -> appends.addObject()
                        .put("stream", append.getStream().toStringUtf8())
                        .put("events", append.getEventsCount()));
        ArrayNode requires = row.putArray("requires");
        prepare.getRequirementsList()
                .forEach(requirement -> requires.add(requirement.getStream().toStringUtf8()));
        return row;
    }

    private ObjectNode lock(DirectBuffer key, DirectBuffer value) {
        Lock lock = TransactionsLayout.lock(checksum, key, value);
        return Json.object()
                .put("stream", new String(lock.stream().name(), StandardCharsets.UTF_8))
                .put("mode", lock.exclusive() ? "exclusive" : "shared")
                .put("holder", text(lock.holder()));
    }

    private static ObjectNode id(TransactionKey key) {
        return Json.object().put("id", text(key)).put("home", key.home()).put("expiryMs", key.expiryMs());
    }

    private static String text(TransactionKey key) {
        return new RequestId(key.session().high(), key.session().low(), key.sequence(), key.home(), key.expiryMs())
                .toString();
    }
}
