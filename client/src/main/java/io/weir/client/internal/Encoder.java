package io.weir.client.internal;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import io.weir.protocol.Append;
import io.weir.protocol.Event;
import io.weir.protocol.InvalidNameException;
import io.weir.protocol.Limits;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.Transact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Checks a request against every limit before anything is sent, and encodes it once. All failures are
 * {@link EventStoreException.InvalidRequest} or {@link EventStoreException.TooLarge}, and name the value and the limit.
 */
final class Encoder {
    private long bytes;
    private int events;
    private final Set<ByteString> streams = new LinkedHashSet<>();

    /** Bytes of names and events encoded so far. */
    long bytes() {
        return bytes;
    }

    /** The streams named so far, each once. */
    List<ByteString> streams() {
        return List.copyOf(streams);
    }

    /** Checks a name that a caller gave. */
    static StreamName name(@Nullable String stream) {
        if (stream == null) {
            throw new EventStoreException.InvalidRequest("the stream name is null");
        }
        try {
            return StreamName.of(stream);
        } catch (InvalidNameException e) {
            throw new EventStoreException.InvalidRequest(e.getMessage() + " (stream \"" + shortened(stream) + "\")");
        }
    }

    Append append(StreamName stream, @Nullable Expected expected, @Nullable List<NewEvent> newEvents) {
        if (newEvents == null) {
            throw new EventStoreException.InvalidRequest("the events for stream \"" + stream + "\" are null");
        }
        name(stream, newEvents.size());
        Append.Builder append = Append.newBuilder().setStream(stream.utf8()).setExpected(expected(stream, expected));
        for (NewEvent event : newEvents) {
            ByteString encoded = event(stream, event);
            bytes += encoded.size();
            requireTransactionBytes();
            append.addEvents(encoded);
        }
        return append.build();
    }

    /** Encodes a transaction whose streams all lie in one partition. */
    Transact transact(Transaction transaction, ToIntFunction<StreamName> partitionOf) {
        if (transaction.appends().isEmpty() && transaction.requirements().isEmpty()) {
            throw new EventStoreException.InvalidRequest(
                    "the transaction is empty; it must name at least one append or requirement");
        }
        requireOnePartition(transaction, partitionOf);
        Transact.Builder transact = Transact.newBuilder();
        for (Transaction.Append append : transaction.appends()) {
            transact.addAppends(append(name(append.stream()), append.expected(), append.events()));
        }
        for (Transaction.Requirement requirement : transaction.requirements()) {
            StreamName stream = name(requirement.stream());
            name(stream, 0);
            transact.addRequirements(Requirement.newBuilder()
                    .setStream(stream.utf8())
                    .setExpected(expected(stream, requirement.expected())));
        }
        return transact.build();
    }

    private static void requireOnePartition(Transaction transaction, ToIntFunction<StreamName> partitionOf) {
        List<String> names = new ArrayList<>();
        transaction.appends().forEach(append -> names.add(append.stream()));
        transaction.requirements().forEach(requirement -> names.add(requirement.stream()));
        int first = partitionOf.applyAsInt(name(names.get(0)));
        for (String other : names) {
            int partition = partitionOf.applyAsInt(name(other));
            if (partition != first) {
                throw new EventStoreException.InvalidRequest(
                        "the streams of a transaction must lie in one partition, but \""
                                + names.get(0) + "\" lies in partition " + first + " and \"" + other
                                + "\" in partition "
                                + partition + "; give them a common routing key, as in \"{customer-7}orders\" and"
                                + " \"{customer-7}invoices\"");
            }
        }
    }

    private void name(StreamName stream, int moreEvents) {
        if (streams.add(stream.utf8())) {
            requireAtMost("streams of the request", streams.size(), Limits.MAX_STREAMS_PER_TRANSACTION);
        }
        bytes += stream.utf8().size();
        requireTransactionBytes();
        events = Math.addExact(events, moreEvents);
        requireAtMost("events of the request", events, Limits.MAX_EVENTS_PER_TRANSACTION);
    }

