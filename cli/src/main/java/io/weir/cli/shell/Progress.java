package io.weir.cli.shell;

import java.util.Locale;
import java.util.function.Supplier;

/**
 * A count on standard error: a line that overwrites itself on a terminal, elsewhere a plain line every few seconds, so that
 * a log stays readable. Quick work says nothing. Not for several threads.
 */
public final class Progress implements AutoCloseable {
    private static final long TERMINAL_INTERVAL_NS = 200_000_000L;
    private static final long PLAIN_INTERVAL_NS = 5_000_000_000L;

    private final Console console;
    private final String unit;
    private final long intervalNs;
    private long lastNs = System.nanoTime();
    private boolean lineIsOpen;

    public Progress(Console console, String unit) {
        this.console = console;
        this.unit = unit;
        this.intervalNs = console.errIsTerminal() ? TERMINAL_INTERVAL_NS : PLAIN_INTERVAL_NS;
    }

    /** Says how far it is, if it is time to. */
    public void at(long count) {
        say(() -> String.format(Locale.ROOT, "%,d %s", count, unit));
    }

    /** Says this, if it is time to say something; else nobody asks for the text. */
    public void say(Supplier<String> line) {
        long now = System.nanoTime();
        if (now - lastNs < intervalNs) {
            return;
        }
        lastNs = now;
        String text = line.get();
        if (console.errIsTerminal()) {
            console.err().print("\r" + text + " ");
            lineIsOpen = true;
        } else {
            console.err().println(text);
        }
        console.err().flush();
    }

    @Override
    public void close() {
        if (lineIsOpen) {
            console.err().println();
        }
    }
}
