package io.weir.cli.tx;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.client.EventStore;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code weir tx status}: what became of a request, and what is final by that. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Tell what became of an append or a transaction whose outcome is unknown.",
            "",
            "Asking makes the answer final: what has not been executed by then never will be, under this id.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was executed",
            "1:it was not and never will be, or nothing is known of it any more",
            "2:usage",
            "3:unavailable",
            "4:its conditions did not hold"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir tx status 0192d5f1a8c005a0e1f08c3b77aa0912-17@3+1763795000000.816bcf85",
            "  weir tx status 0192d5f1a8c005a0e1f08c3b77aa0912-18@0.34e6f3a1 -o json"
        })
final class StatusCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "ID", converter = Id.class, description = "The request id, as the failure has named it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private RequestId id;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    /** Reads a request id. */
    static final class Id implements ITypeConverter<RequestId> {
        @Override
        public RequestId convert(String text) {
            try {
                return RequestId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (EventStore store = connection.open(console)) {
            RequestStatus status = store.status(id).join();
            ObjectNode shown = Json.object().put("id", id.toString());
            int exitCode = show(status, shown);
            Printer.printOne(console, output, shown);
            return exitCode;
        }
    }

    private static int show(RequestStatus status, ObjectNode shown) {
        if (status instanceof RequestStatus.Appended appended) {
            shown.put("status", "appended")
                    .put("firstRevision", appended.result().firstRevision())
                    .put("lastRevision", appended.result().lastRevision());
            return ExitCode.OK;
        }
        if (status instanceof RequestStatus.Committed committed) {
            ArrayNode revisions = shown.put("status", "committed").putArray("lastRevisions");
            committed.lastRevisions().forEach(revisions::add);
            return ExitCode.OK;
        }
        if (status instanceof RequestStatus.Rejected rejected) {
            ArrayNode violations = shown.put("status", "rejected").putArray("violations");
            rejected.violations().forEach(violation -> violations.add(violation.toString()));
            return ExitCode.CONFLICT;
        }
        if (status instanceof RequestStatus.NotExecuted not) {
            shown.put("status", "not executed").put("reason", not.reason().explanation());
        } else {
            shown.put("status", "forgotten");
        }
        return ExitCode.FAILED;
    }
}
