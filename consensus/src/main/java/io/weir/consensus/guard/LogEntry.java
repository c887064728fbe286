package io.weir.consensus.guard;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The outside of one entry of Ratis' log, read from its Protobuf bytes ({@code LogEntryProto}: term = 1, index = 2, and one
 * of a command = 3, a configuration = 4, metadata = 5).
 *
 * @param term in which it was appended, not negative
 * @param index its place in the log, not negative
 * @param kind what it carries
 * @param bytes the whole message; of the scanner's buffer, valid during the visit only
 */
public record LogEntry(long term, long index, Kind kind, ByteBuffer bytes) {
    /** What an entry carries. */
    public enum Kind {
        /** Weir's own: proposals of clients. */
        COMMAND,
        /** The members of the group; every leader begins with one. */
        CONFIGURATION,
        /** A commit index, which Weir has switched off. */
        METADATA,
        /** Nothing. */
        EMPTY
    }

    private static final int TERM = 1;
    private static final int INDEX = 2;
    private static final int COMMAND = 3;
    private static final int METADATA = 5;
    private static final int LOG_DATA = 1;

    /** Null for bytes that are no entry. Reads within the buffer's limits only, and leaves its position alone. */
    public static @Nullable LogEntry parse(ByteBuffer bytes) {
        long term = 0;
        long index = 0;
        Kind kind = Kind.EMPTY;
        ProtoFields fields = new ProtoFields(bytes);
        while (fields.next()) {
            if (fields.number() == TERM && fields.isNumber()) {
                term = fields.value();
            } else if (fields.number() == INDEX && fields.isNumber()) {
                index = fields.value();
            } else if (fields.number() >= COMMAND && fields.number() <= METADATA && !fields.isNumber()) {
                kind = Kind.values()[fields.number() - COMMAND];
            } else {
                return null;
            }
        }
        return fields.isDamaged() || term < 0 || index < 0 ? null : new LogEntry(term, index, kind, bytes);
    }

    /** What Weir has put into the log: the bytes of one of its own entries, or null if this is none of them. */
    public @Nullable ByteBuffer command() {
        ByteBuffer body = field(bytes, COMMAND);
        return body == null ? null : field(body, LOG_DATA);
    }

    private static @Nullable ByteBuffer field(ByteBuffer message, int number) {
        ProtoFields fields = new ProtoFields(message);
        while (fields.next()) {
            if (fields.number() == number && !fields.isNumber()) {
                return fields.bytes();
            }
        }
        return null;
    }
}
