package io.weir.consensus.frontdoor;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The count of what a message would become in memory, made before it is parsed. Two bytes can be a whole command, or a whole
 * append: parsed, eight million bytes of them are hundreds of millions, and a few such messages end a node.
 *
 * <p>Every field of every message inside is a part, known or not; it is the type that tells which fields are messages. So no
 * message is forgotten here when it gets new ones.
 */
final class MessageParts {
    /** More than this many parts in one message are refused; the largest transaction of small events has fewer. */
    static final int MAX_PARTS = 262_144;

    /** A packed list has up to one number a byte. In memory it takes eight, far less than any other part. */
    private static final int PACKED_BYTES_PER_PART = 8;

    private int parts;

    private MessageParts() {}

    /**
     * Whether an encoded message has too many parts.
     *
     * @throws IOException if it is no protobuf
     */
    static boolean areTooMany(byte[] message, Descriptor type) throws IOException {
        MessageParts count = new MessageParts();
        count.walk(CodedInputStream.newInstance(message), type);
        return count.parts > MAX_PARTS;
    }

    private void walk(CodedInputStream in, Descriptor type) throws IOException {
        while (parts <= MAX_PARTS) {
            int tag = in.readTag();
            if (tag == 0) {
                return;
            }
            parts++;
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                    walkBytes(in, type.findFieldByNumber(WireFormat.getTagFieldNumber(tag)));
                // No message of Weir has groups, and one that nobody knows would be kept with all that is inside.
                case WireFormat.WIRETYPE_START_GROUP -> throw new IOException("it has a group");
                default -> in.skipField(tag);
            }
        }
    }

    private void walkBytes(CodedInputStream in, @Nullable FieldDescriptor field) throws IOException {
        int length = in.readRawVarint32();
        if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            int end = in.pushLimit(length);
            walk(in, field.getMessageType());
            in.popLimit(end);
            return;
        }
        in.skipRawBytes(length);
        if (field != null && field.isPackable()) {
            parts += length / PACKED_BYTES_PER_PART;
        }
    }
}
