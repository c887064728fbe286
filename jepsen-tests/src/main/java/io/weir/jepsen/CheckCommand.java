package io.weir.jepsen;

import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code weir jepsen check}: judges histories in files, of whatever store. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Look for an argument that no store that keeps its promises can have given these answers.",
            "",
            "Histories are EDN in Jepsen's shape or ndjson with a header, compressed if the name ends with .gz. docs/jepsen.md"
                    + " has the formats, and how to read a verdict.",
            ""
        },
        exitCodeListHeading = "%nExit codes, of several files the first of 2, 1, 5, 0 that one of them gives:%n",
        exitCodeList = {
            "0:no anomaly",
            "1:anomalies",
            "2:usage, or a file that cannot be read or is no history",
            "5:unknown: no anomaly, but the run is void, or not all of it was looked at"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir jepsen check bank.ndjson.gz set.ndjson.gz",
            "  weir jepsen check --workload list-append --min-rate 300 -o json history.edn"
        })
final class CheckCommand implements Callable<Integer> {
    /** Exit code: something is wrong with the store. */
    static final int ANOMALIES = 1;

    /** Exit code: there is nothing to judge. */
    static final int MALFORMED = 2;

    /** Exit code: nothing was found, and that proves nothing. */
    static final int UNKNOWN = 5;

    /** What of several files decides, the first one first. */
    private static final List<Integer> BY_WEIGHT = List.of(MALFORMED, ANOMALIES, UNKNOWN, 0);

    /** The names are those of the option's values. */
    enum Output {
        table,
        json,
        ndjson
    }

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Histories.")
    List<Path> files = List.of();

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            description = "list-append, conditional, bank, set or log. Default: as the header or the operations say.")
    @Nullable
    String workload;

    @Option(
            names = "--min-rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Operations that must have taken effect a second, else the run is void. Default:"
                    + " ${DEFAULT-VALUE}.")
    double minRate;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or ndjson. Default: table on a terminal, else ndjson.")
    @Nullable
    Output output;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        Workload judged = workload == null ? null : known(workload);
        if (!(minRate >= 0)) {
            throw new ParameterException(spec().commandLine(), "--min-rate is " + minRate + "; it is 0 or more");
        }
        List<CheckReport> reports = new ArrayList<>();
        int code = 0;
        for (Path file : files) {
            CheckReport report = check(file, judged);
            if (report == null) {
                code = heavier(code, MALFORMED);
            } else {
                reports.add(report);
                code = heavier(code, code(report.status()));
            }
        }
        print(reports);
        return code;
    }

    private Workload known(String label) {
        return Workload.of(label).orElseThrow(() -> {
            String all = Arrays.stream(Workload.values()).map(Workload::label).collect(Collectors.joining(", "));
            return new ParameterException(spec().commandLine(), "--workload " + label + " is none of " + all);
        });
    }

    /** What was found in a file; null, with a message, if it is no history. */
    private @Nullable CheckReport check(Path file, @Nullable Workload judged) {
        try {
            HistoryFile history = HistoryFile.read(file);
            return CheckReport.of(file.toString(), history, Judgement.of(history, judged, minRate));
        } catch (MalformedHistoryException e) {
            complain(file, e.getMessage());
        } catch (NoSuchFileException e) {
            complain(file, "there is no such file");
        } catch (IOException e) {
            complain(file, Files.isDirectory(file) ? "a directory, not a file" : e.toString());
        }
        return null;
    }

    private void complain(Path file, @Nullable String what) {
        PrintWriter err = spec().commandLine().getErr();
        err.println(spec().qualifiedName() + ": " + file + ": " + what);
        err.flush();
    }

    /** The exit code of a verdict. */
    static int code(Verdict.Status status) {
        return switch (status) {
            case VALID -> 0;
            case ANOMALIES -> ANOMALIES;
            case UNKNOWN -> UNKNOWN;
        };
    }

    private static int heavier(int one, int other) {
        return BY_WEIGHT.indexOf(one) < BY_WEIGHT.indexOf(other) ? one : other;
    }

    private void print(List<CheckReport> reports) {
        PrintWriter out = spec().commandLine().getOut();
        // The program, which alone knows, leaves the property for the verbs of other modules.
        Output otherwise = Boolean.getBoolean("weir.out.terminal") ? Output.table : Output.ndjson;
        switch (output == null ? otherwise : output) {
            case table -> reports.forEach(report -> out.println(report.table()));
            case json -> out.println(CheckReport.json(reports));
            case ndjson -> reports.forEach(report -> out.println(report.jsonLine()));
        }
        out.flush();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        return spec;
    }
}
