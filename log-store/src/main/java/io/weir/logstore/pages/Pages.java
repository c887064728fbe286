package io.weir.logstore.pages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The pages of one data file, read at the pace and within the time that an {@link Effort} allows. One thread. */
final class Pages {
    private static final int CHUNK_BYTES = 1 << 16;
    private static final int PROGRESS_BYTES = 1 << 20;

    private final FileChannel file;
    private final Meta meta;
    private final long filePages;
    private final Effort effort;
    private final long beganNs = System.nanoTime();
    private final long budgetNs;
    private long pagesRead;
    private long bytesRead;
    private long toldBytes;

    /** Borrows the channel. */
    Pages(FileChannel file, Meta meta, Effort effort) throws IOException {
        this.file = file;
        this.meta = meta;
        this.filePages = file.size() / meta.pageBytes();
        this.effort = effort;
        this.budgetNs = TimeUnit.MILLISECONDS.toNanos(effort.budgetMs());
    }

    int pageBytes() {
        return meta.pageBytes();
    }

    long lastPage() {
        return meta.lastPage();
    }

    /** Whole pages in the file. */
    long filePages() {
        return filePages;
    }

    long pagesRead() {
        return pagesRead;
    }

    long bytesRead() {
        return bytesRead;
    }

    /** Whether a tree may point there: not at a meta, and not beyond what is in use or what there is. */
    void checkInside(long first, long count, String owner) {
        long end = Math.min(meta.lastPage() + 1, filePages);
        if (first < PageLayout.METAS || first >= end || count > end - first) {
            throw new DamageException(
                    first,
                    owner,
                    null,
                    "is out of bounds: " + count + " pages from there; the last page in use is " + meta.lastPage()
                            + ", the file has " + filePages);
        }
    }

    /**
     * Fills {@code into} from where a page begins.
     *
     * @throws DamageException if the file ends before, or cannot be read there
     * @throws WalkEnded if time is up, or whoever asked does not want to know any more
     */
    void read(long page, String owner, ByteBuffer into) {
        int wanted = into.remaining();
        long position = page * meta.pageBytes();
        int limit = into.limit();
        try {
            while (into.position() < limit) {
                // In chunks: the JDK keeps a direct buffer as large as the largest read for every thread.
                into.limit(Math.min(limit, into.position() + CHUNK_BYTES));
                int bytes = file.read(into, position);
                if (bytes < 0) {
                    throw new DamageException(page, owner, null, "the file ends before it does");
                }
                position += bytes;
            }
        } catch (ClosedByInterruptException e) {
            throw new WalkEnded("interrupted");
        } catch (IOException e) {
            throw new DamageException(page, owner, null, "cannot be read: " + e);
        }
        count(wanted);
    }

    private void count(int bytes) {
        pagesRead += (bytes + meta.pageBytes() - 1) / meta.pageBytes();
        bytesRead += bytes;
        long elapsedNs = System.nanoTime() - beganNs;
        if (elapsedNs > budgetNs) {
            throw new WalkEnded("time is up");
        }
        if (!effort.goOn().getAsBoolean()) {
            throw new WalkEnded("stopped");
        }
        if (bytesRead - toldBytes >= PROGRESS_BYTES) {
            toldBytes = bytesRead;
            effort.progress().at(pagesRead, meta.lastPage() + 1);
            keepPace(elapsedNs);
        }
    }

    private void keepPace(long elapsedNs) {
        if (effort.bytesPerSecond() != Long.MAX_VALUE) {
            double dueNs = (double) bytesRead / effort.bytesPerSecond() * TimeUnit.SECONDS.toNanos(1);
            // May return early, and with an interrupt pending at once: the next read sees that.
            LockSupport.parkNanos((long) dueNs - elapsedNs);
        }
    }
}