    private void requireTransactionBytes() {
        requireAtMost("bytes of all names and encoded events of the request", bytes, Limits.MAX_TRANSACTION_BYTES);
    }

    private static void requireAtMost(String what, long value, long limit) {
        if (value > limit) {
            throw new EventStoreException.TooLarge(what + ": " + value + "; the limit is " + limit);
        }
    }

    private static io.weir.protocol.Expected expected(StreamName stream, @Nullable Expected expected) {
        if (expected == null) {
            throw new EventStoreException.InvalidRequest(
                    "the condition on stream \"" + stream + "\" is null; if none is meant, write Expected.any()");
        }
        io.weir.protocol.Expected.Builder builder = io.weir.protocol.Expected.newBuilder();
        if (expected instanceof Expected.Revision revision) {
            builder.setKind(io.weir.protocol.Expected.Kind.REVISION).setRevision(revision.n());
        } else if (expected instanceof Expected.AtMost atMost) {
            builder.setKind(io.weir.protocol.Expected.Kind.AT_MOST).setRevision(atMost.n());
        } else if (expected instanceof Expected.NoStream) {
            builder.setKind(io.weir.protocol.Expected.Kind.NO_STREAM);
        } else if (expected instanceof Expected.Exists) {
            builder.setKind(io.weir.protocol.Expected.Kind.EXISTS);
        } else {
            builder.setKind(io.weir.protocol.Expected.Kind.ANY);
        }
        return builder.build();
    }

    // ---- events

    private static ByteString event(StreamName stream, @Nullable NewEvent event) {
        if (event == null) {
            throw new EventStoreException.InvalidRequest("an event for stream \"" + stream + "\" is null");
        }
        require(stream, "id", event.id());
        require(stream, "payload", event.payload());
        Event.Builder builder = Event.newBuilder()
                .setId(uuid(event.id()))
                .setType(text(stream, "type", event.type()))
                .setContentType(text(stream, "content type", event.contentType()))
                .setPayload(UnsafeByteOperations.unsafeWrap(event.payload()));
        for (Map.Entry<String, String> property : event.properties().entrySet()) {
            builder.putProperties(
                    text(stream, "property name", property.getKey()), text(stream, "property", property.getValue()));
        }
        for (String tag : event.tags()) {
            builder.addTags(text(stream, "tag", tag));
        }
        Event message = builder.build();
        requireAtMost(
                "bytes of an encoded event for stream \"" + stream + '"',
                message.getSerializedSize(),
                Limits.MAX_EVENT_BYTES);
        return serialize(message);
    }

    /** Properties in the order of their names: the same event gives the same bytes, so a resend is known as the same. */
    private static ByteString serialize(Event message) {
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing into an array of the right size", e);
        }
        out.checkNoSpaceLeft();
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    private static ByteString uuid(UUID id) {
        ByteBuffer buffer = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip();
        return ByteString.copyFrom(buffer);
    }

    private static void require(StreamName stream, String field, @Nullable Object value) {
        if (value == null) {
            throw new EventStoreException.InvalidRequest(
                    "the " + field + " of an event for stream \"" + stream + "\" is null");
        }
    }

    /** Protobuf would quietly write a question mark for an unpaired surrogate: other text than the caller gave. */
    private static String text(StreamName stream, String field, @Nullable String value) {
        if (value == null) {
            throw new EventStoreException.InvalidRequest(
                    "the " + field + " of an event for stream \"" + stream + "\" is null");
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                int next = i + 1;
                if (next == value.length() || !Character.isSurrogatePair(value.charAt(i), value.charAt(next))) {
                    throw new EventStoreException.InvalidRequest("the " + field + " of an event for stream \"" + stream
                            + "\" holds an unpaired surrogate at " + i + " and has no UTF-8 form");
                }
                i = next;
            }
        }
        return value;
    }

    static String shortened(String value) {
        return value.length() <= 40 ? value : value.substring(0, 40) + "...";
    }
}
