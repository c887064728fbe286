package io.weir.cli.demo;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.protocol.Limits;
import io.weir.protocol.StreamName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The one writer of the demo: it sends units one after another without awaiting each, one transaction for each partition
 * that a unit touches.
 *
 * <p>It knows what every stream holds, so every append carries the exact revision that it expects: an event lost, doubled or
 * out of order makes a later append of its stream fail. Used by one thread.
 */
final class Importer {
    /**
     * Units sent and not yet answered. It bounds what a partition without a leader keeps the others from forgetting: a session
     * holds {@link Limits#MAX_ANSWERS_PER_SESSION} answers above the oldest open request.
     */
    private static final int MAX_OPEN_UNITS = 256;

    private static final int MAX_OPEN_BYTES = 16 << 20;

    /** Of one encoded event beyond its texts and payload: identity, field tags, lengths. */
    private static final int EVENT_OVERHEAD_BYTES = 64;

    /** Longer than any election: what is not acknowledged by then has failed. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private record Open(
            CompletableFuture<TransactionResult> result, Map<String, Long> expected, long bytes, boolean endsUnit) {}

    /** A part of a unit that goes into one transaction. */
    private record Part(List<Write> writes, long bytes) {}

    private final EventStore store;
    private final StreamTally written = new StreamTally();
    private final Deque<Open> open = new ArrayDeque<>();
    private int openUnits;
    private long openBytes;
    private long transactions;
    private long unitsOverPartitions;
    private long unitsSplit;

    Importer(EventStore store) {
        this.store = store;
    }

    /**
     * Sends a unit, first awaiting older ones if too many are open.
     *
     * @throws CheckFailed if an older one was rejected: nobody else writes, so the store lost or doubled something
     */
    void append(List<Write> unit) throws CheckFailed {
        while (openUnits >= MAX_OPEN_UNITS || openBytes >= MAX_OPEN_BYTES) {
            awaitOldest();
        }
        enqueue(unit);
    }

    /** Sends a unit, which is not empty, at once; the future completes with its last answer. */
    CompletableFuture<TransactionResult> send(List<Write> unit) {
        enqueue(unit);
        return open.getLast().result();
    }

    private void enqueue(List<Write> unit) {
        Map<Integer, List<Write>> byPartition = new LinkedHashMap<>();
        for (Write write : unit) {
            byPartition
                    .computeIfAbsent(store.partitionOf(write.stream()), partition -> new ArrayList<>())
                    .add(write);
        }
        List<Part> parts = byPartition.values().stream()
                .flatMap(writes -> split(writes).stream())
                .toList();
        unitsOverPartitions += byPartition.size() > 1 ? 1 : 0;
        unitsSplit += parts.size() > byPartition.size() ? 1 : 0;
        openUnits++;
        for (Part part : parts.subList(0, parts.size() - 1)) {
            commit(part, false);
        }
        commit(parts.get(parts.size() - 1), true);
    }

    private void commit(Part part, boolean endsUnit) {
        Map<String, List<NewEvent>> byStream = new LinkedHashMap<>();
        for (Write write : part.writes()) {
            byStream.computeIfAbsent(write.stream(), stream -> new ArrayList<>())
                    .add(write.event());
        }
        Transaction.Builder transaction = Transaction.builder();
        Map<String, Long> lastRevisions = new LinkedHashMap<>();
        byStream.forEach((stream, events) -> {
            long next = written.events(stream);
            transaction.append(stream, next == 0 ? Expected.noStream() : Expected.revision(next - 1), events);
            lastRevisions.put(stream, next + events.size() - 1);
            events.forEach(
                    event -> tally(written, stream, event.id(), event.type(), event.contentType(), event.payload()));
        });
        CompletableFuture<TransactionResult> result = store.commit(transaction.build(), CallOptions.within(TIMEOUT));
        open.add(new Open(result, lastRevisions, part.bytes(), endsUnit));
        openBytes += part.bytes();
        transactions++;
    }

    /** Cuts what one partition gets of a unit into pieces within the limits of a transaction: one, but for giants. */
    private static List<Part> split(List<Write> writes) {
        List<Part> parts = new ArrayList<>();
        List<Write> piece = new ArrayList<>();
        long bytes = 0;
        for (Write write : writes) {
            long more = bytes(write);
            boolean isFull = bytes + more > Limits.MAX_TRANSACTION_BYTES
                    || piece.size() == Limits.MAX_STREAMS_PER_TRANSACTION
                    || piece.size() == Limits.MAX_EVENTS_PER_TRANSACTION;
            if (isFull && !piece.isEmpty()) {
                parts.add(new Part(piece, bytes));
                piece = new ArrayList<>();
                bytes = 0;
            }
            piece.add(write);
            bytes += more;
        }
        parts.add(new Part(piece, bytes));
        return parts;
    }

    /** At least what a write takes of {@link Limits#MAX_TRANSACTION_BYTES}. */
    static long bytes(Write write) {
        NewEvent event = write.event();
        return EVENT_OVERHEAD_BYTES
                + StreamName.of(write.stream()).utf8().size()
                + event.type().length() * 3L
                + event.contentType().length() * 3L
                + event.payload().length;
    }

    /** Awaits every answer. */
    void drain() throws CheckFailed {
        while (!open.isEmpty()) {
            awaitOldest();
        }
    }

    private void awaitOldest() throws CheckFailed {
        Open oldest = open.remove();
        openUnits -= oldest.endsUnit() ? 1 : 0;
        openBytes -= oldest.bytes();
        TransactionResult result = join(oldest.result());
        if (result instanceof TransactionResult.Rejected rejected) {
            throw new CheckFailed(
                    "an append was rejected although nobody else writes: an event was lost or doubled",
                    rejected.violations().stream().map(Object::toString).toList());
        }
        Map<String, Long> acknowledged = result.orThrow().lastRevisions();
        if (!acknowledged.equals(oldest.expected())) {
            throw new CheckFailed("a transaction was acknowledged with other revisions than it must have: expected "
                    + oldest.expected() + ", found " + acknowledged);
        }
    }

    /** Waits for a call of the store and throws what it failed with, as it is. */
    static <T> T join(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Transactions sent and not answered at this moment. */
    long inFlight() {
        return open.stream().filter(sent -> !sent.result().isDone()).count();
    }

    /** Everything sent; after {@link #drain} all of it is acknowledged. */
    StreamTally written() {
        return written;
    }

    long transactions() {
        return transactions;
    }

    /** Units that touched several partitions: one atomic transaction each in every partition, none across them. */
    long unitsOverPartitions() {
        return unitsOverPartitions;
    }

    /** Units too large for one transaction in one partition. */
    long unitsSplit() {
        return unitsSplit;
    }

    /** Adds an event that was read back to a tally of its own, comparable to {@link #written}. */
    static void tally(StreamTally tally, RecordedEvent event) {
        tally(tally, event.stream(), event.id(), event.type(), event.contentType(), event.payload());
    }

    private static void tally(
            StreamTally tally, String stream, UUID id, String type, String contentType, byte[] payload) {
        byte[] identity = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        tally.add(
                stream,
                identity,
                type.getBytes(StandardCharsets.UTF_8),
                contentType.getBytes(StandardCharsets.UTF_8),
                payload);
    }
}
