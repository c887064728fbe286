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

    /** Appends inside a batch, creates the stream if needed, and moves the batch's state on. */
    public static void append(WriteBatch batch, StreamKey key, long stampMs, List<ByteBuffer> events) {
        PartitionState state = batch.state();
        StreamHead head = batch.head(key);
        if (head == null) {
            batch.createStream(key, state.nextStreamId());
        }
        batch.append(key, head == null ? 0 : head.lastRevision() + 1, state.nextPosition(), stampMs, events);
        batch.setState(new PartitionState(
                state.appliedTerm(),
                state.appliedIndex() + 1,
                state.nextPosition() + events.size(),
                state.nextStreamId() + (head == null ? 1 : 0),
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
