package io.weir.cli.shell;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What a command may touch of the world: the standard streams, whether they are terminals, and the way to a store.
 *
 * @param in standard input
 * @param out results, and nothing else
 * @param err progress and failures
 * @param outIsTerminal tables and colours are for terminals
 * @param errIsTerminal a line that overwrites itself is for terminals
 * @param connector opens the store that a verb works on
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        Connector connector) {
    /** The system property that says whether standard output is a terminal. */
    public static final String OUT_TERMINAL = "weir.out.terminal";

    private static final int BUFFER_BYTES = 64 << 10;

    /** The process' own streams. The script {@code weir} says which are terminals: Java 17 cannot ask for one of them alone. */
    public static Console ofProcess(Connector connector) {
        boolean consoleIsTerminal = consoleIsTerminal();
        return new Console(
                System.in,
                buffered(FileDescriptor.out),
                System.err,
                flag(OUT_TERMINAL, consoleIsTerminal),
                flag("weir.err.terminal", consoleIsTerminal),
                connector);
    }

    /** For many lines: whoever prints flushes when it matters. UTF-8, whatever the platform's default is. */
    private static PrintStream buffered(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
    }

    private static boolean flag(String property, boolean otherwise) {
        String value = System.getProperty(property);
        return (value == null || value.isEmpty()) ? otherwise : Boolean.parseBoolean(value);
    }

    /** From Java 22 on there is always a console, and one has to ask it. */
    @SuppressWarnings("SystemConsoleNull") // asked below
    private static boolean consoleIsTerminal() {
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
