package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Waiters.Kind;
import io.weir.consensus.partition.Waiters.Waiter;
import io.weir.consensus.transaction.LockedRead;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.Direction;
import io.weir.protocol.Error;
import io.weir.protocol.Limits;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a partition: brings it to the freshness that a query asks for, then answers from a snapshot of the store.
 *
 * <p>A snapshot is opened and closed within one page, on a thread of the read pool; a read that waits holds none.
 */
final class Queries {
    /** The longest wait for events that are not there yet; who wants more asks again. */
    static final long MAX_WAIT_MS = 60_000;

    static final long MAX_TIMEOUT_MS = 600_000;

    private final int partition;
    private final LogStore store;
    private final LockedRead.Home homes;
    private final ReadBarrier barrier;
    private final Waiters waiters;
    private final PageReader pages;
    private final Executor readers;
    private final Executor answers;
    private final ScheduledExecutorService timer;
    private final Supplier<@Nullable String> unready;
    private final Consumer<String> damaged;

    /**
     * @param readers runs what reads the store
     * @param answers runs what completes callers' futures where neither the reader nor the caller does
     * @param homes the homes of transactions whose locks a read meets
     * @param unready why the partition cannot serve, or null
     * @param damaged is told what a read finds damaged
     */
    Queries(
            int partition,
            LogStore store,
            RaftPort raft,
            Waiters waiters,
            Executor readers,
            Executor answers,
            ScheduledExecutorService timer,
            LockedRead.Home homes,
            Supplier<@Nullable String> unready,
            Consumer<String> damaged) {
        this.partition = partition;
        this.store = store;
        this.homes = homes;
        this.barrier = new ReadBarrier(raft, answers);
        this.waiters = waiters;
        this.pages = new PageReader(partition);
        this.readers = readers;
        this.answers = answers;
        this.timer = timer;
        this.unready = unready;
        this.damaged = damaged;
    }

    /** Answers within the request's timeout; fails with a {@link NodeFailure} only. */
    CompletableFuture<QueryResponse> query(QueryRequest request) {
        Query query;
        try {
            query = new Query(request);
        } catch (NodeFailure e) {
            return Failures.failed(e);
        }
        query.start();
        return query.answer;
    }

    /** Unsigned milliseconds, cut to a limit: a place among those who wait is not given away for weeks. */
    private static long nanos(int millis, long maxMs) {
        return TimeUnit.MILLISECONDS.toNanos(Math.min(Integer.toUnsignedLong(millis), maxMs));
    }

    /**
     * What was seen in one snapshot.
     *
     * @param holders of exclusive locks in the range of a linearizable read
     */
    private record Look(QueryResponse response, Set<TransactionId> holders) {}

    /** One query on its way. */
    private final class Query {
        private final QueryRequest request;
        private final @Nullable StreamName stream;
        private final long deadlineNanos;
        private final long waitUntilNanos;
        private final CompletableFuture<QueryResponse> answer = new CompletableFuture<>();
        /** Guarded by this. */
        private @Nullable Waiter waiter;

        private volatile @Nullable ScheduledFuture<?> waitEnd;

        Query(QueryRequest request) {
            this.request = request;
            long now = System.nanoTime();
            this.deadlineNanos = now + nanos(request.getTimeoutMs(), MAX_TIMEOUT_MS);
            ReadPage page = request.getReadPage();
            this.waitUntilNanos = now + nanos(page.getWaitMs(), MAX_WAIT_MS);
            this.stream = request.hasReadPage() && page.hasStream() ? PageReader.name(page.getStream()) : null;
            int prepared = request.getLevel().getPreparedCount();
            if (prepared > Limits.MAX_TRANSACTIONS_PER_TOKEN) {
                throw new NodeFailure(
                        Error.Code.TOO_LARGE,
                        "the token names " + prepared + " transactions in partition " + partition + "; the limit is "
                                + Limits.MAX_TRANSACTIONS_PER_TOKEN,
                        false);
            }
            if (page.getWaitMs() != 0 && page.getDirection() != Direction.FORWARDS) {
                throw Failures.invalid("wait_ms is " + page.getWaitMs() + ", but only a read forwards can wait");
            }
        }

