package io.weir.cli.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How far something has come: a bar on stderr, or a plain line every few seconds. Used by one thread. */
final class Progress implements AutoCloseable {
    private static final long LINE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String name;
    private final String units;
    private final long total;
    private final @Nullable PrintStream plain;
    private final @Nullable ProgressBar bar;
    private long lastLineNanos = System.nanoTime();

    Progress(String name, String units, long total, @Nullable PrintStream plain) {
        this.name = name;
        this.units = units;
        this.total = total;
        this.plain = plain;
        this.bar = plain != null
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .clearDisplayOnFinish()
                        .build();
    }

    void stepTo(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
        if (plain != null && System.nanoTime() - lastLineNanos > LINE_EVERY_NANOS) {
            plain.printf(Locale.ROOT, "%s: %,d of %,d %s%n", name, done, total, units);
            plain.flush();
            lastLineNanos = System.nanoTime();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
