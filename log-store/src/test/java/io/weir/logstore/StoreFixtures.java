package io.weir.logstore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Short hands for tests: keys, events, appends and reads of a store. */
public final class StoreFixtures {
    public static final StoreIdentity IDENTITY = new StoreIdentity("test-cluster", 3);

    private StoreFixtures() {}

    public static StreamKey key(int slot, String name) {
        return new StreamKey(slot, name.getBytes(StandardCharsets.UTF_8));
    }

    public static List<ByteBuffer> events(String... texts) {
        List<ByteBuffer> events = new ArrayList<>();
        for (String text : texts) {
            events.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        return events;
    }

    /** Appends inside a batch as one log entry, creates the stream if needed, and moves the batch's state on. */
    public static void append(WriteBatch batch, StreamKey key, long stampMs, List<ByteBuffer> events) {
        entry(batch, stampMs, List.of(new Part(key, events)));
    }

    /** Events for a stream, out of a log entry. */
    public record Part(StreamKey key, List<ByteBuffer> events) {}

    /** Appends several parts as one log entry, as {@link #append(WriteBatch, StreamKey, long, List)} does one. */
    public static void entry(WriteBatch batch, long stampMs, List<Part> parts) {
        PartitionState state = batch.state();
        long nextPosition = state.nextPosition();
        long nextStreamId = state.nextStreamId();
        for (Part part : parts) {
            StreamHead head = batch.head(part.key());
            if (head == null) {
                batch.createStream(part.key(), nextStreamId++);
            }
            long firstRevision = head == null ? 0 : head.lastRevision() + 1;
            batch.append(part.key(), firstRevision, nextPosition, stampMs, part.events());
            nextPosition += part.events().size();
        }
        batch.setState(new PartitionState(
                state.appliedTerm(),
                state.appliedIndex() + 1,
                nextPosition,
                nextStreamId,
                Math.max(stampMs, state.logTimeMs()),
                new Digest(state.digest().high() + 1, stampMs)));
    }

    /** One committed batch with one append. */
    public static void append(LogStore store, StreamKey key, long stampMs, String... texts) {
        try (WriteBatch batch = store.beginWrite()) {
            append(batch, key, stampMs, events(texts));
            batch.commit();
        }
    }

    /** A visitor that writes every event down as {@code stream/revision/position/stamp/text}. */
    public static EventVisitor into(List<String> lines, int limit) {
        return (header, buffer, offset, length) -> {
            byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            lines.add(header.stream() + "/" + header.revision() + "/" + header.position() + "/" + header.stampMs() + "/"
                    + new String(bytes, StandardCharsets.UTF_8));
            return lines.size() < limit;
        };
    }

    public static List<String> stream(ReadView view, StreamKey key, long from, boolean forwards, int limit) {
        List<String> lines = new ArrayList<>();
        view.readStream(key, from, forwards, into(lines, limit));
        return lines;
    }

    public static List<String> partition(ReadView view, long from, boolean forwards, int limit) {
        List<String> lines = new ArrayList<>();
        view.readPartition(from, forwards, into(lines, limit));
        return lines;
    }

    public static List<String> partition(LogStore store) {
        try (ReadView view = store.openRead()) {
            return partition(view, 0, true, Integer.MAX_VALUE);
        }
    }
}
