package io.weir.consensus.guard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a group's {@link Watermark} behind its log while Raft runs: the flush index, and which vote file and which
 * configuration file were written last. Safe for any thread; {@link #follow} takes microseconds, but after an election.
 *
 * <p>Ratis announces a truncation before its log worker comes to it, and until then its flush index is still the old one.
 * Taken at its word it would raise the note above a log that is cut a moment later, and the next start would miss entries
 * that nobody was promised. So after {@link #lowerTo} the index is taken again only when it was seen to fall, or when the
 * worker has had {@link #TRUNCATION_MS}.
 */
public final class WatermarkKeeper implements Closeable {
    /** So long at most the note stays lowered after the log was cut, in milliseconds. */
    public static final long TRUNCATION_MS = 60_000;

    private final Watermark watermark;
    private final Path current;
    private final LongSupplier nanoTime;
    private long lastIndex = -1;
    private boolean isTruncating;
    private long truncatedAt;
    private @Nullable Stamp voteStamp;
    private @Nullable Stamp configurationStamp;

    /** By which a file is known to be the one that was read: both are replaced as a whole. */
    private record Stamp(@Nullable Object key, long modified, long size) {}

    WatermarkKeeper(Watermark watermark, Path current, LongSupplier nanoTime) {
        this.watermark = watermark;
        this.current = current;
        this.nanoTime = nanoTime;
    }

    /**
     * Notes how far the log was flushed, and the files of vote and configuration if they have changed. Ratis forces such a
     * file, but not its new name: it is forced here, which waits for the disk. A note of a file that a power cut takes back
     * would be of one that nobody can find.
     *
     * @param flushIndex as Ratis states it now, -1 for none
     * @throws IOException if one of the files cannot be read; the note is as it was
     */
    public synchronized void follow(long flushIndex) throws IOException {
        Mark next = configuration(vote(watermark.mark()));
        if (isTruncating && (flushIndex < lastIndex || nanoTime.getAsLong() - truncatedAt > nanos(TRUNCATION_MS))) {
            isTruncating = false;
        }
        lastIndex = flushIndex;
        watermark.advance(isTruncating ? next : next.withIndex(Math.max(next.index(), flushIndex)));
    }

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private Mark vote(Mark mark) throws IOException {
        Stamp stamp = stamp(current.resolve(VoteFile.NAME));
        if (stamp == null || stamp.equals(voteStamp)) {
            return mark;
        }
        VoteFile vote = VoteFile.read(current.resolve(VoteFile.NAME));
        if (vote == null || !isForced(VoteFile.NAME, stamp)) {
            return mark; // damaged, as whoever reads it next will say, or replaced again
        }
        voteStamp = stamp;
        return new Mark(mark.index(), Math.max(mark.term(), vote.term()), vote.crc(), mark.configurationCrc());
    }

    private Mark configuration(Mark mark) throws IOException {
        Stamp stamp = stamp(current.resolve(ConfigurationFile.NAME));
        if (stamp == null || stamp.equals(configurationStamp)) {
            return mark;
        }
        ConfigurationFile file = ConfigurationFile.read(current.resolve(ConfigurationFile.NAME));
        if (file == null || file.index() < 0 || !isForced(ConfigurationFile.NAME, stamp)) {
            return mark;
        }
        configurationStamp = stamp;
        return new Mark(mark.index(), mark.term(), mark.voteCrc(), file.crc());
    }

    /** Whether what was read under the stamp will be found after a power cut. */
    private boolean isForced(String name, Stamp stamp) throws IOException {
        Durable.forceDirectory(current);
        return stamp.equals(stamp(current.resolve(name)));
    }

    private static @Nullable Stamp stamp(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(found.fileKey(), found.lastModifiedTime().to(TimeUnit.NANOSECONDS), found.size());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Notes, durably, that Ratis is about to cut the log. Called on the thread on which Ratis announces it, before it does.
     *
     * @param index the last entry that stays, -1 for none
     * @throws IOException if the disk refuses; the log must not be cut then
     */
    public synchronized void lowerTo(long index) throws IOException {
        lastIndex = Math.max(lastIndex, watermark.mark().index());
        isTruncating = true;
        try {
            watermark.lowerTo(index);
        } finally {
            truncatedAt = nanoTime.getAsLong(); // the log is cut after this, however long the disk took
        }
    }

    /** What is noted now. */
    public Mark mark() {
        return watermark.mark();
    }

    /** Waits until what is noted is on the disk. */
    public void force() throws IOException {
        watermark.force();
    }

    /** Ends it, without forcing. Idempotent. */
    @Override
    public void close() {
        watermark.close();
    }
}
