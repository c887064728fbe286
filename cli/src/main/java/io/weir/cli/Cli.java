package io.weir.cli;

import io.weir.cli.backup.BackupCommand;
import io.weir.cli.cluster.ClusterCommand;
import io.weir.cli.config.Settings;
import io.weir.cli.demo.DemoCommand;
import io.weir.cli.doctor.DoctorCommand;
import io.weir.cli.inspect.InspectCommand;
import io.weir.cli.server.ServerCommand;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.FailureReport;
import io.weir.cli.stream.StreamCommand;
import io.weir.cli.tx.TxCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The whole command: all verbs, where their settings come from, and what a failure says. Runs one command line. */
final class Cli {
    private static final int HELP_WIDTH = 100;

    private final Console console;
    private final Map<String, String> environment;
    private final RootCommand root = new RootCommand();

    Cli(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    /** All verbs, those of other modules among them. */
    CommandLine commandLine() {
        CommandLine weir = new CommandLine(root);
        // Every verb of this module stands here; those of other modules come by ServiceLoader.
        weir.addSubcommand(new DemoCommand(console));
        weir.addSubcommand(new ServerCommand(console));
        weir.addSubcommand(StreamCommand.with(console));
        weir.addSubcommand(TxCommand.with(console));
        weir.addSubcommand(ClusterCommand.with(console));
        weir.addSubcommand(BackupCommand.with(console));
        weir.addSubcommand(InspectCommand.with(console));
        weir.addSubcommand(new DoctorCommand(console));
        weir.addSubcommand(new CompletionCommand(console));
        VerbsOfModules.addTo(weir, Cli.class.getClassLoader(), console.err());
        weir.setUsageHelpWidth(HELP_WIDTH);
        weir.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        weir.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        return weir;
    }

    /** Runs a command line; returns the exit code. Never throws for what a user can do wrong. */
    int run(String... args) {
        CommandLine weir = commandLine();
        weir.setParameterExceptionHandler((failure, arguments) -> reportUsage(failure));
        weir.setExecutionExceptionHandler(
                (failure, command, parsed) -> report(command.getCommandSpec().qualifiedName(), failure));
        try {
            weir.setDefaultValueProvider(Settings.load(weir, environment, configFile(args)));
        } catch (CliFailure failure) {
            return report("weir", failure);
        }
        int exitCode = weir.execute(args);
        console.out().flush();
        return exitCode;
    }

    /** Settings must be known before the command line is parsed, so this one option is looked for beforehand. */
    private @Nullable Path configFile(String[] args) {
        for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
            if (args[i].startsWith("--config=")) {
                return Path.of(args[i].substring("--config=".length()));
            }
            if (args[i].equals("--config") && i + 1 < args.length) {
                return Path.of(args[i + 1]);
            }
        }
        String variable = environment.get("WEIR_CONFIG");
        return variable == null || variable.isEmpty() ? null : Path.of(variable);
    }

    private int reportUsage(ParameterException failure) {
        String name = failure.getCommandLine().getCommandSpec().qualifiedName();
        console.err().println(name + ": " + failure.getMessage());
        List<String> suggestions = failure instanceof UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions().stream().limit(3).toList()
                : List.of();
        if (!suggestions.isEmpty()) {
            console.err().println("Did you mean " + String.join(" or ", suggestions) + "?");
        }
        console.err().println("\"" + name + " --help\" shows all options and two examples.");
        console.err().flush();
        return ExitCode.USAGE;
    }

    private int report(String name, Throwable failure) {
        FailureReport report = FailureReport.of(failure);
        console.out().flush();
        console.err().println(name + ": " + report.what());
        if (!report.next().isEmpty()) {
            console.err().println(report.next());
        }
        if (root.isDebug()) {
            failure.printStackTrace(console.err());
        }
        console.err().flush();
        return report.exitCode();
    }
}
