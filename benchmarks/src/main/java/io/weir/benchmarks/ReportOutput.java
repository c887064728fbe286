package io.weir.benchmarks;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says how a report is printed. */
public final class ReportOutput {
    /** The names are those of the option's values. */
    enum Output {
        table,
        json,
        ndjson
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or ndjson. Default: table on a terminal, else ndjson.")
    @Nullable
    Output output;

    /** The report in the form that was asked for. */
    public String shown(Report report) {
        // The program, which alone knows, leaves the property for the verbs of other modules.
        Output otherwise = Boolean.getBoolean("weir.out.terminal") ? Output.table : Output.ndjson;
        return switch (output == null ? otherwise : output) {
            case table -> report.table().stripTrailing();
            case json -> report.json();
            case ndjson -> report.jsonLine();
        };
    }
}
