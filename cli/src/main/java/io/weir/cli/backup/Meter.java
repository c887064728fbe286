package io.weir.cli.backup;

import io.weir.cli.shell.Console;
import io.weir.cli.shell.Progress;
import io.weir.consensus.backup.BackupProgress;
import java.util.Locale;

/** Rows, bytes and rate of what is under way, on standard error. Not for several threads. */
final class Meter implements BackupProgress, AutoCloseable {
    private final Progress progress;
    private final String what;
    private final long startNanos = System.nanoTime();

    /** @param what past participle: saved, verified, restored */
    Meter(Console console, String what) {
        this.progress = new Progress(console, what);
        this.what = what;
    }

    @Override
    public void at(int partition, long rows, long bytes) {
        progress.say(() -> {
            double seconds = Math.max(1, System.nanoTime() - startNanos) / 1e9;
            double mib = bytes / 1048576.0;
            return String.format(
                    Locale.ROOT,
                    "partition %d, %,d rows and %,.0f MiB %s, %,.0f MiB/s",
                    partition,
                    rows,
                    mib,
                    what,
                    mib / seconds);
        });
    }

    @Override
    public void close() {
        progress.close();
    }
}
