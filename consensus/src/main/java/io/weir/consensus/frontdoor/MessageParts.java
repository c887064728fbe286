package io.weir.consensus.frontdoor;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.weir.protocol.Command;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.Transact;
import java.io.IOException;

/**
 * The count of what a message of commands would become in memory, made before it is parsed. Two bytes can be a whole command,
 * or a whole append: parsed, eight million bytes of them are hundreds of millions, and a few such messages end a node.
 */
final class MessageParts {
    /** More than this many parts in one message are refused; the largest transaction of small events has fewer. */
    static final int MAX_PARTS = 262_144;

    /** The messages on the way from a request to the appends of a transaction; what lies in no such message is one part. */
    private enum Kind {
        REQUEST,
        TIMED,
        COMMAND,
        TRANSACT,
        APPEND,
        LEAF
    }

    private int parts;

    private MessageParts() {}

    /**
     * Whether an encoded {@code SubmitRequest} has too many parts.
     *
     * @throws IOException if it is no protobuf
     */
    static boolean areTooMany(byte[] request) throws IOException {
        MessageParts count = new MessageParts();
        count.walk(CodedInputStream.newInstance(request), Kind.REQUEST);
        return count.parts > MAX_PARTS;
    }

    private void walk(CodedInputStream in, Kind kind) throws IOException {
        while (parts <= MAX_PARTS) {
            int tag = in.readTag();
            if (tag == 0) {
                return;
            }
            parts++;
            boolean hasLength = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            Kind inside = hasLength ? inside(kind, WireFormat.getTagFieldNumber(tag)) : Kind.LEAF;
            if (inside == Kind.LEAF) {
                in.skipField(tag);
            } else {
                int end = in.pushLimit(in.readRawVarint32());
                walk(in, inside);
                in.popLimit(end);
            }
        }
    }

    private static Kind inside(Kind kind, int field) {
        return switch (kind) {
            case REQUEST -> field == SubmitRequest.COMMANDS_FIELD_NUMBER ? Kind.TIMED : Kind.LEAF;
            case TIMED -> field == TimedCommand.COMMAND_FIELD_NUMBER ? Kind.COMMAND : Kind.LEAF;
            case COMMAND ->
                switch (field) {
                    case Command.APPEND_FIELD_NUMBER -> Kind.APPEND;
                    case Command.TRANSACT_FIELD_NUMBER -> Kind.TRANSACT;
                    default -> Kind.LEAF;
                };
            case TRANSACT -> field == Transact.APPENDS_FIELD_NUMBER ? Kind.APPEND : Kind.LEAF;
            case APPEND, LEAF -> Kind.LEAF;
        };
    }
}
