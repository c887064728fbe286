package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.AbortReason;
import io.weir.client.EventStoreException;
import io.weir.client.RequestId;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Decided;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Requirement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One transaction over several partitions, tried until it is decided in a way that another attempt would not change, or its
 * deadline has come. Each attempt is a request of its own; the next is made only when home has stored that the last one was
 * aborted, so that at most one of them commits.
 *
 * <p>Attempts after contention keep the expiry of the first: of two transactions the one that expires earlier has the right of
 * way, so one that has waited for long meets fewer and fewer that it must give way to.
 *
 * <p>Threading: attempts follow each other; each continues where the last one ended.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class DistributedCommit {
    /** Added to the caller's timeout: the log times of partitions differ, and what is late may still be worth its commit. */
    static final long EXPIRY_MARGIN_MS = 5_000;

    private static final long MIN_PAUSE_MS = 2;
    private static final long MAX_PAUSE_MS = 50;

    private final Commands commands;
    private final Sessions sessions;
    private final Threads threads;
    private final Transaction transaction;
    private final String what;
    private final int home;
    private final long bytes;
    private final long timeoutMs;
    private final long deadlineNanos;
    private final CompletableFuture<TransactionResult> result = new CompletableFuture<>();

    private DistributedTransact content;
    private long expiryMs;
    private int attempts;
    private int contentions;
    private boolean hasExpired;
    /** It was sent before: another attempt would be another request, which its caller does not know, and may send again. */
    private boolean isAgain;

    DistributedCommit(
            Commands commands,
            Sessions sessions,
            Threads threads,
            Transaction transaction,
            String what,
            int home,
            DistributedTransact content,
            long bytes,
            long timeoutMs) {
        this.commands = commands;
        this.sessions = sessions;
        this.threads = threads;
        this.transaction = transaction;
        this.what = what;
        this.home = home;
        this.content = content;
        this.bytes = bytes;
        this.timeoutMs = timeoutMs;
        this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    /**
     * Begins; to be called once.
     *
     * @param again the id of an attempt whose outcome is unknown, which is asked about first
     * @throws EventStoreException.Throttled if the store holds too much already
     */
    CompletableFuture<TransactionResult> start(@Nullable RequestId again) {
        isAgain = again != null;
        expiryMs = again == null ? 0 : again.expiryMs();
        if (again == null) {
            streams()
                    .filter(commands.hotStreams()::isHot)
                    .findFirst()
                    .ifPresent(stream -> content = content.toBuilder()
                            .setFirst(commands.partitionOf(stream))
                            .build());
        }
        Call<Decided> call = call(again == null ? Call.Kind.NEW : Call.Kind.AGAIN, timeoutMs);
        commands.hold(call);
        commands.begun(this);
        result.whenComplete((done, failure) -> commands.ended(this));
        send(call, again);
        return result;
    }

    private Stream<ByteString> streams() {
        return Stream.concat(
                content.getAppendsList().stream().map(Append::getStream),
                content.getRequirementsList().stream().map(Requirement::getStream));
    }

    private void attempt() {
        if (!result.isDone()) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            Call<Decided> call = call(Call.Kind.NEW, Math.max(1, leftMs));
            commands.holdAgain(call);
            send(call, null);
        }
    }

    private Call<Decided> call(Call.Kind kind, long leftMs) {
        Command command = Command.newBuilder().setDistributed(content).build();
        Call<Decided> call = new Call<>(what, home, command, List.of(), bytes, leftMs, kind, Decoder::decided);
        call.expiryMs = expiryMs;
        call.lifeMs = leftMs + EXPIRY_MARGIN_MS;
        return call;
    }

    private void send(Call<Decided> call, @Nullable RequestId again) {
        attempts++;
        commands.submit(call, again);
        call.future.whenComplete((decided, failure) -> {
            try {
                if (failure == null) {
                    onDecided(call, decided);
                } else if (hadNoTimeToBeSent(call, failure)) {
                    attempts--;
                    abort(AbortReason.CONTENTION);
                } else {
                    result.completeExceptionally(failure);
                }
            } catch (EventStoreException e) { // what came cannot be decoded
                result.completeExceptionally(e);
            } catch (RuntimeException e) { // or the caller would wait for ever
                result.completeExceptionally(
                        new EventStoreException.Internal(what + " failed: " + e + "; please report it", e));
            }
        });
    }

    /** Contention took what time it would have needed: that is no news about the cluster. */
    private boolean hadNoTimeToBeSent(Call<Decided> call, Throwable failure) {
        return contentions > 0 && call.attempts.count() == 0 && failure instanceof EventStoreException.Unavailable;
    }

    private void onDecided(Call<Decided> call, Decided decided) {
        switch (decided.getDecisionCase()) {
            case COMMITTED -> result.complete(Decoder.committed(transaction, decided.getCommitted(), call.requestId()));
            case ABORTED -> onAborted(call, decided.getAborted());
            case NEVER -> onExpired(call, 0);
            case FORGOTTEN_OR_NEVER, NOT_STAGED, DECISION_NOT_SET -> {
                learnLogTime(call, 0);
                result.completeExceptionally(Decoder.unknown(call, "its answer is not kept any more"));
            }
        }
    }

    private void onAborted(Call<Decided> call, AbortedTransaction aborted) {
        if (aborted.getReason() == AbortedTransaction.Reason.REJECTED) {
            result.complete(new TransactionResult.Rejected(Decoder.violations(aborted.getViolationsList())));
            return;
        }
        AbortReason reason = Decoder.abortReason(aborted);
        switch (reason) {
            // Its driver may have been held up, or be gone: another attempt is as safe as after contention.
            case CONTENTION, RECOVERED -> onContention(call, aborted, reason);
            case EXPIRED -> onExpired(call, aborted.getLogTimeMs());
            case FENCED -> abort(reason);
        }
    }

    private void onContention(Call<Decided> call, AbortedTransaction aborted, AbortReason reason) {
        long pauseNanos = pauseNanos(++contentions);
        if (isAgain || deadlineNanos - System.nanoTime() - pauseNanos <= 0) {
            abort(reason);
            return;
        }
        expiryMs = call.expiryMs;
        if (aborted.hasContended()) {
            commands.hotStreams()
                    .gaveWay(streams()
                            .filter(stream -> commands.partitionOf(stream) == aborted.getContended())
                            .toList());
        }
        DistributedTransact.Builder next = content.toBuilder();
        content = (aborted.hasContended() ? next.setFirst(aborted.getContended()) : next.clearFirst()).build();
        threads.after(pauseNanos, this::attempt);
    }

    /** The estimate of log time was wrong, or this is an old transaction sent again: once more, with what is known now. */
    private void onExpired(Call<Decided> call, long logTimeMs) {
        learnLogTime(call, logTimeMs);
        if (isAgain || hasExpired || deadlineNanos - System.nanoTime() <= 0) {
            abort(AbortReason.EXPIRED);
            return;
        }
        hasExpired = true;
        expiryMs = 0;
        attempt();
    }

    /**
     * Has the next attempts, of other transactions too, expire later. If it is home that was past the expiry, nobody says by how
     * much: a new session does, since its stamp is at least the log times that the node knows which opens it.
     */
    private void learnLogTime(Call<Decided> call, long logTimeMs) {
        if (logTimeMs > 0) {
            sessions.logTimeReached(logTimeMs);
        } else if (!isAgain) {
            sessions.expired(call.place().session());
        }
    }

    private void abort(AbortReason reason) {
        result.complete(new TransactionResult.Aborted(reason, attempts));
    }

    /** Ends it with {@link EventStoreException.Closed}, unless it has ended. */
    void close() {
        threads.callbacks().execute(() -> result.completeExceptionally(Decoder.closed()));
    }

    /** Exponential from 2 ms to 50 ms, half of it random: two that met must not meet again and again. */
    static long pauseNanos(int contentions) {
        long ceilingMs = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(contentions - 1, 5));
        long nanos = TimeUnit.MILLISECONDS.toNanos(ceilingMs);
        return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }
}
