package io.weir.jepsen.report;

import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.run.FaultWindow;
import io.weir.jepsen.run.RunRecord;
import java.util.List;

/**
 * All that a report shows, computed once.
 *
 * @param run what was done
 * @param file what clients saw
 * @param judgement what is made of it
 * @param calls operations of the history, in the order of their invocations
 * @param gaps in which nothing took effect, in their order
 * @param latencies of operations that took effect, sorted, nanoseconds
 * @param fromNs where time begins on the page
 * @param toNs where it ends
 */
record Material(
        RunRecord run,
        HistoryFile file,
        Judgement judgement,
        List<Call> calls,
        List<Gap> gaps,
        long[] latencies,
        long fromNs,
        long toNs) {
    private static final long MAX_NS = 10L * 365 * 86_400 * 1_000_000_000;

    /** @throws MalformedHistoryException if the times of the history or of the faults lie years apart */
    static Material of(RunRecord run, HistoryFile file, Judgement judgement) {
        History history = file.history();
        List<Call> calls = Call.of(history);
        long[] latencies = calls.stream()
                .filter(call -> call.outcome() == LineType.OK)
                .mapToLong(call -> call.endedNs() - call.beganNs())
                .sorted()
                .toArray();
        long firstNs = history.size() == 0 ? 0 : history.line(0).timeNs();
        long lastNs = history.size() == 0 ? 0 : history.line(history.size() - 1).timeNs();
        for (FaultWindow fault : run.faults()) {
            firstNs = Math.min(firstNs, fault.beganNs());
            lastNs = Math.max(lastNs, fault.healedNs());
        }
        // The clock of a run begins with it; a history from elsewhere may have another one.
        long fromNs = firstNs > 0 && firstNs < lastNs / 2 ? 0 : firstNs;
        if (lastNs - fromNs < 0 || lastNs - fromNs > MAX_NS) {
            throw new MalformedHistoryException("times from " + firstNs + " to " + lastNs + " ns lie years apart");
        }
        return new Material(
                run, file, judgement, calls, Gap.of(history, run.time().toNanos()), latencies, fromNs, lastNs);
    }

    History history() {
        return file.history();
    }

    /** How the faults are numbered on the page. */
    String number(FaultWindow fault) {
        return "#" + (run.faults().indexOf(fault) + 1);
    }
}
