package io.weir.consensus;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.Error;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Calls to whoever leads a partition: looked for, and asked again, until there is an answer or the time is up. What is asked
 * must be harmless when it is done twice.
 */
final class LeaderCalls {
    /** One attempt: a leader that is gone without a word must not use up the deadline. */
    private static final long ATTEMPT_MS = 5_000;

    private static final long MIN_PAUSE_MS = 5;
    private static final long MAX_PAUSE_MS = 200;

    /** What is asked of one member. */
    @FunctionalInterface
    interface Attempt<T> {
        /** Asks a member, which may be this node; fails with a {@link NodeFailure} within the timeout. */
        CompletableFuture<T> ask(String member, long timeoutMs);
    }

    private final List<String> members;
    private final IntFunction<String> leaders;
    private final ScheduledExecutorService timer;

    /**
     * Calls nobody yet.
     *
     * @param members node ids of all
     * @param leaders node id of a partition's leader, as far as this node knows; else empty
     */
    LeaderCalls(List<String> members, IntFunction<String> leaders, ScheduledExecutorService timer) {
        this.members = List.copyOf(members);
        this.leaders = leaders;
        this.timer = timer;
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
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            String member = member();
            var unused = asked(member, Math.max(Math.min(leftMs, ATTEMPT_MS), 1))
                    .whenComplete((answer, thrown) -> {
                        if (thrown == null) {
                            result.complete(answer);
                        } else {
                            failed(member, Failures.of(thrown));
                        }
                    });
        }

        private CompletableFuture<T> asked(String member, long timeoutMs) {
            try {
                return attempt.ask(member, timeoutMs);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private String member() {
            String leader = hint.isEmpty() ? leaders.apply(partition) : hint;
            return members.contains(leader) ? leader : members.get(failures % members.size());
        }

        private void failed(String member, NodeFailure failure) {
            failures++;
            Error error = failure.error();
            switch (error.getCode()) {
                case NOT_LEADER -> {
                    hint = error.getLeader().equals(member) ? "" : error.getLeader();
                    again(failure, !hint.isEmpty() && failures == 1);
                }
                case NOT_READY, UNREACHABLE, DEADLINE_EXCEEDED, THROTTLED -> {
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
