package io.weir.cli.shell;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code -o}, shared by every verb that prints data. */
public final class OutputOptions {
    /** How data is printed; the names are those of the option's values. */
    public enum Format {
        table,
        json,
        ndjson
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or ndjson. Default: table on a terminal, else ndjson.")
    private @Nullable Format format;

    /** The format asked for, or the one that fits the output. */
    public Format format(Console console) {
        if (format != null) {
            return format;
        }
        return console.outIsTerminal() ? Format.table : Format.ndjson;
    }
}
