package io.weir.statemachine;

import com.google.protobuf.ByteString;
import com.google.protobuf.WireFormat;
import io.weir.protocol.Event;

/**
 * A walk over the bytes of an encoded {@link Event} that builds none of its parts. What passes here is parsed by every
 * reader without an exception: else one writer's garbage would stop all subscribers at its position, for ever.
 *
 * <p>Stricter than a parser: known fields have their own wire type, groups and overlong tags are refused. Unknown fields
 * pass, for writers that are newer than this code.
 */
final class EventCheck {
    private static final int ID_BYTES = 16;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int MAX_VARINT_32_BYTES = 5;
    private static final int MALFORMED = -1;
    /** Field numbers of a map's entry: fixed by protobuf. */
    private static final int MAP_KEY_FIELD = 1;

    private static final int MAP_VALUE_FIELD = 2;

    private final ByteString bytes;
    private int at;

    private EventCheck(ByteString bytes) {
        this.bytes = bytes;
    }

    /** Whether the bytes are an Event whose id has 16 bytes. */
    static boolean isWellFormed(ByteString event) {
        return new EventCheck(event).event();
    }

    private boolean event() {
        boolean hasId = false;
        int end = bytes.size();
        while (at < end) {
            int tag = varint32(end);
            int field = WireFormat.getTagFieldNumber(tag);
            boolean good = switch (field) {
                case Event.ID_FIELD_NUMBER -> delimited(tag, end) == ID_BYTES && skip(ID_BYTES);
                case Event.TYPE_FIELD_NUMBER, Event.CONTENT_TYPE_FIELD_NUMBER, Event.TAGS_FIELD_NUMBER ->
                    string(tag, end);
                case Event.PROPERTIES_FIELD_NUMBER -> property(delimited(tag, end));
                case Event.PAYLOAD_FIELD_NUMBER -> skip(delimited(tag, end));
                default -> tag > 0 && field > 0 && unknown(tag, end);
            };
            if (!good) {
                return false;
            }
            hasId |= field == Event.ID_FIELD_NUMBER;
        }
        return hasId;
    }

    /** An entry of the map, of this length, from here on. */
    private boolean property(int length) {
        if (length == MALFORMED) {
            return false;
        }
        int end = at + length;
        while (at < end) {
            int tag = varint32(end);
            int field = WireFormat.getTagFieldNumber(tag);
            if ((field != MAP_KEY_FIELD && field != MAP_VALUE_FIELD) || !string(tag, end)) {
                return false;
            }
        }
        return true;
    }

    private boolean string(int tag, int end) {
        int length = delimited(tag, end);
        if (length == MALFORMED) {
            return false;
        }
        int from = at;
        at += length;
        for (int i = from; i < at; i++) {
            if (bytes.byteAt(i) < 0) {
                return bytes.substring(i, at).isValidUtf8();
            }
        }
        return true;
    }

    /** Reads the length of a field that must be length-delimited and end before {@code end}. */
    private int delimited(int tag, int end) {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            return MALFORMED;
        }
        int length = varint32(end);
        return length >= 0 && length <= end - at ? length : MALFORMED;
    }

    private boolean skip(int length) {
        at += length;
        return length != MALFORMED;
    }

    private boolean unknown(int tag, int end) {
        return switch (WireFormat.getTagWireType(tag)) {
            case WireFormat.WIRETYPE_VARINT -> varint(end);
            case WireFormat.WIRETYPE_FIXED64 -> end - at >= Long.BYTES && skip(Long.BYTES);
            case WireFormat.WIRETYPE_FIXED32 -> end - at >= Integer.BYTES && skip(Integer.BYTES);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> skip(delimited(tag, end));
            default -> false;
        };
    }

    private boolean varint(int end) {
        for (int i = 0; i < MAX_VARINT_BYTES && at < end; i++) {
            if (bytes.byteAt(at++) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Reads an unsigned number of 32 bits; one above 31 bits, or none, is {@link #MALFORMED} or negative. */
    private int varint32(int end) {
        int value = 0;
        for (int i = 0; i < MAX_VARINT_32_BYTES && at < end; i++) {
            byte next = bytes.byteAt(at++);
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return i == MAX_VARINT_32_BYTES - 1 && next > 0x0f ? MALFORMED : value;
            }
        }
        return MALFORMED;
    }
}
