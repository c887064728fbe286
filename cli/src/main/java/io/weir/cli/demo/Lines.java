package io.weir.cli.demo;

import io.weir.cli.shell.Console;
import java.util.Locale;

/** What the demo prints: calm lines with what was measured, and progress where people look for it. */
final class Lines {
    private final Console console;

    Lines(Console console) {
        this.console = console;
    }

    /** A line with a name in front, flushed, so that it can be followed through a pipe. */
    void print(String name, String what) {
        print(String.format(Locale.ROOT, "%-10s %s", name, what));
    }

    /** A line as it is. */
    void print(String line) {
        console.out().println(line);
        console.out().flush();
    }

    /** A line that is not a result: what is going on. */
    void note(String line) {
        console.err().println(line);
        console.err().flush();
    }

    /** A bar on a terminal, else a plain line every few seconds; close it. */
    Progress progress(String name, String units, long total) {
        return new Progress(name, units, total, console.errIsTerminal() ? null : console.err());
    }
}
