package io.weir.protocol;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A checked stream name: valid UTF-8 of 1 to {@value Limits#MAX_STREAM_NAME_BYTES} bytes, and the slot that it falls
 * into. Immutable; equality and order are those of the bytes, unsigned.
 *
 * <p>The slot is {@code CRC32C(routing key) mod 1024}. The routing key is what stands between the first <code>{</code>
 * and the first <code>}</code> after it, if that is not empty, else the whole name: streams that share a routing key
 * share a partition.
 */
public final class StreamName implements Comparable<StreamName> {
    private final ByteString utf8;
    private final int slot;

    private StreamName(ByteString utf8) {
        this.utf8 = utf8;
        this.slot = slotOf(utf8.toByteArray());
    }

    /**
     * Checks and wraps a name.
     *
     * @throws InvalidNameException if it is empty, too long, or holds an unpaired surrogate
     */
    public static StreamName of(String name) {
        try {
            return of(ByteString.copyFrom(StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name))));
        } catch (CharacterCodingException e) {
            throw new InvalidNameException("stream name holds an unpaired surrogate and has no UTF-8 form");
        }
    }

    /**
     * Checks and wraps a name that came as bytes. The bytes are kept, not copied.
     *
     * @throws InvalidNameException if it is empty, too long, or not UTF-8
     */
    public static StreamName of(ByteString utf8) {
        if (utf8.isEmpty()) {
            throw new InvalidNameException(
                    "stream name is empty; it must have 1 to " + Limits.MAX_STREAM_NAME_BYTES + " bytes");
        }
        if (utf8.size() > Limits.MAX_STREAM_NAME_BYTES) {
            throw new InvalidNameException(
                    "stream name has " + utf8.size() + " bytes of UTF-8; the limit is " + Limits.MAX_STREAM_NAME_BYTES);
        }
        if (!utf8.isValidUtf8()) {
            throw new InvalidNameException("stream name is not valid UTF-8");
        }
        return new StreamName(utf8);
    }

    /** The UTF-8 bytes of the name. */
    public ByteString utf8() {
        return utf8;
    }

    /** A read-only view of the UTF-8 bytes. */
    public ByteBuffer utf8Buffer() {
        return utf8.asReadOnlyByteBuffer();
    }

    /** The slot, 0 to {@link Limits#SLOTS} - 1. */
    public int slot() {
        return slot;
    }

    private static int slotOf(byte[] utf8) {
        int from = 0;
        int to = utf8.length;
        int open = indexOf(utf8, '{', 0);
        if (open >= 0) {
            int close = indexOf(utf8, '}', open + 1);
            if (close > open + 1) {
                from = open + 1;
                to = close;
            }
        }
        CRC32C crc = new CRC32C();
        crc.update(utf8, from, to - from);
        return (int) (crc.getValue() % Limits.SLOTS);
    }

    private static int indexOf(byte[] bytes, char wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int compareTo(StreamName other) {
        return ByteString.unsignedLexicographicalComparator().compare(utf8, other.utf8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamName that && utf8.equals(that.utf8);
    }

    @Override
    public int hashCode() {
        return utf8.hashCode();
    }

    /** The name as text. */
    @Override
    public String toString() {
        return utf8.toStringUtf8();
    }
}
