package io.weir.cli.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.config.Setting;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Column;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.OutputOptions;
import io.weir.cli.shell.Printer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir doctor}: looks at this machine and at the cluster, and says for each finding what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Check this machine and the cluster, and say what to do about each finding.", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing is wrong", "1:something is", "2:usage"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir doctor", "  weir doctor --dir weir-data --connect weir://127.0.0.1:7401"})
public final class DoctorCommand implements Callable<Integer> {
    private static final List<Column<Finding>> COLUMNS = List.of(
            Column.text("CHECK", Finding::check),
            Column.text("RESULT", finding -> finding.isFine() ? "ok" : "WRONG"),
            Column.text("FINDING", Finding::what),
            Column.text("NEXT", Finding::next));

    private final Console console;

    @Setting
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Check a node's directory too; if the node is stopped, its files.")
    private @Nullable Path directory;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    public DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Finding> findings = new ArrayList<>(MachineChecks.all(directory));
        findings.addAll(ClusterChecks.all(connection, console));
        try (Printer<Finding> printer = Printer.of(console, output, COLUMNS, DoctorCommand::json)) {
            findings.forEach(printer::print);
        }
        List<String> wrong = findings.stream()
                .filter(finding -> !finding.isFine())
                .map(Finding::check)
                .toList();
        if (!wrong.isEmpty()) {
            throw new CliFailure(
                    ExitCode.FAILED,
                    "something is wrong: " + String.join(", ", wrong),
                    "Do what stands under NEXT, from the top.");
        }
        return ExitCode.OK;
    }

    private static ObjectNode json(Finding finding) {
        return Json.object()
                .put("check", finding.check())
                .put("fine", finding.isFine())
                .put("finding", finding.what())
                .put("next", finding.next());
    }
}
