package io.weir.logstore.layout;

import io.weir.logstore.Run;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Runs of one stream that follow one another, packed. Of every run but the last there is its length and the gap to the next one, as
 * two numbers of seven bits a byte, lowest first; a set eighth bit says that another byte follows.
 *
 * <p>Mutable, to be used again; one thread.
 */
public final class RunBlock {
    /**
     * Where a block is full. Short, because every append to the stream writes the last block anew; long enough for some tens
     * of runs.
     */
    static final int MAX_PACKED_BYTES = 128;

    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private final byte[] packed = new byte[MAX_PACKED_BYTES];
    private final byte[] next = new byte[2 * (Long.SIZE / BITS + 1)];
    private int packedBytes;
    private int at;
    private long firstRevision;
    private long firstPosition;
    private long lastRunRevision;
    private long lastRunPosition;
    private long lastRunCount;

    /** Forgets what it held; begins with one run. */
    public void begin(Run run) {
        set(run.firstRevision(), run.firstPosition(), run.firstRevision(), run.firstPosition(), run.count(), 0);
    }

    void set(
            long firstRevision,
            long firstPosition,
            long lastRunRevision,
            long lastRunPosition,
            long lastRunCount,
            int packedBytes) {
        this.firstRevision = firstRevision;
        this.firstPosition = firstPosition;
        this.lastRunRevision = lastRunRevision;
        this.lastRunPosition = lastRunPosition;
        this.lastRunCount = lastRunCount;
        this.packedBytes = packedBytes;
    }

    /**
     * Adds events that follow the last one in the stream: to the last run, if they follow it in the partition too.
     *
     * @param position of the first of them, beyond all that came before
     * @return false if the block is full; it is as it was, and the events begin the next one
     */
    public boolean append(long position, long count) {
        long gap = position - (lastRunPosition + lastRunCount);
        if (gap == 0) {
            lastRunCount += count;
            return true;
        }
        int bytes = pack(pack(0, lastRunCount), gap);
        if (packedBytes + bytes > MAX_PACKED_BYTES) {
            return false;
        }
        System.arraycopy(next, 0, packed, packedBytes, bytes);
        packedBytes += bytes;
        lastRunRevision += lastRunCount;
        lastRunPosition = position;
        lastRunCount = count;
        return true;
    }

    private int pack(int to, long number) {
        int end = to;
        long rest = number;
        while (rest >= MORE) {
            next[end++] = (byte) (rest | MORE);
            rest >>>= BITS;
        }
        next[end++] = (byte) rest;
        return end;
    }

    public long firstRevision() {
        return firstRevision;
    }

    public long lastRevision() {
        return lastRunRevision + lastRunCount - 1;
    }

    public long lastPosition() {
        return lastRunPosition + lastRunCount - 1;
    }

    /** What contradicts itself in a block that was read, or null: then the runs lead from its first to its last one. */
    @Nullable
    String contradiction() {
        at = 0;
        long revision = firstRevision;
        long position = firstPosition;
        while (at < packedBytes) {
            long count = unpack();
            long gap = unpack();
            if (count < 1 || gap < 1 || count > Long.MAX_VALUE - gap) {
                return "a run of " + count + " events and a gap of " + gap;
            }
            revision += count;
            position += count + gap;
            if (revision < 0 || position < 0) {
                return "its runs lead beyond every position";
            }
        }
        return revision == lastRunRevision && position == lastRunPosition
                ? null
                : "its runs lead to revision " + revision + " at position " + position + ", the last one has revision "
                        + lastRunRevision + " at position " + lastRunPosition;
    }

    /** The run that holds a revision, or null if none of this block does. */
    public @Nullable Run runOf(long revision) {
        if (revision < firstRevision || revision > lastRevision()) {
            return null;
        }
        Run run = first();
        while (run != null && revision > run.lastRevision()) {
            run = after(run);
        }
        return run;
    }

    /** The first run; {@link #after} begins anew. */
    public Run first() {
        at = 0;
        return packedBytes == 0 ? last() : new Run(firstRevision, firstPosition, unpack());
    }

    /** The run behind the one that was returned last, or null. */
    public @Nullable Run after(Run run) {
        if (run.firstRevision() == lastRunRevision) {
            return null;
        }
        long revision = run.lastRevision() + 1;
        long position = run.lastPosition() + 1 + unpack();
        return at < packedBytes ? new Run(revision, position, unpack()) : last();
    }

    private Run last() {
        return new Run(lastRunRevision, lastRunPosition, lastRunCount);
    }

    /** The next number, or -1 if it is cut off or too long. */
    private long unpack() {
        long number = 0;
        int shift = 0;
        int bits = MORE;
        while ((bits & MORE) != 0) {
            if (at >= packedBytes || shift >= Long.SIZE - 1) {
                at = packedBytes;
                return -1;
            }
            bits = packed[at++];
            number |= (long) (bits & (MORE - 1)) << shift;
            shift += BITS;
        }
        return number;
    }

    long firstPosition() {
        return firstPosition;
    }

    long lastRunRevision() {
        return lastRunRevision;
    }

    long lastRunPosition() {
        return lastRunPosition;
    }

    long lastRunCount() {
        return lastRunCount;
    }

    int packedBytes() {
        return packedBytes;
    }

    void putPacked(MutableDirectBuffer buffer, int to) {
        buffer.putBytes(to, packed, 0, packedBytes);
    }

    void getPacked(DirectBuffer buffer, int from, int bytes) {
        buffer.getBytes(from, packed, 0, bytes);
    }
}
