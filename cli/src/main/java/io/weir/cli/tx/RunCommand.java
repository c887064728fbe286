package io.weir.cli.tx;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.FailureReport;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.Violation;
import io.weir.protocol.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir tx run}: commits a transaction that is written as JSON. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Commit a transaction: all of it, or nothing.",
            "",
            "It is a JSON object: {\"appends\":[{\"stream\":\"a\",\"expected\":\"no-stream\",\"events\":[{\"type\":\"T\",",
            "\"data\":1}]}],\"requires\":[{\"stream\":\"b\",\"expected\":\"revision:3\"}]}. Conditions are those of",
            "\"weir stream append\", or a revision alone; events are as \"weir stream read -o ndjson\" prints them.",
            "A field that is not known, or there twice, is refused.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:committed",
            "2:usage",
            "3:unavailable, aborted, or outcome unknown",
            "4:a condition did not hold; nothing was written"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir tx run transfer.json",
            "  echo '{\"appends\":[{\"stream\":\"s\",\"expected\":\"any\",\"events\":[{\"data\":1}]}]}' | weir tx run -"
        })
final class RunCommand implements Callable<Integer> {
    /** JSON may be this much longer than the events that it describes. */
    private static final int MAX_BYTES = 8 * Limits.MAX_TRANSACTION_BYTES;

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "A file with the transaction, or - for standard input.")
    private String file = "";

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Transaction transaction = TransactionJson.read(content());
        try (EventStore store = connection.open(console)) {
            report(store.commit(transaction).join());
        } catch (CompletionException e) {
            throw failed(e);
        }
        return ExitCode.OK;
    }

    private byte[] content() throws IOException {
        if (file.equals("-")) {
            return bounded(console.in());
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw CliFailure.usage(
                    "the file " + path + " cannot be read", "Name another one, or - for standard input.");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return bounded(in);
        }
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw CliFailure.usage(
                    "the transaction has more than " + MAX_BYTES + " bytes",
                    "Its events hold " + Limits.MAX_TRANSACTION_BYTES + " bytes at most; split it.");
        }
        return bytes;
    }

    private void report(TransactionResult result) {
        if (result instanceof TransactionResult.Rejected rejected) {
            throw new CliFailure(
                    ExitCode.CONFLICT,
                    "rejected: "
                            + rejected.violations().stream()
                                    .map(Violation::toString)
                                    .collect(Collectors.joining("; ")),
                    "Nothing was written. Read what has come between, then run it with what is so now.");
        }
        ObjectNode shown = Json.object();
        result.orThrow().lastRevisions().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(entry -> shown.put(entry.getKey(), entry.getValue()));
        Printer.printOne(console, output, shown);
    }

    private static RuntimeException failed(CompletionException e) {
        if (FailureReport.unwrapped(e) instanceof EventStoreException.OutcomeUnknown unknown) {
            return new CliFailure(
                    ExitCode.UNAVAILABLE,
                    String.valueOf(unknown.getMessage()),
                    "\"weir tx status " + unknown.requestId() + "\" tells; do not just run it again.",
                    unknown);
        }
        return e;
    }
}