        void start() {
            ScheduledFuture<?> timeout = timer.schedule(
                    () -> fail(Failures.deadline(late())), deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            var unused = answer.whenComplete((response, failure) -> {
                timeout.cancel(false);
                stopWaiting();
            });
            switch (request.getLevel().getKind()) {
                case LINEARIZABLE -> then(barrier.pass(), index -> awaitState(() -> isApplied(index), this::read));
                case AT_LEAST ->
                    awaitState(
                            () -> hasPosition(request.getLevel().getNextPosition())
                                    || FaultPoint.isMutant("token-ignored"),
                            () -> awaitVisible(request.getLevel().getPreparedList(), this::read));
                case STALE -> read();
                case UNRECOGNIZED -> fail(Failures.invalid("unknown read level"));
            }
        }

        private boolean isApplied(long index) {
            return store.state().appliedIndex() >= index;
        }

        private boolean hasPosition(long next) {
            return Long.compareUnsigned(store.state().nextPosition(), next) >= 0;
        }

        /**
         * Whether the entry that prepared this is applied, if there is one. Past the expiry nothing is prepared any more; so it is
         * applied there too, even if the token is of an earlier log, before a backup, and its index will not be reached for long.
         */
        private boolean isPrepareApplied(PreparedTransaction prepared) {
            return isApplied(prepared.getIndex())
                    || store.state().logTimeMs() > prepared.getId().getExpiryMs();
        }

        /** Goes on once each of these transactions is applied here and resolved. */
        private void awaitVisible(List<PreparedTransaction> prepared, Runnable next) {
            List<TransactionId> ids =
                    prepared.stream().map(PreparedTransaction::getId).toList();
            if (prepared.stream().allMatch(this::isPrepareApplied)) {
                awaitUnstaged(ids, next);
                return;
            }
            onReader(() -> {
                List<PreparedTransaction> unknown;
                try (ReadView view = store.openRead()) {
                    unknown = prepared.stream()
                            .filter(part -> !TransactionReader.isKnown(view, part.getId()))
                            .toList();
                }
                awaitState(() -> unknown.stream().allMatch(this::isPrepareApplied), () -> awaitUnstaged(ids, next));
            });
        }

        private boolean isLinearizable() {
            return request.getLevel().getKind() == ReadLevel.Kind.LINEARIZABLE;
        }

        private String late() {
            return switch (request.getLevel().getKind()) {
                case AT_LEAST ->
                    "next position " + Long.toUnsignedString(request.getLevel().getNextPosition())
                            + " was not reached in time; this replica is at "
                            + store.state().nextPosition()
                            + (request.getLevel().getPreparedCount() == 0
                                    ? ""
                                    : ", or a transaction of the token is not resolved here yet");
                default -> "the read was not answered in time";
            };
        }

        /** Goes on once the condition holds; it is looked at after everything that is applied, and so must not look at rows. */
        private void awaitState(BooleanSupplier holds, Runnable next) {
            await(Kind.STATE, this::guarded, holds, next);
        }

        /** Goes on once none of these transactions is staged any more; they are looked at whenever locks have gone. */
        private void awaitUnstaged(Collection<TransactionId> ids, Runnable next) {
            if (ids.isEmpty()) {
                next.run();
                return;
            }
            Set<TransactionId> left = new LinkedHashSet<>(ids);
            await(
                    Kind.LOCKS,
                    this::onReader,
                    () -> {
                        try (ReadView view = store.openRead()) {
                            left.removeIf(id -> !TransactionReader.isStaged(view, id));
                        }
                        return left.isEmpty();
                    },
                    next);
        }

        /** @param thread runs what looks at the condition, and then what is next */
        private void await(Kind kind, Consumer<Runnable> thread, BooleanSupplier holds, Runnable next) {
            thread.accept(() -> {
                if (answer.isDone()) {
                    return;
                }
                if (holds.getAsBoolean()) {
                    next.run();
                    return;
                }
                Waiter registered = register(kind, null);
                if (holds.getAsBoolean()) {
                    waiters.remove(registered);
                    next.run();
                } else {
                    then(registered.woken(), woken -> await(kind, thread, holds, next));
                }
            });
        }

        private void read() {
            onReader(this::readNow);
        }

        private void onReader(Runnable step) {
            try {
                readers.execute(() -> guarded(step));
            } catch (RejectedExecutionException e) {
                fail(new NodeFailure(Error.Code.THROTTLED, "too many reads are under way on this node", false));
            }
        }

        private void readNow() {
            if (answer.isDone()) {
                return;
            }
            Look first = look();
            if (!mustWait(first.response())) {
                judge(first);
                return;
            }
            Waiter registered = register(Kind.EVENTS, stream);
            Look again = look(); // whatever came before the registration is seen here
            if (!mustWait(again.response())) {
                waiters.remove(registered);
                judge(again);
                return;
            }
            if (waitEnd == null) {
                waitEnd = timer.schedule(this::read, waitUntilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            then(registered.woken(), woken -> read());
        }

        private boolean mustWait(QueryResponse response) {
            return isInVain(response) && waitUntilNanos - System.nanoTime() > 0;
        }

        /** Whether the read is one that waits, and has nothing yet. */
        private boolean isInVain(QueryResponse response) {
            return response.hasPage()
                    && response.getPage().getEventsCount() == 0
                    && request.getReadPage().getWaitMs() != 0;
        }

        /** A linearizable answer from under locks holds only if none of their holders had been committed by then. */
        private void judge(Look look) {
            if (look.holders().isEmpty() || FaultPoint.isMutant("read-asks-nobody")) {
                finish(look.response());
                return;
            }
            long leftMs = Math.max(TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()), 1);
            then(LockedRead.judge(partition, look.holders(), homes, locks, leftMs), verdict -> {
                if (verdict == LockedRead.Verdict.ANSWER) {
                    finish(look.response());
                } else {
                    read();
                }
            });
        }

        /** As the read that asks has to see it: in new snapshots. */
        private final LockedRead.Here locks = new LockedRead.Here() {
            @Override
            public CompletableFuture<Boolean> areStaged(Collection<TransactionId> ids) {
                CompletableFuture<Boolean> staged = new CompletableFuture<>();
                then(
                        barrier.pass(),
                        index -> awaitState(
                                () -> isApplied(index), () -> onReader(() -> staged.complete(areStagedNow(ids)))));
                return staged;
            }

            private boolean areStagedNow(Collection<TransactionId> ids) {
                try (ReadView view = store.openRead()) {
                    return ids.stream().allMatch(id -> TransactionReader.isStaged(view, id));
                }
            }

            @Override
            public CompletableFuture<Void> awaitResolved(Collection<TransactionId> ids) {
                CompletableFuture<Void> resolved = new CompletableFuture<>();
                awaitUnstaged(ids, () -> resolved.complete(null));
                return resolved;
            }
        };

        /**
         * Answers. A replica that gets no events any more would tell who follows it that there are none, again and again, and
         * who follows stays where he gets answers: so it says that it is not ready, and another one is asked.
         */
        private void finish(QueryResponse response) {
            String reason = isInVain(response) ? unready.get() : null;
            if (reason != null) {
                throw Failures.notReady("no event came, but this replica would not know: " + reason);
            }
            answer.complete(response);
        }

        private Look look() {
            try (ReadView view = store.openRead()) {
                Set<TransactionId> holders = isLinearizable() && view.hasLocks()
                        ? TransactionReader.exclusiveHolders(view, request)
                        : Set.of();
                return new Look(answer(view), holders);
            }
        }

        private QueryResponse answer(ReadView view) {
            return switch (request.getQueryCase()) {
                case READ_PAGE ->
                    QueryResponse.newBuilder()
                            .setPage(pages.page(view, asked(), stream))
                            .build();
                case GET_STREAM ->
                    QueryResponse.newBuilder()
                            .setStream(pages.info(view, request.getGetStream()))
                            .build();
                case LIST_STREAMS ->
                    QueryResponse.newBuilder()
                            .setStreams(pages.list(view, request.getListStreams(), listUntilNanos()))
                            .build();
                case GET_TRANSACTION ->
                    QueryResponse.newBuilder()
                            .setTransaction(TransactionReader.info(view, request.getGetTransaction()))
                            .build();
                case LIST_TRANSACTIONS ->
                    QueryResponse.newBuilder()
                            .setTransactions(TransactionReader.list(view, request.getListTransactions()))
                            .build();
                case QUERY_NOT_SET -> throw Failures.invalid("the request holds no query");
            };
        }

        private ReadPage asked() {
            ReadPage page = request.getReadPage();
            return waitEnd != null && FaultPoint.isMutant("tail-skips")
                    ? page.toBuilder().setFrom(page.getFrom() + 1).build()
                    : page;
        }

        /** Leaves half of what is left for the answer's way. */
        private long listUntilNanos() {
            long now = System.nanoTime();
            return now + (deadlineNanos - now) / 2;
        }

        /**
         * Registers the waiter of this read, in the place of the former, if that was not woken: by then the read goes on without it.
         * It goes away with the answer.
         */
        private Waiter register(Kind kind, @Nullable StreamName what) {
            Waiter registered = waiters.register(kind, what);
            Waiter former;
            synchronized (this) {
                former = waiter;
                waiter = registered;
            }
            if (former != null) {
                waiters.remove(former);
            }
            if (answer.isDone()) {
                waiters.remove(registered); // answered in between: nobody else would take it away
            }
            return registered;
        }

        private void stopWaiting() {
            Waiter registered;
            synchronized (this) {
                registered = waiter;
            }
            if (registered != null) {
                waiters.remove(registered);
            }
            ScheduledFuture<?> end = waitEnd;
            if (end != null) {
                end.cancel(false);
            }
        }

        private void fail(NodeFailure failure) {
            answers.execute(() -> answer.completeExceptionally(failure));
        }

        private <T> void then(CompletableFuture<T> stage, Consumer<T> next) {
            var unused = stage.whenComplete((value, failure) -> {
                if (failure != null) {
                    fail(Failures.withMaybeExecuted(Failures.of(failure), false));
                } else {
                    guarded(() -> next.accept(value));
                }
            });
        }

        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (NodeFailure e) {
                answer.completeExceptionally(e);
            } catch (StoreException.Corrupted e) {
                answer.completeExceptionally(
                        new NodeFailure(Error.Code.STORE_CORRUPTED, String.valueOf(e.getMessage()), false));
                damaged.accept("found by a read: " + e.getMessage());
            } catch (StoreException.Closed e) {
                answer.completeExceptionally(Failures.notReady("the node is closing"));
            } catch (RuntimeException e) {
                answer.completeExceptionally(Failures.internal("cannot read", e, false));
            } catch (java.lang.Error e) {
                answer.completeExceptionally(Failures.internal("cannot read", e, false));
                throw e;
            }
        }
    }
}
