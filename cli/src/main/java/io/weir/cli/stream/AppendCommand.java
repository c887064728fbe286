package io.weir.cli.stream;

import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.FailureReport;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.cli.shell.Progress;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException.ConditionFailed;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir stream append}: one event from the command line or a file, or one a line from standard input. */
@Command(
        name = "append",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Append events to a stream, under a condition on its last revision.",
            "",
            "The condition has no default: who means any writes --expected any. With events from standard input the"
                    + " condition is about the first; each further one then says that nobody else has come between."
                    + " Empty lines are passed over.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:appended", "2:usage", "3:unavailable or outcome unknown", "4:the condition did not hold"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir stream append order-7 --expected no-stream --type Placed --data '{\"total\":12}'",
            "  weir stream read order-7 -o ndjson | weir stream append copy-of-order-7 --expected any --ndjson"
        })
final class AppendCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "STREAM", description = "Name of the stream.")
    private String stream = "";

    @Option(
            names = "--expected",
            required = true,
            paramLabel = "CONDITION",
            converter = ExpectedOption.class,
            description = ExpectedOption.ALLOWED + ".")
    private Expected expected = Expected.any();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "- (stdin)",
            description = "A payload a line from standard input.")
    private @Nullable String dash;

    @ArgGroup(multiplicity = "0..1")
    private Source source = new Source();

    @Mixin
    private EventOptions event = new EventOptions();

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    /** Where payloads come from: exactly one of these, or the dash. */
    static final class Source {
        @Option(names = "--data", paramLabel = "TEXT", description = "The payload.")
        private @Nullable String data;

        @Option(names = "--file", paramLabel = "FILE", description = "A file with the payload.")
        private @Nullable Path file;

        @Option(
                names = "--ndjson",
                description = "An event a line from standard input, as \"read -o ndjson\" prints them.")
        private boolean ndjson;
    }

    AppendCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireOneSource();
        byte[] payload = singlePayload();
        try (EventStore store = connection.open(console)) {
            PipelinedAppend append = new PipelinedAppend(store, stream, expected);
            if (payload != null) {
                append.add(event.of(payload));
            } else {
                feed(append);
            }
            return report(append.finish());
        }
    }

    private void requireOneSource() {
        boolean isNamed = source.data != null || source.file != null || source.ndjson;
        if (dash != null && !dash.equals("-")) {
            throw CliFailure.usage(
                    "unexpected argument \"" + dash + "\"",
                    "Give the payload with --data, --file, or - for standard input.");
        }
        if (isNamed == (dash != null)) {
            throw CliFailure.usage(
                    isNamed ? "the payload comes from two places" : "there is no payload",
                    "Give one of --data TEXT, --file FILE, --ndjson, or - for standard input.");
        }
    }

    private byte @Nullable [] singlePayload() throws IOException {
        if (source.data != null) {
            return source.data.getBytes(StandardCharsets.UTF_8);
        }
        if (source.file == null) {
            return null;
        }
        if (!Files.isReadable(source.file) || Files.isDirectory(source.file)) {
            throw CliFailure.usage("the file " + source.file + " cannot be read", "Name another one with --file.");
        }
        return Files.readAllBytes(source.file);
    }

    private void feed(PipelinedAppend append) throws IOException {
        Lines lines = new Lines(console.in());
        try (Progress progress = new Progress(console, "events appended")) {
            byte[] line;
            while ((line = lines.next()) != null) {
                NewEvent next = source.ndjson ? event.ofJson(line, "line " + lines.number()) : event.of(line);
                if (!append.add(next)) {
                    return;
                }
                // Whoever types, or pipes slowly, sees every event appended at once.
                if (!lines.hasMoreAtHand()) {
                    append.flush();
                }
                progress.at(append.acknowledged());
            }
        } catch (CliFailure badLine) {
            throw new CliFailure(
                    badLine.exitCode(),
                    badLine.getMessage() + "; " + append.finish().count() + " events before it were appended",
                    badLine.next(),
                    badLine);
        }
    }

    private int report(PipelinedAppend.Summary summary) {
        if (summary.failure() != null) {
            throw failed(summary, summary.failure());
        }
        Printer.printOne(
                console,
                output,
                Json.object()
                        .put("stream", stream)
                        .put("count", summary.count())
                        .put("firstRevision", summary.firstRevision())
                        .put("lastRevision", summary.lastRevision()));
        return ExitCode.OK;
    }

    private static CliFailure failed(PipelinedAppend.Summary summary, Throwable thrown) {
        FailureReport report = FailureReport.of(thrown);
        String before = summary.count() == 0
                ? ""
                : "; before it, " + summary.count() + " events were appended, revisions " + summary.firstRevision()
                        + " to " + summary.lastRevision();
        if (FailureReport.unwrapped(thrown) instanceof ConditionFailed) {
            return new CliFailure(
                    ExitCode.CONFLICT,
                    "rejected: " + report.what() + before,
                    "Read what has come between, then append under the new revision.",
                    thrown);
        }
        return new CliFailure(report.exitCode(), report.what() + before, report.next(), thrown);
    }
}
