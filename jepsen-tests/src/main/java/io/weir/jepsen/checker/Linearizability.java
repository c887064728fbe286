package io.weir.jepsen.checker;

import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search for an order of the operations on one object that explains all answers and keeps real time. After Wing and
 * Gong, <em>Testing and Verifying Concurrent Objects</em> (1993), with the memory of Lowe, <em>Testing for
 * Linearizability</em> (2017): no set of operations is tried twice in the same state.
 *
 * <p>Cost: exponential in the number of operations that are open at the same time, and one in doubt is open for ever;
 * linear in the others. Bounded by a number of states: each is kept as a window of bits over the operations that may be
 * next, about 150 bytes; one with a wide window counts as several. Deterministic, on the caller's thread.
 *
 * @param <S> state of the object
 */
final class Linearizability<S> {
    /** Of the search. */
    enum Outcome {
        /** There is such an order. */
        LINEARIZABLE,
        /** There is none. */
        NOT_LINEARIZABLE,
        /** There were too many to try. */
        UNKNOWN
    }

    /**
     * One operation.
     *
     * @param invoked line of its invocation
     * @param completed line of its completion; {@link Calls#NEVER} if it is in doubt
     * @param operation what it did, with what was answered
     * @param ending how it ended
     */
    record Call(int invoked, int completed, Operation operation, LineType ending) {}

    /**
     * What the search found.
     *
     * @param outcome in a word
     * @param stuckAt number of the call that had to be over when the best try could not go on; -1 if it went on
     * @param states how many were looked at
     */
    record Result(Outcome outcome, int stuckAt, int states) {}

    /** Sets differ by few bits, and the library's hash of a word lets half of them cancel each other out. */
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** A set of operations that have happened, from the first word that is not full, and the state after them. */
    private record Seen<S>(int offset, long[] window, S state) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Seen<?> that
                    && offset == that.offset
                    && Arrays.equals(window, that.window)
                    && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            long hash = offset * MIX + state.hashCode();
            for (long word : window) {
                hash = (hash ^ (hash >>> 29) ^ word) * MIX;
            }
            return (int) (hash >>> 32);
        }
    }

    private record Frame<S>(int call, S before) {}

    private final SequentialModel<S> model;
    private final Call[] calls;
    private final int maxStates;
    private final int[] entries;
    private final int[] next;
    private final int[] previous;
    private final int[] callEntry;
    private final int[] returnEntry;
    private final long[] done;
    private final Set<Seen<S>> seen = new HashSet<>();
    private int weight;
    private int deepest = -1;

    private Linearizability(SequentialModel<S> model, List<Call> calls, int maxStates) {
        this.model = model;
        this.calls = calls.toArray(new Call[0]);
        this.maxStates = maxStates;
        this.done = new long[(this.calls.length + 63) / 64];
        this.callEntry = new int[this.calls.length];
        this.returnEntry = new int[this.calls.length];
        this.entries = entries();
        this.next = new int[entries.length + 1];
        this.previous = new int[entries.length + 1];
        for (int i = 0; i <= entries.length; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
    }

    /**
     * Searches.
     *
     * @param calls those that may have happened, in the order of their invocations
     * @param maxStates that are looked at before it gives up
     */
    static <S> Result check(SequentialModel<S> model, List<Call> calls, int maxStates) {
        return new Linearizability<>(model, calls, maxStates).search();
    }

    /** Invocations and completions in the order of their lines; a completion as the complement of its call's number. */
    private int[] entries() {
        long[] sorted = new long[calls.length * 2];
        int count = 0;
        for (int call = 0; call < calls.length; call++) {
            sorted[count++] = ((long) calls[call].invoked() << 32) | call;
            if (calls[call].completed() != Calls.NEVER) {
                sorted[count++] = ((long) calls[call].completed() << 32) | (~call & 0xFFFF_FFFFL);
            }
        }
        Arrays.sort(sorted, 0, count);
        int[] ordered = new int[count];
        Arrays.fill(returnEntry, 0);
        for (int i = 0; i < count; i++) {
            ordered[i] = (int) sorted[i];
            if (ordered[i] >= 0) {
                callEntry[ordered[i]] = i + 1;
            } else {
                returnEntry[~ordered[i]] = i + 1;
            }
        }
        return ordered;
    }

    /** Entries are numbered from 1 in the list; 0 is its head. */
    private Result search() {
        Deque<Frame<S>> stack = new ArrayDeque<>();
        S state = model.initial();
        int open = (int) Arrays.stream(returnEntry).filter(entry -> entry > 0).count();
        int entry = next[0];
        while (open > 0) {
            int call = entries[entry - 1];
            S after = call < 0 ? null : model.after(state, calls[call].operation(), calls[call].ending());
            if (after != null && isNew(call, after)) {
                stack.push(new Frame<>(call, state));
                state = after;
                open -= lift(call);
                entry = next[0];
            } else if (call >= 0) {
                entry = next[entry];
            } else if (stack.isEmpty()) {
                deepest = Math.max(deepest, entry);
                return new Result(Outcome.NOT_LINEARIZABLE, ~entries[deepest - 1], seen.size());
            } else {
                deepest = Math.max(deepest, entry);
                Frame<S> frame = stack.pop();
                state = frame.before();
                open += unlift(frame.call());
                entry = next[callEntry[frame.call()]];
            }
            if (weight > maxStates) {
                return new Result(Outcome.UNKNOWN, -1, seen.size());
            }
        }
        return new Result(Outcome.LINEARIZABLE, -1, seen.size());
    }

    private boolean isNew(int call, S after) {
        done[call >> 6] |= 1L << call;
        int first = 0;
        while (first < done.length && done[first] == -1L) {
            first++;
        }
        int last = done.length;
        while (last > first && done[last - 1] == 0) {
            last--;
        }
        boolean isNew = seen.add(new Seen<>(first, Arrays.copyOfRange(done, first, last), after));
        if (isNew) {
            weight += 1 + (last - first) / 8;
        } else {
            done[call >> 6] &= ~(1L << call);
        }
        return isNew;
    }

    /** Takes a call out of the list; returns 1 if it has a completion. */
    private int lift(int call) {
        unlink(callEntry[call]);
        if (returnEntry[call] == 0) {
            return 0;
        }
        unlink(returnEntry[call]);
        return 1;
    }

    private int unlift(int call) {
        done[call >> 6] &= ~(1L << call);
        int completed = 0;
        if (returnEntry[call] != 0) {
            link(returnEntry[call]);
            completed = 1;
        }
        link(callEntry[call]);
        return completed;
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        if (next[entry] < previous.length) {
            previous[next[entry]] = previous[entry];
        }
    }

    private void link(int entry) {
        next[previous[entry]] = entry;
        if (next[entry] < previous.length) {
            previous[next[entry]] = entry;
        }
    }

    /** What the search is told of a call, or null if it cannot have happened. */
    static @Nullable Call call(Calls all, int call) {
        Operation operation = all.operation(call);
        if (all.isInDoubt(call)) {
            return new Call(all.invocation(call), Calls.NEVER, operation.asked(), LineType.INFO);
        }
        boolean tells = !operation.equals(operation.asked());
        return all.isFailed(call) && !tells
                ? null
                : new Call(
                        all.invocation(call),
                        all.place(call),
                        operation,
                        all.line(call).type());
    }
}
