package io.weir.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Prints records one after the other: as a table, as a JSON array, or as one JSON object a line. Close it to finish the
 * table or the array. Not for several threads.
 */
public final class Printer<T> implements AutoCloseable {
    private static final int ROWS_HELD_BACK = 100;
    private static final int ROWS_BETWEEN_LOOKS = 64;

    private final Console console;
    private final OutputOptions.Format format;
    private final Function<T, ObjectNode> toJson;
    private final Table<T> table;
    private final boolean isLive;
    private boolean first = true;
    private long rows;

    private Printer(
            Console console,
            OutputOptions output,
            List<Column<T>> columns,
            Function<T, ObjectNode> toJson,
            boolean isLive) {
        this.console = console;
        this.format = output.format(console);
        this.toJson = toJson;
        this.isLive = isLive;
        boolean inColour = console.outIsTerminal() && System.getenv("NO_COLOR") == null;
        this.table = new Table<>(console.out(), inColour, columns, isLive ? 1 : ROWS_HELD_BACK);
    }

    /** For a result with an end. */
    public static <T> Printer<T> of(
            Console console, OutputOptions output, List<Column<T>> columns, Function<T, ObjectNode> toJson) {
        return new Printer<>(console, output, columns, toJson, false);
    }

    /** For a result that someone is watching: every record is out before the next one comes. */
    public static <T> Printer<T> live(
            Console console, OutputOptions output, List<Column<T>> columns, Function<T, ObjectNode> toJson) {
        return new Printer<>(console, output, columns, toJson, true);
    }

    /** Prints one record; false once it is seen that nobody reads any more, as behind {@code | head}. */
    public boolean print(T row) {
        switch (format) {
            case table -> table.row(row);
            case json -> {
                console.out().println(first ? "[" : ",");
                console.out().print(Json.pretty(toJson.apply(row)));
            }
            case ndjson -> console.out().println(Json.line(toJson.apply(row)));
        }
        first = false;
        rows++;
        // Asking whether the reader is still there writes out what is buffered.
        return !(isLive || rows % ROWS_BETWEEN_LOOKS == 0) || !console.out().checkError();
    }

    @Override
    public void close() {
        switch (format) {
            case table -> table.flush();
            case json -> console.out().println(first ? "[]" : "\n]");
            case ndjson -> {}
        }
        console.out().flush();
    }

    /** Prints a single record; as a table, a line for each of its fields, however long. */
    public static void printOne(Console console, OutputOptions output, ObjectNode record) {
        switch (output.format(console)) {
            case json -> console.out().println(Json.pretty(record));
            case ndjson -> console.out().println(Json.line(record));
            case table -> {
                List<String> names = new ArrayList<>();
                record.fieldNames().forEachRemaining(names::add);
                int width = names.stream().mapToInt(String::length).max().orElse(0);
                for (String name : names) {
                    String space = " ".repeat(width - name.length());
                    JsonNode value = record.get(name);
                    String text = value.isValueNode() ? value.asText() : Json.line(value);
                    console.out().println(name + space + "  " + Table.harmless(text));
                }
            }
        }
        console.out().flush();
    }
}
