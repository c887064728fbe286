package io.weir.client.internal;

import io.weir.client.EventStoreException;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Asks the right replica, and another one when that fails, until a deadline: linearizable queries go to the leader, all others
 * to one replica for as long as it answers. Safe for any thread. Futures complete on {@link Threads#io}, where no user's code
 * may run, with {@link EventStoreException} itself.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Queries {
    /** For {@link #ask}: end only on an answer, a failure that cannot pass, or close. */
    static final long FOR_EVER = Long.MAX_VALUE;

    /** One attempt waits so long for an answer, and what the query itself may wait: a hung node must not use up the deadline. */
    private static final long ATTEMPT_MS = 2_000;

    private static final long GRACE_MS = 250;

    private final Cluster cluster;
    private final Threads threads;
    private final AtomicReferenceArray<@Nullable NodeChannel> replicas;
    private final Set<Ask> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Queries(Cluster cluster, Threads threads) {
        this.cluster = cluster;
        this.threads = threads;
        this.replicas = new AtomicReferenceArray<>(cluster.partitions());
    }

    /**
     * Asks until an answer comes.
     *
     * @param what for messages, for example {@code read of stream "a"}
     * @param request its timeout is set here
     * @param timeoutMs of all attempts together, or {@link #FOR_EVER}
     */
    CompletableFuture<QueryResponse> ask(String what, QueryRequest request, long timeoutMs) {
        Ask ask = new Ask(what, request, timeoutMs);
        open.add(ask);
        ask.result.whenComplete((response, failure) -> open.remove(ask));
        if (closed) {
            ask.fail(Decoder.closed());
        } else {
            ask.attempt();
        }
        return ask.result;
    }

    /** Fails what is under way, and all that comes, with {@link EventStoreException.Closed}. */
    void close() {
        closed = true;
        open.forEach(ask -> ask.fail(Decoder.closed()));
    }

    /** One query with its attempts, which follow each other and never overlap. */
    private final class Ask {
        final CompletableFuture<QueryResponse> result = new CompletableFuture<>();
        private final String what;
        private final QueryRequest request;
        private final int partition;
        private final boolean leaderOnly;
        private final long timeoutMs;
        private final long startNanos = System.nanoTime();
        private final Attempts attempts = new Attempts();
        private int failuresInARow;
        private @Nullable NodeChannel next;

        Ask(String what, QueryRequest request, long timeoutMs) {
            this.what = what;
            this.request = request;
            this.partition = request.getPartition();
            this.leaderOnly = request.getLevel().getKind() == ReadLevel.Kind.LINEARIZABLE;
            this.timeoutMs = timeoutMs;
        }

        void attempt() {
            if (result.isDone()) {
                return;
            }
            long leftMs = leftMs();
            if (leftMs <= 0) {
                fail(new EventStoreException.Unavailable(
                        what + " got no answer within " + timeoutMs + " ms; " + attempts
                                + "; check that the nodes run and can be reached (weir cluster status)",
                        null));
                return;
            }
            NodeChannel channel = channel();
            attempts.tried(channel.endpoint());
            long attemptMs = Math.min(leftMs, ATTEMPT_MS + request.getReadPage().getWaitMs());
            CompletableFuture<QueryResponse> answer = query(channel, attemptMs);
            Future<?> guard = threads.after(
                    TimeUnit.MILLISECONDS.toNanos(attemptMs + GRACE_MS),
                    () -> answer.completeExceptionally(
                            new NodeFailure(Error.Code.UNREACHABLE, "nothing for " + attemptMs + " ms", false)));
            result.whenComplete((response, failure) -> answer.cancel(false));
            answer.whenCompleteAsync(
                    (response, failure) -> {
                        guard.cancel(false);
                        try {
                            onAnswer(channel, response, failure);
                        } catch (RuntimeException e) { // or the query would hang
                            fail(new EventStoreException.Internal(what + " failed: " + e + "; please report it", e));
                        }
                    },
                    threads.io());
        }

        private void onAnswer(NodeChannel channel, @Nullable QueryResponse response, @Nullable Throwable failure) {
            if (response != null) {
                remember(channel);
                result.complete(response);
            } else if (!result.isDone()) {
                onFailure(channel, errorOf(Objects.requireNonNull(failure)));
            }
        }

        private CompletableFuture<QueryResponse> query(NodeChannel channel, long attemptMs) {
            try {
                return channel.query(
                        request.toBuilder().setTimeoutMs((int) attemptMs).build());
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private long leftMs() {
            return timeoutMs == FOR_EVER
                    ? Integer.MAX_VALUE
                    : timeoutMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        }

        private NodeChannel channel() {
            NodeChannel chosen = next;
            if (chosen == null && !leaderOnly) {
                chosen = replicas.get(partition);
                return chosen == null ? cluster.replica(partition) : chosen;
            }
            if (chosen == null) {
                chosen = cluster.leader(partition);
            }
            return chosen == null ? cluster.after(null) : chosen;
        }

        private void remember(NodeChannel channel) {
            if (leaderOnly) {
                cluster.leader(partition, channel);
            } else {
                replicas.set(partition, channel);
            }
        }

        private void onFailure(NodeChannel channel, Error error) {
            attempts.failed(channel.endpoint(), error);
            switch (error.getCode()) {
                case NOT_LEADER -> {
                    NodeChannel hinted = cluster.member(error.getLeader());
                    next = hinted != null && hinted != channel ? hinted : cluster.after(channel);
                    again(hinted != null && hinted != channel && failuresInARow < 2);
                }
                case NOT_READY, UNREACHABLE, WRONG_CLUSTER, DEADLINE_EXCEEDED -> {
                    next = cluster.after(channel);
                    cluster.refreshSoon(channel);
                    again(false);
                }
                case THROTTLED -> again(false);
                case INVALID_ARGUMENT, TOO_LARGE, UNAUTHORIZED -> end(error);
                default -> {
                    if (timeoutMs == FOR_EVER) {
                        next = cluster.after(channel); // another replica may be sound
                        again(false);
                    } else {
                        end(error);
                    }
                }
            }
        }

        private void again(boolean isAtOnce) {
            failuresInARow++;
            if (isAtOnce) {
                attempt();
            } else {
                long pause = Threads.backoffNanos(failuresInARow);
                long left = TimeUnit.MILLISECONDS.toNanos(Math.max(leftMs(), 0));
                threads.after(Math.min(pause, left), this::attempt);
            }
        }

        private void end(Error error) {
            fail(Decoder.failure(what + " failed; " + attempts, error));
        }

        void fail(EventStoreException failure) {
            result.completeExceptionally(failure);
        }
    }

    private static Error errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof NodeFailure node
                ? node.error()
                : new NodeFailure(Error.Code.INTERNAL, String.valueOf(cause), false).error();
    }
}
