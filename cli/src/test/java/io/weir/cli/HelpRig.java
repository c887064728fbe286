package io.weir.cli;

import io.weir.cli.shell.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/** The whole command, to be looked at and not to be run. */
final class HelpRig {
    private HelpRig() {}

    static CommandLine commandLine() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        Console console =
                new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false, (address, timeout) -> {
                    throw new AssertionError("help connects to nothing");
                });
        return new Cli(console, Map.of()).commandLine();
    }
}
