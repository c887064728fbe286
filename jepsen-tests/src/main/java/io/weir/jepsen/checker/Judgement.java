package io.weir.jepsen.checker;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A history judged by the checker of its workload, and whether the run was worth judging: enough took effect, little is
 * in doubt, and everything was read in the end. Pure, deterministic, on the caller's thread.
 *
 * @param workload that was judged
 * @param rates how many operations ended how
 * @param verdict what was found, and what it leaves in doubt
 */
public record Judgement(Workload workload, Rates rates, Verdict verdict) {
    /**
     * Judges.
     *
     * @param workload what the clients did; null: as the header says, else as the operations say
     * @param leastPerSecond operations that must have taken effect a second, else the run is void; 0: any number
     * @throws MalformedHistoryException if the workload cannot be told, or a line is no part of it
     */
    public static Judgement of(HistoryFile file, @Nullable Workload workload, double leastPerSecond) {
        History history = file.history();
        Workload known = workload != null ? workload : file.header().workload();
        Workload judged = known != null
                ? known
                : Workload.of(history)
                        .orElseThrow(() -> new MalformedHistoryException(
                                history.size() == 0
                                        ? "the history has no lines, so nothing tells its workload"
                                        : "the operations are of several workloads; name one"));
        requireOnly(history, judged);
        Rates rates = Rates.of(history);
        Verdict verdict = verdict(history, file.header(), judged).and(new Verdict(List.of(), 0, missing(file)));
        String voidBecause = rates.voidBecause(leastPerSecond);
        if (voidBecause != null) {
            verdict = verdict.and(new Verdict(List.of(), 0, List.of(voidBecause)));
        }
        return new Judgement(judged, rates, verdict);
    }

    private static void requireOnly(History history, Workload workload) {
        IntStream.range(0, history.size())
                .filter(line -> !workload.has(history.line(line).operation()))
                .findFirst()
                .ifPresent(line -> {
                    throw new MalformedHistoryException("line " + line + ": :"
                            + history.line(line).operation().name() + " is no part of the workload "
                            + workload.label());
                });
    }

    private static Verdict verdict(History history, Header header, Workload workload) {
        return switch (workload) {
            case LIST_APPEND -> ListAppendChecker.check(history);
            case CONDITIONAL ->
                ConditionalAppendChecker.check(history).and(SetChecker.check(history, header.reopenings()));
            case BANK -> BankChecker.check(history, header);
            case SET -> SetChecker.check(history, header.reopenings());
            case LOG -> LogChecker.check(history, header.reopenings());
        };
    }

    private static List<String> missing(HistoryFile file) {
        return FinalReads.missing(file.history(), file.header());
    }
}
