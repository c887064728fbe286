package io.weir.jepsen.checker;

import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Judges whether conditional appends, and ends of streams, are linearizable: stream by stream, since each operation
 * touches one. Pure, deterministic, on the caller's thread.
 *
 * <p>An append that took effect was told a revision, and revisions are dense; so the order is known and only has to be
 * compared with the conditions and with the clock: {@link RevisionChecks}, O(n log n), 100 bytes an operation. It says
 * exactly what the search for an order would say. Where an append was acknowledged without a revision the order is not
 * known, and it is searched for: {@link Linearizability}, which may give up, and then the verdict is unknown.
 */
public final class ConditionalAppendChecker {
    /** About a second, and 75 MiB. */
    static final int MAX_STATES = 500_000;

    private ConditionalAppendChecker() {}

    /**
     * Judges the conditional appends and ends of a history.
     *
     * @throws MalformedHistoryException if a value is appended to a stream more than once
     */
    public static Verdict check(History history) {
        Calls calls = new Calls(history);
        Findings findings = new Findings(calls);
        requireUnique(calls);
        for (List<Integer> ofStream : byStream(calls)) {
            if (ofStream.stream().allMatch(call -> hasRevision(calls, call))) {
                new RevisionChecks(calls, ofStream, findings).check();
            } else {
                search(calls, ofStream, findings);
            }
        }
        return findings.verdict();
    }

    private static void requireUnique(Calls calls) {
        DenseIndex values = new DenseIndex();
        int[] appenders = new int[calls.count()];
        for (int call = 0; call < calls.count(); call++) {
            if (calls.operation(call) instanceof ConditionalAppend append) {
                int known = values.size();
                int number = values.add(DenseIndex.key(append.stream(), append.value()));
                if (number < known) {
                    throw new MalformedHistoryException("lines " + calls.place(appenders[number]) + " and "
                            + calls.place(call) + " both append " + append.value() + " to stream " + append.stream());
                }
                appenders[number] = call;
            }
        }
    }

    /** The numbers of the conditional appends and ends of each stream. */
    static List<List<Integer>> byStream(Calls calls) {
        DenseIndex streams = new DenseIndex();
        List<List<Integer>> byStream = new ArrayList<>();
        for (int call = 0; call < calls.count(); call++) {
            Operation operation = calls.operation(call);
            if (operation instanceof ConditionalAppend || operation instanceof EndOfStream) {
                int known = streams.size();
                int stream = streams.add(streamOf(operation));
                if (stream == known) {
                    byStream.add(new ArrayList<>());
                }
                byStream.get(stream).add(call);
            }
        }
        return byStream;
    }

    static int streamOf(Operation operation) {
        return operation instanceof ConditionalAppend append ? append.stream() : ((EndOfStream) operation).stream();
    }

    private static boolean hasRevision(Calls calls, int call) {
        return !(calls.isOk(call)
                && calls.operation(call) instanceof ConditionalAppend append
                && append.revision() == Operation.UNKNOWN);
    }

    private static void search(Calls calls, List<Integer> ofStream, Findings findings) {
        List<Integer> possible = ofStream.stream()
                .filter(call -> Linearizability.call(calls, call) != null)
                .toList();
        Linearizability.Result result = search(calls, possible, MAX_STATES);
        int stream = streamOf(calls.operation(ofStream.get(0)));
        if (result.outcome() == Linearizability.Outcome.UNKNOWN) {
            findings.doubt("after " + result.states() + " states of stream " + stream
                    + " the search for an order of its operations gave up");
        } else if (result.outcome() == Linearizability.Outcome.NOT_LINEARIZABLE) {
            int stuck = possible.get(result.stuckAt());
            findings.add(
                    AnomalyKind.NOT_LINEARIZABLE,
                    () -> "no order of the " + possible.size() + " operations on stream " + stream
                            + " explains their answers; the best one ends before line " + calls.place(stuck)
                            + ", which nothing before it explains",
                    stuck);
        }
    }

    static Linearizability.Result search(Calls calls, List<Integer> ofStream, int maxStates) {
        List<Linearizability.Call> all = ofStream.stream()
                .map(call -> Linearizability.call(calls, call))
                .filter(Objects::nonNull)
                .toList();
        return Linearizability.check(new StreamEndModel(), all, maxStates);
    }
}
