package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.EventStoreException;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.StreamInfo;
import io.weir.client.TransactionInfo;
import io.weir.client.VectorPosition;
import io.weir.protocol.Direction;
import io.weir.protocol.ListStreams;
import io.weir.protocol.ListTransactions;
import io.weir.protocol.Page;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.StreamList;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Iteration over what comes in pages: while the caller works through one, the next is fetched. Not for several threads at
 * once. {@link #next} and {@link #hasNext} block until a page has come, at most for the timeout of a page.
 *
 * @param <T> what the caller iterates over
 */
abstract class Pages<T> implements Iterator<T> {
    /** One page, decoded, and whether it was the last. */
    record Chunk<T>(List<T> items, boolean isLast) {}

    private static final int MAX_EVENTS_PER_PAGE = 4_096;
    private static final int STREAMS_PER_PAGE = 1_000;
    private static final int TRANSACTIONS_PER_PAGE = 200;

    private final Queue<T> items = new ArrayDeque<>();
    private @Nullable CompletableFuture<Chunk<T>> fetched;
    private boolean isStarted;

    /** Fetches the page after the previous one. */
    abstract CompletableFuture<Chunk<T>> fetch();

    @Override
    public final boolean hasNext() {
        if (!isStarted) {
            isStarted = true;
            fetched = fetch();
        }
        while (items.isEmpty() && fetched != null) {
            CompletableFuture<Chunk<T>> page = fetched;
            Chunk<T> chunk = await(page);
            items.addAll(chunk.items);
            fetched = chunk.isLast ? null : fetch();
        }
        return !items.isEmpty();
    }

    @Override
    public final T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no further element");
        }
        return items.remove();
    }

    private static <R> R await(CompletableFuture<R> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventStoreException.Unavailable("the thread was interrupted while it waited for a page", e);
        } catch (ExecutionException e) {
            throw unwrapped(e.getCause());
        }
    }

    /** The failure of a stage that followed a query, without the wrapper that the stage has put around it. */
    static EventStoreException unwrapped(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof EventStoreException known
                ? known
                : new EventStoreException.Internal("a page could not be read: " + cause + "; please report it", cause);
    }

    // ---- events

    /** The place of the next event wanted, and the check that pages carry on from there without gap or duplicate. */
    static final class Cursor {
        private final @Nullable ByteString stream;
        private final int partition;
        private final boolean isForwards;
        private long next;
        /** Backwards, the first place is only an upper bound: it may lie behind the end. */
        private boolean isBound;

        Cursor(@Nullable ByteString stream, int partition, boolean isForwards, long first) {
            this.stream = stream;
            this.partition = partition;
            this.isForwards = isForwards;
            this.next = first;
            this.isBound = !isForwards;
        }

        ReadPage.Builder page(long maxEvents, int maxBytes) {
            ReadPage.Builder page = ReadPage.newBuilder()
                    .setFrom(next)
                    .setDirection(isForwards ? Direction.FORWARDS : Direction.BACKWARDS)
                    .setMaxEvents((int) Math.min(maxEvents, MAX_EVENTS_PER_PAGE))
                    .setMaxBytes(maxBytes);
            if (stream != null) {
                page.setStream(stream);
            }
            return page;
        }

        /** Decodes a page and moves behind it; on a failure, it stays where it was. */
        List<RecordedEvent> advance(Page page) {
            List<RecordedEvent> events = new ArrayList<>(page.getEventsCount());
            long due = next;
            for (io.weir.protocol.RecordedEvent recorded : page.getEventsList()) {
                long place = stream == null ? recorded.getPosition() : recorded.getRevision();
                if (place != due && !(events.isEmpty() && isBelowBound(place))) {
                    throw new EventStoreException.Internal(
                            "a page of partition " + partition + " holds " + place + " where " + due
                                    + " was due; please report it",
                            null);
                }
                events.add(Decoder.event(partition, recorded));
                due = isForwards ? place + 1 : place - 1;
            }
            if (!events.isEmpty()) {
                isBound = false;
                next = due;
            }
            return events;
        }

        private boolean isBelowBound(long place) {
            return isBound && (next == -1 || place <= next);
        }

        /** Backwards, behind the very first event. */
        boolean isBeforeAll() {
            return !isForwards && !isBound && next < 0;
        }

        long next() {
            return next;
        }
    }

    /** The events of a read request. */
    static final class Events extends Pages<RecordedEvent> {
        private final Queries queries;
        private final String what;
        private final QueryRequest query;
        private final Cursor cursor;
        private final int pageBytes;
        private final LongSupplier timeoutMs;
        private long left;

        /** @param timeoutMs of the next page; what it throws, the iteration throws */
        Events(
                Queries queries,
                ReadRequest read,
                int partition,
                @Nullable ByteString stream,
                int pageBytes,
                LongSupplier timeoutMs) {
            this.queries = queries;
            this.what = stream == null
                    ? "the read of partition " + partition
                    : "the read of stream \"" + read.stream() + "\" (partition " + partition + ")";
            this.query = QueryRequest.newBuilder()
                    .setPartition(partition)
                    .setLevel(level(read.level(), partition))
                    .build();
            this.cursor = new Cursor(stream, partition, read.isForwards(), read.start());
            this.pageBytes = pageBytes;
            this.timeoutMs = timeoutMs;
            this.left = read.maxEvents();
        }

        @Override
        CompletableFuture<Chunk<RecordedEvent>> fetch() {
            if (left == 0) {
                return CompletableFuture.completedFuture(new Chunk<>(List.of(), true));
            }
            QueryRequest page =
                    query.toBuilder().setReadPage(cursor.page(left, pageBytes)).build();
            return queries.ask(what, page, timeoutMs.getAsLong()).thenApply(answer -> {
                List<RecordedEvent> events = cursor.advance(answer.getPage());
                left -= events.size();
                boolean isAtEnd = answer.getPage().getAtEnd();
                if (events.isEmpty() && !isAtEnd) {
                    throw new EventStoreException.Internal(
                            what + " got a page without events that is not the last; please report it", null);
                }
                return new Chunk<>(events, isAtEnd || left == 0 || cursor.isBeforeAll());
            });
        }
    }

    /** The last event of a stream, or of the partition, and where its end is. */
    static ReadPage end(@Nullable ByteString stream) {
        ReadPage.Builder page = ReadPage.newBuilder()
                .setFrom(-1)
                .setDirection(Direction.BACKWARDS)
                .setMaxEvents(1)
                .setMaxBytes(1);
        return stream == null ? page.build() : page.setStream(stream).build();
    }

    /** The wire form of a level, for one partition. */
    static ReadLevel level(io.weir.client.ReadLevel level, int partition) {
        if (level instanceof io.weir.client.ReadLevel.AtLeast atLeast) {
            ReadLevel.Builder wire = ReadLevel.newBuilder()
                    .setKind(ReadLevel.Kind.AT_LEAST)
                    .setNextPosition(atLeast.token().nextIn(partition));
            atLeast.token().prepared().stream()
                    .filter(part -> part.partition() == partition)
                    .forEach(part -> wire.addPrepared(prepared(part)));
            return wire.build();
        }
        return ReadLevel.newBuilder()
                .setKind(
                        level instanceof io.weir.client.ReadLevel.Linearizable
                                ? ReadLevel.Kind.LINEARIZABLE
                                : ReadLevel.Kind.STALE)
                .build();
    }

    private static PreparedTransaction prepared(VectorPosition.Prepared part) {
        return PreparedTransaction.newBuilder()
                .setId(id(part.transaction()))
                .setIndex(part.index())
                .build();
    }

    /** The wire form of a transaction's id. */
    private static TransactionId id(RequestId transaction) {
        return TransactionId.newBuilder()
                .setSessionHigh(transaction.sessionHigh())
                .setSessionLow(transaction.sessionLow())
                .setSequence(transaction.sequence())
                .setHome(transaction.partition())
                .setExpiryMs(transaction.expiryMs())
                .build();
    }

    // ---- streams

    /** The streams of all partitions whose names begin with a prefix, linearizably page by page. */
    static final class Streams extends Pages<StreamInfo> {
        private final Queries queries;
        private final ByteString prefix;
        private final int partitions;
        private final long timeoutMs;
        private int partition;
        private ByteString after = ByteString.EMPTY;

        Streams(Queries queries, String prefix, int partitions, long timeoutMs) {
            this.queries = queries;
            this.prefix = ByteString.copyFromUtf8(prefix);
            this.partitions = partitions;
            this.timeoutMs = timeoutMs;
        }

        @Override
        CompletableFuture<Chunk<StreamInfo>> fetch() {
            QueryRequest request = QueryRequest.newBuilder()
                    .setPartition(partition)
                    .setListStreams(ListStreams.newBuilder()
                            .setPrefix(prefix)
                            .setAfter(after)
                            .setMaxStreams(STREAMS_PER_PAGE))
                    .build();
            return queries.ask("the list of streams of partition " + partition, request, timeoutMs)
                    .thenApply(answer -> advance(answer.getStreams()));
        }

        private Chunk<StreamInfo> advance(StreamList page) {
            List<StreamInfo> streams = new ArrayList<>();
            page.getStreamsList().forEach(info -> streams.add(Decoder.streamInfo(info)));
            if (page.getAtEnd()) {
                partition++;
                after = ByteString.EMPTY;
            } else if (page.getNextAfter().isEmpty() || page.getNextAfter().equals(after)) {
                throw new EventStoreException.Internal(
                        "the list of streams of partition " + partition
                                + " got a page that is not the last but does not say how to go on; please report it",
                        null);
            } else {
                after = page.getNextAfter();
            }
            return new Chunk<>(streams, partition == partitions);
        }
    }

    // ---- transactions

    /** The open transactions of all partitions, linearizably page by page. */
    static final class Transactions extends Pages<TransactionInfo> {
        private final Queries queries;
        private final int partitions;
        private final long timeoutMs;
        private int partition;
        private @Nullable TransactionId after;

        Transactions(Queries queries, int partitions, long timeoutMs) {
            this.queries = queries;
            this.partitions = partitions;
            this.timeoutMs = timeoutMs;
        }

        @Override
        CompletableFuture<Chunk<TransactionInfo>> fetch() {
            ListTransactions.Builder list = ListTransactions.newBuilder().setMaxTransactions(TRANSACTIONS_PER_PAGE);
            if (after != null) {
                list.setAfter(after);
            }
            QueryRequest request = QueryRequest.newBuilder()
                    .setPartition(partition)
                    .setListTransactions(list)
                    .build();
            return queries.ask("the list of transactions of partition " + partition, request, timeoutMs)
                    .thenApply(answer -> advance(answer.getTransactions()));
        }

        private Chunk<TransactionInfo> advance(TransactionList page) {
            int of = partition;
            List<TransactionInfo> transactions = page.getTransactionsList().stream()
                    .map(info -> Decoder.transactionInfo(of, info))
                    .toList();
            int count = page.getTransactionsCount();
            if (page.getAtEnd()) {
                partition++;
                after = null;
            } else if (count == 0) {
                throw new EventStoreException.Internal(
                        "the list of transactions of partition " + partition
                                + " got a page without any that is not the last; please report it",
                        null);
            } else {
                after = page.getTransactions(count - 1).getId();
            }
            return new Chunk<>(transactions, partition == partitions);
        }
    }
}
