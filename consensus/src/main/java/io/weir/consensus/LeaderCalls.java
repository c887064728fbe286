package io.weir.consensus;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.Error;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Calls to whoever leads a partition: looked for, and asked again, until there is an answer or the time is up. What is asked
 * must be harmless when it is done twice.
 *
 * <p>A leader may take all the time there is: a {@code Prepare} waits there for a lock, in a queue in which it would lose its place
 * if it were asked again. That a leader is gone without a word is noticed in two ways: the members elect another one, which this
 * node, being one of them, hears of; or only the connection is lost, and gRPC ends the call.
 */
final class LeaderCalls {
    /** A member that has not answered for so long is asked on only while this node believes that it leads. */
    private static final long SILENT_MS = 5_000;

    private static final long MIN_PAUSE_MS = 5;
    private static final long MAX_PAUSE_MS = 200;

    /** What is asked of one member. */
    @FunctionalInterface
    interface Attempt<T> {
        /**
         * Asks a member, which may be this node; fails with a {@link NodeFailure} within the timeout. Is cancelled when it is
         * given up.
         */
        CompletableFuture<T> ask(String member, long timeoutMs);
    }

    private final List<String> members;
    private final IntFunction<String> leaders;
    private final ScheduledExecutorService timer;
    private final long silentMs;

    /**
     * Calls nobody yet.
     *
     * @param members node ids of all
     * @param leaders node id of a partition's leader, as far as this node knows; else empty
     */
    LeaderCalls(List<String> members, IntFunction<String> leaders, ScheduledExecutorService timer) {
        this(members, leaders, timer, SILENT_MS);
    }

    LeaderCalls(List<String> members, IntFunction<String> leaders, ScheduledExecutorService timer, long silentMs) {
        this.members = List.copyOf(members);
        this.leaders = leaders;
        this.timer = timer;
        this.silentMs = silentMs;
    }

    /** Fails with a {@link NodeFailure} only. */
    <T> CompletableFuture<T> call(int partition, long timeoutMs, Attempt<T> attempt) {
        Call<T> call = new Call<>(partition, timeoutMs, attempt);
        call.attempt();
        return call.result;
    }

    private final class Call<T> {
        final CompletableFuture<T> result = new CompletableFuture<>();
        private final int partition;
        private final Attempt<T> attempt;
        private final long deadlineNanos;
        private String hint = "";
        private int failures;

        Call(int partition, long timeoutMs, Attempt<T> attempt) {
            this.partition = partition;
            this.attempt = attempt;
            this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        }

        void attempt() {
            orEnd(() -> {
                String leader = hint.isEmpty() ? leaders.apply(partition) : hint;
                boolean isGuess = !members.contains(leader);
                String member = isGuess ? members.get(failures % members.size()) : leader;
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                CompletableFuture<T> asked = asked(member, Math.max(leftMs, 1));
                CompletableFuture<T> heard = asked.copy();
                ScheduledFuture<?> look = timer.scheduleWithFixedDelay(
                        () -> orEnd(() -> giveUpIfGone(member, isGuess, heard)),
                        silentMs,
                        Math.max(silentMs / 5, 1),
                        TimeUnit.MILLISECONDS);
                var unused = heard.whenComplete((answer, thrown) -> {
                    look.cancel(false);
                    asked.cancel(false); // if it is not what has been heard of
                    if (thrown == null) {
                        result.complete(answer);
                    } else {
                        orEnd(() -> failed(member, Failures.of(thrown)));
                    }
                });
            });
        }

        /** Whatever a step throws, on whatever thread, is told to the caller, who would wait for ever otherwise. */
        private void orEnd(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                result.completeExceptionally(Failures.of(e));
            }
        }

        /** @param isGuess nobody was known to lead when it was asked */
        private void giveUpIfGone(String member, boolean isGuess, CompletableFuture<T> heard) {
            if (result.isDone()) {
                heard.cancel(false); // ended by a defect: nobody listens, and nobody need look
                return;
            }
            String leader = leaders.apply(partition);
            // Who knows of none any more may have lost his own replica, and the member lead as before.
            if (leader.isEmpty() ? isGuess : !leader.equals(member)) {
                heard.completeExceptionally(new NodeFailure(
                        Error.Code.UNREACHABLE,
                        member + " has not answered, and is not known to lead partition " + partition + " any more",
                        true));
            }
        }

        private CompletableFuture<T> asked(String member, long timeoutMs) {
            try {
                return attempt.ask(member, timeoutMs);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void failed(String member, NodeFailure failure) {
            failures++;
            Error error = failure.error();
            switch (error.getCode()) {
                case NOT_LEADER -> {
                    hint = error.getLeader().equals(member) ? "" : error.getLeader();
                    again(failure, !hint.isEmpty() && failures == 1);
                }
                case NOT_READY, UNREACHABLE, WRONG_CLUSTER, DEADLINE_EXCEEDED, THROTTLED -> {
                    hint = "";
                    again(failure, false);
                }
                default -> result.completeExceptionally(failure);
            }
        }

        private void again(NodeFailure failure, boolean isAtOnce) {
            long pauseMs = isAtOnce ? 0 : pauseMs();
            if (TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()) <= pauseMs) {
                result.completeExceptionally(new NodeFailure(
                        Error.Code.DEADLINE_EXCEEDED,
                        "no answer of partition " + partition + " after " + failures + " attempts; the last: "
                                + failure.getMessage(),
                        true));
            } else if (isAtOnce) {
                attempt();
            } else {
                var unused = timer.schedule(this::attempt, pauseMs, TimeUnit.MILLISECONDS);
            }
        }

        private long pauseMs() {
            long max = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures, 10));
            return ThreadLocalRandom.current().nextLong(MIN_PAUSE_MS, max + 1);
        }
    }
}
