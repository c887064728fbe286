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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
    private int names;
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

    /**
     * A transaction, checked and encoded.
     *
     * @param home the partition that decides: the one with the most bytes, of those with as many the lowest. It follows from the
     *     content alone, so that the same transaction sent again, by whatever store, has the same home
     * @param isDistributed whether it has streams in other partitions as well
     */
    record Encoded(List<Append> appends, List<Requirement> requirements, int home, boolean isDistributed) {}

    Encoded transaction(Transaction transaction, ToIntFunction<StreamName> partitionOf) {
        if (transaction.appends().isEmpty() && transaction.requirements().isEmpty()) {
            throw new EventStoreException.InvalidRequest(
                    "the transaction is empty; it must name at least one append or requirement");
        }
        SortedMap<Integer, Long> bytesOf = new TreeMap<>();
        List<Append> appends = new ArrayList<>();
        for (Transaction.Append append : transaction.appends()) {
            StreamName stream = name(append.stream());
            long before = bytes;
            appends.add(append(stream, append.expected(), append.events()));
            bytesOf.merge(partitionOf.applyAsInt(stream), bytes - before, Long::sum);
        }
        List<Requirement> requirements = new ArrayList<>();
        for (Transaction.Requirement requirement : transaction.requirements()) {
            StreamName stream = name(requirement.stream());
            long before = bytes;
            name(stream, 0);
            requirements.add(Requirement.newBuilder()
                    .setStream(stream.utf8())
                    .setExpected(expected(stream, requirement.expected()))
                    .build());
            bytesOf.merge(partitionOf.applyAsInt(stream), bytes - before, Long::sum);
        }
        return new Encoded(appends, requirements, largest(bytesOf), bytesOf.size() > 1);
    }

    private static int largest(SortedMap<Integer, Long> bytesOf) {
        int home = bytesOf.firstKey();
        for (Map.Entry<Integer, Long> part : bytesOf.entrySet()) {
            if (part.getValue() > bytesOf.getOrDefault(home, 0L)) {
                home = part.getKey();
            }
        }
        return home;
    }

    private void name(StreamName stream, int moreEvents) {
        streams.add(stream.utf8());
        requireAtMost("streams that the request names", ++names, Limits.MAX_STREAMS_PER_TRANSACTION);
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
