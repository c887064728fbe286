package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store of streams in memory, as strict or as careless as its subclass: it serves the transactions whose histories
 * the checker's tests judge. One thread; concurrency is a matter of whose turn it is.
 */
abstract class Engine {
    private final Map<Integer, Values> streams = new HashMap<>();
    private final Map<Integer, List<Integer>> writtenBy = new HashMap<>();
    private int commits;

    /** A transaction under way: begun, then asked for each step, then committed. */
    interface Attempt {
        /** Takes the next step. */
        void step();

        /**
         * Ends it; returns the steps with what they read and the revisions that they got, or null if it was aborted.
         */
        @Nullable
        List<Step> commit();
    }

    /** Begins a transaction. */
    abstract Attempt begin(int process, List<Step> steps);

    /** How many transactions with appends have been committed. */
    final int commits() {
        return commits;
    }

    /** What a stream holds now. */
    final Values current(int stream) {
        return streams.getOrDefault(stream, Values.NONE);
    }

    /** What a stream held after so many commits. */
    final Values asOf(int someCommits, int stream) {
        List<Integer> writers = writtenBy.getOrDefault(stream, List.of());
        int size = writers.size();
        while (size > 0 && writers.get(size - 1) >= someCommits) {
            size--;
        }
        return current(stream).first(size);
    }

    /** Does all appends among the steps, now and at once; fills their revisions, and leaves reads as they are. */
    final List<Step> apply(List<Step> steps) {
        List<Step> done = new ArrayList<>(steps.size());
        boolean isReadOnly = true;
        for (Step step : steps) {
            if (step instanceof Step.Append append) {
                done.add(append.at(append(append)));
                isReadOnly = false;
            } else {
                done.add(step);
            }
        }
        commits += isReadOnly ? 0 : 1;
        return done;
    }

    private int append(Step.Append append) {
        Values before = current(append.stream());
        streams.put(append.stream(), before.plus(append.value()));
        writtenBy.computeIfAbsent(append.stream(), absent -> new ArrayList<>()).add(commits);
        return before.size();
    }

    /** Fills a read from some state of the streams and from the transaction's own appends before it. */
    static Step.Read read(Step.Read read, Values state, List<Step> before) {
        Values seen = state;
        for (Step step : before) {
            if (step instanceof Step.Append append && append.stream() == read.stream()) {
                seen = seen.plus(append.value());
            }
        }
        return read.saw(seen);
    }
}
