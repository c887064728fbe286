package io.weir.cli.backup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Column;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import io.weir.consensus.backup.Backup;
import io.weir.consensus.backup.PartCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weir backup verify}: whether a backup is still what was saved. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Read all of a backup, and say of each file whether it is what was saved.",
            "",
            "Needs no node: it checks every checksum, the order of the keys, what the rows add up to, and the files'"
                    + " SHA-256. Progress goes to standard error.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the backup is sound", "1:it is damaged", "2:usage; or it is no backup, or an unfinished one"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir backup verify /backups/monday", "  weir backup verify /backups/monday -o json"})
final class VerifyCommand implements Callable<Integer> {
    private static final List<Column<PartCheck>> COLUMNS = List.of(
            Column.number("PARTITION", check -> check.part().partition()),
            Column.text("FILE", check -> check.part().file()),
            Column.number("BYTES", check -> check.part().bytes()),
            Column.number("EVENTS", check -> check.part().events()),
            Column.number("STREAMS", check -> check.part().streams()),
            Column.text("RESULT", check -> check.isSound() ? "sound" : "damaged"));

    private final Console console;

    @Parameters(paramLabel = "DIR", description = "The backup's directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Mixin
    private OutputOptions output = new OutputOptions();

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<PartCheck> checks;
        try (Meter meter = new Meter(console, "verified")) {
            checks = Backup.open(directory).verify(meter);
        }
        try (Printer<PartCheck> printer = Printer.of(console, output, COLUMNS, VerifyCommand::json)) {
            checks.forEach(printer::print);
        }
        List<String> damages = checks.stream()
                .filter(check -> !check.isSound())
                .map(PartCheck::damage)
                .toList();
        if (!damages.isEmpty()) {
            throw new CliFailure(
                    ExitCode.FAILED,
                    String.join("; ", damages),
                    "Nothing can be restored from it. Use another backup, or create a new one.");
        }
        return ExitCode.OK;
    }

    private static ObjectNode json(PartCheck check) {
        return Json.object()
                .put("partition", check.part().partition())
                .put("file", check.part().file())
                .put("bytes", check.part().bytes())
                .put("sha256", check.part().sha256())
                .put("events", check.part().events())
                .put("streams", check.part().streams())
                .put("appliedTerm", check.part().state().appliedTerm())
                .put("appliedIndex", check.part().state().appliedIndex())
                .put("digest", check.part().digest())
                .put("sound", check.isSound())
                .put("damage", check.damage());
    }
}
