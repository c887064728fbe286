package io.weir.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.Progress;
import io.weir.logstore.StoreException;
import io.weir.logstore.layout.Table;
import io.weir.logstore.pages.Effort;
import io.weir.logstore.pages.StoreInspection;
import io.weir.logstore.pages.Verification;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir inspect store}: what the last checkpoint of a store holds, and whether it is sound. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show what the last checkpoint of a store holds, as JSON.",
            "",
            "Reads LMDB's file without LMDB and changes nothing. Beside a running node too: the pages of the",
            "last checkpoint stay as they are until the next one. If that comes first, it ends with 3.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:shown, and nothing wrong was met",
            "1:there is no store, or it is damaged",
            "2:usage",
            "3:the node took another checkpoint meanwhile"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir inspect store weir-data --partition 2 --full",
            "  weir inspect store weir-data/store-0 --table events --from 00000000000003e8 --limit 5"
        })
final class InspectStoreCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private StoreDirectory store = new StoreDirectory();

    @Option(names = "--full", description = "Check every page and every row; progress goes to standard error.")
    private boolean isFull;

    @Option(names = "--table", paramLabel = "NAME", description = "Show rows of this table: ${COMPLETION-CANDIDATES}.")
    private @Nullable TableName table;

    @Option(names = "--from", paramLabel = "HEX", description = "First key to show. Default: the first.")
    private @Nullable String from;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "So many rows at most. Default: ${DEFAULT-VALUE}.")
    private int limit;

    InspectStoreCommand(Console console) {
        this.console = console;
    }

    /** The tables by their names on disk. */
    enum TableName {
        meta,
        events,
        runs,
        streams,
        names,
        sessions,
        answers,
        expiry,
        heads,
        transactions,
        staged,
        locks;

        Table table() {
            return Table.valueOf(name().toUpperCase(Locale.ROOT));
        }
    }

    @Override
    public Integer call() {
        if (limit < 1 || (from != null && table == null)) {
            throw CliFailure.usage("--from without --table, or --limit below 1", "Write --table NAME beside them.");
        }
        DirectBuffer first = firstKey();
        StoreInspection inspection = store.inspection();
        ObjectNode shown = StoreJson.checkpoint(inspection);
        try {
            Verification found = isFull ? verify(inspection) : null;
            if (found != null) {
                StoreJson.putVerification(shown, found);
            }
            if (found == null || found.isSound()) {
                StoreJson.putTables(shown, inspection.summary());
                putRows(inspection, first, shown);
            }
            console.out().println(Json.pretty(shown));
            console.out().flush();
            return found == null || found.isSound() ? ExitCode.OK : ExitCode.FAILED;
        } catch (StoreException e) {
            throw StoreDirectory.damaged(e);
        } catch (StoreInspection.Moved e) {
            throw StoreDirectory.moved(e);
        }
    }

    private DirectBuffer firstKey() {
        try {
            return new UnsafeBuffer(HexFormat.of().parseHex(from == null ? "" : from));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage("\"" + from + "\" is no key", "Write it in hexadecimal, as it is shown.");
        }
    }

    private Verification verify(StoreInspection inspection) throws StoreInspection.Moved {
        try (Progress progress = new Progress(console, "pages checked")) {
            return inspection.verify(Effort.full().telling((pages, ofPages) -> progress.at(pages)));
        }
    }

    private void putRows(StoreInspection inspection, DirectBuffer first, ObjectNode shown)
            throws StoreInspection.Moved {
        if (table != null) {
            ArrayNode rows = shown.put("table", table.name()).putArray("rows");
            inspection.rows(table.table(), first, (of, key, value) -> {
                rows.add(StoreJson.row(of, key, value));
                return rows.size() < limit;
            });
        }
    }
}
