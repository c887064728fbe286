package io.weir.cli.demo;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.AbortReason;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.protocol.Limits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The one writer of the demo: each unit is one transaction, whatever partitions its streams lie in. Those that share no stream
 * are under way together; one that does waits for the other.
 *
 * <p>It knows what every stream holds, so every append carries the exact revision that it expects: an event lost, doubled or
 * out of order makes a later append of its stream fail. Used by one thread, but for {@link #inFlight}.
 */
final class Importer {
    /**
     * Units taken and not yet answered. It bounds what a partition without a leader keeps the others from forgetting: a session
     * holds {@link Limits#MAX_ANSWERS_PER_SESSION} answers above the oldest open request.
     */
    private static final int MAX_OPEN_UNITS = 256;

    private static final int MAX_OPEN_BYTES = 16 << 20;

    /** Longer than any election: what is not acknowledged by then has failed. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private record Open(CompletableFuture<TransactionResult> done, Sent what, long bytes, boolean endsUnit) {}

    /**
     * The last transaction that writes a stream.
     *
     * @param called completes when it has been given to the store
     * @param done completes when it is answered
     */
    private record Writer(boolean isSpread, CompletableFuture<?> called, CompletableFuture<?> done) {
        /** Calls for one partition take effect in their order; one over several is not ordered with any that is still open. */
        CompletableFuture<?> before(boolean isNextSpread) {
            return isSpread || isNextSpread ? done : called;
        }
    }

    private final EventStore store;
    private final Consumer<Sent> listener;
    private final StreamTally written = new StreamTally();
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Writer> writers = new HashMap<>();
    private final Map<String, CompletableFuture<TransactionResult>> inFlight = new ConcurrentHashMap<>();
    private final Map<AbortReason, Integer> aborted = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> transactions = new TreeMap<>();
    private int openUnits;
    private long openBytes;
    private long unitsSplit;

    /** @param listener hears of each transaction when it is given to the store; called on several threads, must be short */
    Importer(EventStore store, Consumer<Sent> listener) {
        this.store = store;
        this.listener = listener;
    }

    /**
     * Takes a unit, first awaiting older ones if too many are open.
     *
     * @throws CheckFailed if an older one was rejected: nobody else writes, so the store lost or doubled something
     */
    void append(String name, List<Write> unit) throws CheckFailed {
        while (openUnits >= MAX_OPEN_UNITS || openBytes >= MAX_OPEN_BYTES) {
            awaitOldest();
        }
        enqueue(name, unit);
    }

    /** Takes a unit, which is not empty, at once; the future completes with its last answer. */
    CompletableFuture<TransactionResult> send(String name, List<Write> unit) {
        enqueue(name, unit);
        return open.getLast().done();
    }

    private void enqueue(String name, List<Write> unit) {
        List<Part> parts = Part.split(unit);
        openUnits++;
        unitsSplit += parts.size() > 1 ? 1 : 0;
        for (int i = 0; i < parts.size(); i++) {
            commit(i == 0 ? name : name + "/" + i, parts.get(i), i == parts.size() - 1);
        }
    }

    private void commit(String name, Part part, boolean endsUnit) {
        Map<String, List<NewEvent>> byStream = new LinkedHashMap<>();
        for (Write write : part.writes()) {
            byStream.computeIfAbsent(write.stream(), stream -> new ArrayList<>())
                    .add(Sent.mark(write.event(), name, part.writes().size()));
        }
        Transaction.Builder transaction = Transaction.builder();
        Map<String, Sent.Span> spans = new LinkedHashMap<>();
        byStream.forEach((stream, events) -> {
            long next = written.events(stream);
            transaction.append(stream, next == 0 ? Expected.noStream() : Expected.revision(next - 1), events);
            spans.put(stream, new Sent.Span(next, next + events.size() - 1));
            events.forEach(event -> written.addWhole(stream, event));
        });
        int partitions = (int)
                byStream.keySet().stream().map(store::partitionOf).distinct().count();
        Sent sent = new Sent(name, partitions, spans);
        open.add(new Open(submit(transaction.build(), sent), sent, part.bytes(), endsUnit));
        openBytes += part.bytes();
        transactions.merge(partitions, 1, Integer::sum);
    }

    /** Gives a transaction to the store as soon as all that it must follow allow it. */
    private CompletableFuture<TransactionResult> submit(Transaction transaction, Sent sent) {
        boolean isSpread = sent.partitions() > 1;
        CompletableFuture<?>[] before = sent.spans().keySet().stream()
                .map(writers::get)
                .filter(Objects::nonNull)
                .map(writer -> writer.before(isSpread))
                .toArray(CompletableFuture[]::new);
        CompletableFuture<Boolean> called = new CompletableFuture<>();
        CompletableFuture<TransactionResult> done = CompletableFuture.allOf(before)
                .thenCompose(free -> {
                    listener.accept(sent);
                    CompletableFuture<TransactionResult> answer =
                            call(transaction, System.nanoTime() + TIMEOUT.toNanos());
                    called.complete(true);
                    inFlight.put(sent.name(), answer);
                    return answer.whenComplete((result, failure) -> inFlight.remove(sent.name()));
                })
                .whenComplete((result, failure) -> called.complete(failure == null));
        Writer writer = new Writer(isSpread, called, done);
        sent.spans().keySet().forEach(stream -> writers.put(stream, writer));
        return done;
    }

    /** Sends one that was given up once more, as a new request: of the one before nothing has happened, and nothing will. */
    private CompletableFuture<TransactionResult> call(Transaction transaction, long deadlineNanos) {
        return store.commit(transaction, CallOptions.within(TIMEOUT)).thenCompose(result -> {
            if (result instanceof TransactionResult.Aborted given && System.nanoTime() - deadlineNanos < 0) {
                aborted.merge(given.reason(), 1, Integer::sum);
                return call(transaction, deadlineNanos);
            }
            return CompletableFuture.completedFuture(result);
        });
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
        TransactionResult result = join(oldest.done());
        if (result instanceof TransactionResult.Rejected rejected) {
            throw new CheckFailed(
                    "an append was rejected although nobody else writes: an event was lost or doubled",
                    rejected.violations().stream().map(Object::toString).toList());
        }
        Map<String, Long> expected = new HashMap<>();
        oldest.what().spans().forEach((stream, span) -> expected.put(stream, span.last()));
        Map<String, Long> acknowledged = result.orThrow().lastRevisions();
        if (!acknowledged.equals(expected)) {
            throw new CheckFailed("a transaction was acknowledged with other revisions than it must have: expected "
                    + expected + ", found " + acknowledged);
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

    /** What was given to the store and is not decided at this moment. Safe for any thread. */
    List<CompletableFuture<TransactionResult>> inFlight() {
        return List.copyOf(inFlight.values());
    }

    /** Everything taken; after {@link #drain} all of it is acknowledged. */
    StreamTally written() {
        return written;
    }

    /** How many transactions were over so many partitions. */
    Map<Integer, Integer> transactions() {
        return transactions;
    }

    /** How often a transaction was given up and sent again as a new one. */
    Map<AbortReason, Integer> aborted() {
        return aborted;
    }

    /** Units too large for one transaction. */
    long unitsSplit() {
        return unitsSplit;
    }
}
