package io.weir.consensus.guard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads one segment of Ratis' log as Ratis 3.3.0 reads it, but stricter: what Ratis passes over without a word is named.
 *
 * <pre>
 *   0          8
 *   +----------+--------+--------+-- ... --+-----------------+
 *   | RaftLog1 | record | record |         | zeros to the end|
 *   +----------+--------+--------+-- ... --+-----------------+
 *
 *   record
 *   +---------------------+-----------------+---------------------------------+
 *   | length n (varint)   | LogEntryProto   | CRC32C of length and entry, u32 |
 *   |                     | (n bytes)       | big-endian                      |
 *   +---------------------+-----------------+---------------------------------+
 * </pre>
 *
 * A length is never zero, so a zero ends the log; behind it everything must be zero (space written ahead). In a closed segment
 * whatever follows the entry that its name ends with is passed over, as Ratis does. Memory is bounded by what the file holds
 * and by {@link #MAX_RECORD_BYTES}, whatever its bytes claim. For one thread.
 */
public final class SegmentScanner {
    /** The longest record that Ratis can read, with length and checksum: its buffer limit, fixed for ever. */
    public static final int MAX_RECORD_BYTES = 8 << 20;

    static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);

    private static final int CHUNK_BYTES = 256 << 10;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
    private long bufferOffset;
    private long entries;
    private long firstTerm;
    private long lastTerm;

    /**
     * Reads a segment from its first byte to its end or to the first thing that is no entry.
     *
     * @param previousTerm terms must not fall below it
     * @param visitor takes the sound entries
     * @throws IOException if the file cannot be read; damage is no exception
     */
    SegmentScan scan(SegmentName name, long previousTerm, EntryVisitor visitor) throws IOException {
        entries = 0;
        firstTerm = -1;
        lastTerm = previousTerm;
        buffer.clear().limit(0);
        bufferOffset = 0;
        try (FileChannel channel = FileChannel.open(name.path(), StandardOpenOption.READ)) {
            String damage = isBegun(channel) ? records(channel, name, visitor) : header(channel);
            return new SegmentScan(
                    name, entries, firstTerm, entries == 0 ? -1 : lastTerm, offset(), channel.size(), damage);
        }
    }

    private boolean isBegun(FileChannel channel) throws IOException {
        if (!fill(channel, HEADER.length) || !ByteBuffer.wrap(HEADER).equals(buffer.slice(0, HEADER.length))) {
            return false;
        }
        buffer.position(HEADER.length);
        return true;
    }

    /** A header of which only the beginning was written is one of an empty segment, unless something follows. */
    private @Nullable String header(FileChannel channel) throws IOException {
        int length = (int) Math.min(HEADER.length, channel.size());
        int matching = 0;
        while (matching < length && buffer.get(matching) == HEADER[matching]) {
            matching++;
        }
        while (matching < length && buffer.get(matching) == 0) {
            matching++;
        }
        return matching == length && zerosToTheEnd(channel, length) == null ? null : "has a damaged header";
    }

    private @Nullable String records(FileChannel channel, SegmentName name, EntryVisitor visitor) throws IOException {
        while (name.isOpen() || name.first() + entries <= name.last()) {
            if (!fill(channel, 1)) {
                return null;
            }
            if (buffer.get(buffer.position()) == 0) {
                return zerosToTheEnd(channel, offset());
            }
            String damage = record(channel, name, visitor);
            if (damage != null) {
                return damage;
            }
        }
        return null;
    }

    private @Nullable String record(FileChannel channel, SegmentName name, EntryVisitor visitor) throws IOException {
        boolean isWhole = fill(channel, VarInt.MAX_BYTES);
        int start = buffer.position();
        long length = VarInt.read(buffer, start);
        if (length < 0) {
            return isWhole ? "has an impossible length" : "ends in the middle of a length";
        }
        int lengthBytes = VarInt.bytes(length);
        long recordBytes = lengthBytes + length + Integer.BYTES;
        if (recordBytes > MAX_RECORD_BYTES) {
            return "has a length above the limit";
        }
        if (!fill(channel, (int) recordBytes)) {
            return "ends in the middle of a record";
        }
        start = buffer.position();
        int end = start + lengthBytes + (int) length;
        crc.reset();
        crc.update(buffer.array(), start, end - start);
        if ((int) crc.getValue() != buffer.getInt(end)) {
            return "has a wrong checksum";
        }
        LogEntry entry = LogEntry.parse(buffer.slice(start + lengthBytes, (int) length));
        String damage = entry == null ? "has a record that is no entry" : mismatch(entry, name);
        if (entry == null || damage != null) {
            return damage;
        }
        visitor.entry(entry, offset(), (int) recordBytes);
        firstTerm = entries == 0 ? entry.term() : firstTerm;
        lastTerm = entry.term();
        entries++;
        buffer.position(end + Integer.BYTES);
        return null;
    }

    private @Nullable String mismatch(LogEntry entry, SegmentName name) {
        if (entry.index() != name.first() + entries) {
            return "has entry " + entry.index();
        }
        return entry.term() < lastTerm ? "falls from term " + lastTerm + " to " + entry.term() : null;
    }

    private static @Nullable String zerosToTheEnd(FileChannel channel, long from) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        for (long at = from; channel.read(chunk, at) > 0; at += chunk.position(), chunk.clear()) {
            for (int i = 0; i < chunk.position(); i++) {
                if (chunk.get(i) != 0) {
                    return "has bytes at " + (at + i) + " behind zeros";
                }
            }
        }
        return null;
    }

    private long offset() {
        return bufferOffset + buffer.position();
    }

    /** Makes so many bytes readable at the position, which it may move to the front; false if the file has fewer. */
    private boolean fill(FileChannel channel, int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return true;
        }
        long at = offset();
        boolean isThere = channel.size() - at >= bytes;
        ByteBuffer target = isThere && bytes > buffer.capacity()
                ? ByteBuffer.allocate(Math.min(2 * bytes, MAX_RECORD_BYTES))
                : buffer;
        target.clear();
        bufferOffset = at;
        buffer = target;
        while (target.hasRemaining() && channel.read(target, at + target.position()) > 0) {
            // until it is full or the file ends
        }
        target.flip();
        return target.remaining() >= bytes;
    }
}
