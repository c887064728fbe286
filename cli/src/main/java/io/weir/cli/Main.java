package io.weir.cli;

import io.weir.cli.shell.Console;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.Weir;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The process {@code weir}: the only place that ends it. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Libraries.calm();
        // The platform's default may be ASCII, and names and payloads are UTF-8.
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        Console console = Console.ofProcess(Main::connect);
        // For verbs of other modules, which are handed a writer and no more.
        System.setProperty(Console.OUT_TERMINAL, String.valueOf(console.outIsTerminal()));
        int exitCode = new Cli(console, System.getenv()).run(args);
        console.out().flush();
        System.exit(exitCode);
    }

    private static EventStore connect(String address, Duration timeout) {
        return Weir.connect(address, ClientConfig.DEFAULT.withTimeout(timeout));
    }
}
