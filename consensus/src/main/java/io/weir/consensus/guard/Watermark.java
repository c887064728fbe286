package io.weir.consensus.guard;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The note of how far a group's Raft log was flushed: a mapped file outside Ratis' own directories. Without it a log that
 * somebody has shortened looks like a log to which nothing more was ever written, and Ratis starts on it.
 *
 * <p>The kernel keeps what is written here when the process is killed. A power cut may take the newest notes with it, down to
 * the last {@link #force}: then the guard is weaker, never wrong, because the note is written after the log was flushed and
 * lowered, durably, before the log is cut. Safe for any thread.
 */
public final class Watermark implements Closeable {
    /** Both slots of a file are damaged: nobody knows any more how long the log was. */
    public static final class Unreadable extends IOException {
        private static final long serialVersionUID = 1;

        Unreadable(Path file) {
            super("both slots of " + file + " are damaged");
        }
    }

    private final Path file;
    private volatile @Nullable MappedByteBuffer map;
    private long sequence;
    private Mark mark;
    private @Nullable IOException failure;

    private Watermark(Path file, MappedByteBuffer map, long sequence, Mark mark) {
        this.file = file;
        this.map = map;
        this.sequence = sequence;
        this.mark = mark;
    }

    /**
     * What a file says, without touching it.
     *
     * @return null if there is no file
     * @throws Unreadable if both slots are damaged
     */
    public static @Nullable Mark read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        return slot(file).mark();
    }

    private static WatermarkLayout.Slot slot(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(WatermarkLayout.FILE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes) > 0) {
                // until it is full or the file ends
            }
        }
        WatermarkLayout.Slot newest = WatermarkLayout.newest(bytes.flip());
        if (newest == null) {
            throw new Unreadable(file);
        }
        return newest;
    }

    /**
     * Opens a file, or creates one that says {@link Mark#NONE}. Both slots then say the same, and it is on the disk with its
     * name.
     *
     * @throws Unreadable if both slots are damaged
     */
    public static Watermark open(Path file) throws IOException {
        Durable.createDirectories(Durable.directoryOf(file));
        WatermarkLayout.Slot newest = Files.exists(file) ? slot(file) : new WatermarkLayout.Slot(0, Mark.NONE);
        // A new file each time, with all of its bytes written. To write to a hole of a mapped one ends the process
        // when the disk is full; and pages that could not be forced once look as if they were on the disk.
        ByteBuffer bytes = ByteBuffer.allocate(WatermarkLayout.FILE_BYTES);
        long sequence = newest.sequence() + WatermarkLayout.SLOTS;
        for (int i = 0; i < WatermarkLayout.SLOTS; i++) {
            WatermarkLayout.put(bytes, (int) ((sequence - i) % WatermarkLayout.SLOTS), sequence - i, newest.mark());
        }
        Durable.replace(file, bytes);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, WatermarkLayout.FILE_BYTES);
            return new Watermark(file, map, sequence, newest.mark());
        }
    }

    /** What was noted last. */
    public synchronized Mark mark() {
        return mark;
    }

    /**
     * Notes that more was flushed, or that the vote or the members have changed. Takes well below a microsecond; does not
     * wait for the disk. The index never falls: that is {@link #lowerTo}.
     */
    public synchronized void advance(Mark next) {
        Mark higher = next.index() < mark.index() ? next.withIndex(mark.index()) : next;
        if (!higher.equals(mark)) {
            write(higher);
        }
    }

    /**
     * Notes that the log will be cut: call it before, and cut when it has returned. Waits for the disk. A higher index than
     * the noted one changes nothing.
     *
     * @param index the last entry that stays, -1 for none
     * @throws IOException if the disk refuses, or has refused before; the log must not be cut then
     */
    public synchronized void lowerTo(long index) throws IOException {
        checkNotFailed();
        if (index < mark.index()) {
            setBoth(mark.withIndex(index));
        }
    }

    /**
     * Waits until what was noted is on the disk.
     *
     * @throws IOException if the disk refuses, and from then on: what it lost once, it does not write the second time
     */
    public synchronized void force() throws IOException {
        checkNotFailed();
        try {
            map().force();
        } catch (UncheckedIOException e) {
            failure = new IOException("cannot force " + file, e);
            throw failure;
        }
    }

    private void checkNotFailed() throws IOException {
        if (failure != null) {
            throw new IOException(file + " could not be forced before", failure);
        }
    }

    /** Ends it, without forcing, and without waiting for a disk that hangs; the memory is unmapped when it is collected. Idempotent. */
    @Override
    public void close() {
        map = null;
    }

    private void setBoth(Mark next) throws IOException {
        for (int i = 0; i < WatermarkLayout.SLOTS; i++) {
            write(next);
        }
        force();
    }

    /** Into the slot that does not hold the newest: until the write is whole, that one counts. */
    private void write(Mark next) {
        sequence++;
        WatermarkLayout.put(map(), (int) (sequence % WatermarkLayout.SLOTS), sequence, next);
        mark = next;
    }

    private MappedByteBuffer map() {
        MappedByteBuffer mapped = map;
        if (mapped == null) {
            throw new IllegalStateException("the watermark " + file + " is closed");
        }
        return mapped;
    }
}
