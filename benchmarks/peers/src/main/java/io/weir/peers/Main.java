package io.weir.peers;

import java.io.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code weir-peers}: Weir beside other systems. */
@Command(
        name = "weir-peers",
        mixinStandardHelpOptions = true,
        description = {"Measure Weir beside other systems, in one run on one machine.", ""},
        subcommands = CompareCommand.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    Main() {}

    public static void main(String[] args) {
        System.setProperty("weir.out.terminal", String.valueOf(hasTerminal()));
        System.exit(commandLine().execute(args));
    }

    /** Newer JDKs give a console without a terminal, too, and a method that tells, which 17 lacks. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean hasTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }
}
