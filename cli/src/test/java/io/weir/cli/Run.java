package io.weir.cli;

import io.weir.cli.shell.Connector;
import io.weir.cli.shell.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What one command line did.
 *
 * @param exitCode its exit code
 * @param out standard output
 * @param err standard error
 */
public record Run(int exitCode, String out, String err) {
    /** Runs a command line against a store, with nothing in the environment and nothing at standard input. */
    public static Run weir(FakeStore store, String... args) {
        return weir((address, timeout) -> store, Map.of(), "", args);
    }

    /** The same, with text at standard input. */
    public static Run withInput(FakeStore store, String input, String... args) {
        return weir((address, timeout) -> store, Map.of(), input, args);
    }

    /** Runs a command line in a world of its own; none of its streams is a terminal. */
    public static Run weir(Connector connector, Map<String, String> environment, String input, String... args) {
        return weir(connector, environment, input, false, args);
    }

    /** The same, on a terminal or not. */
    public static Run weir(
            Connector connector, Map<String, String> environment, String input, boolean onTerminal, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                onTerminal,
                onTerminal,
                connector);
        int exitCode = new Cli(console, environment).run(args);
        console.out().flush();
        return new Run(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
