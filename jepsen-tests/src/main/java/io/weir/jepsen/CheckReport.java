package io.weir.jepsen;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.weir.jepsen.checker.Anomaly;
import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Rates;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code weir jepsen check} says of a file.
 *
 * @param file as it was named
 * @param workload that was judged
 * @param seed of the run, 0 if unknown
 * @param weir version that was tested, empty if unknown
 * @param status in a word
 * @param lines of the history
 * @param operations by kind, and how they ended
 * @param all of all kinds together
 * @param seconds that the run took
 * @param okPerSecond operations that took effect a second
 * @param anomalies what is wrong
 * @param unlisted more of the same kinds
 * @param doubts why the verdict would prove nothing even without anomalies
 */
record CheckReport(
        String file,
        String workload,
        long seed,
        String weir,
        Verdict.Status status,
        int lines,
        Map<String, Rates.Counts> operations,
        Rates.Counts all,
        double seconds,
        double okPerSecond,
        List<Found> anomalies,
        int unlisted,
        List<String> doubts) {
    /**
     * One anomaly.
     *
     * @param kind its name
     * @param text the argument
     * @param lines numbers of the lines that it names
     * @param operations those lines
     */
    record Found(String kind, String text, List<Integer> lines, List<String> operations) {
        private static Found of(Anomaly anomaly) {
            return new Found(
                    anomaly.kind().label(),
                    anomaly.text(),
                    anomaly.lines().stream().map(Line::index).toList(),
                    anomaly.lines().stream().map(Line::toString).toList());
        }
    }

    static CheckReport of(String file, HistoryFile history, Judgement judgement) {
        Verdict verdict = judgement.verdict();
        Rates rates = judgement.rates();
        return new CheckReport(
                file,
                judgement.workload().label(),
                history.header().seed(),
                history.header().weir(),
                verdict.status(),
                history.history().size(),
                rates.byName(),
                rates.all(),
                rates.seconds(),
                rates.okPerSecond(),
                verdict.anomalies().stream().map(Found::of).toList(),
                verdict.unlisted(),
                verdict.doubts());
    }

    /** For people. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append(file).append(": ").append(inWords()).append('\n');
        text.append(String.format(
                Locale.ROOT,
                "  %s, %,d lines, %,d operations in %.1f s (%,.0f ok/s)%n",
                workload,
                lines,
                all.invoked(),
                seconds,
                okPerSecond));
        operations.forEach((name, counts) -> text.append(String.format(Locale.ROOT, "  %-10s %s%n", name, counts)));
        for (Found found : anomalies) {
            text.append(found.kind()).append(": ").append(found.text()).append('\n');
            found.operations().forEach(line -> text.append("    ").append(line).append('\n'));
        }
        if (unlisted > 0) {
            text.append("and ").append(unlisted).append(" more of the same kinds\n");
        }
        doubts.forEach(doubt -> text.append("unknown: ").append(doubt).append('\n'));
        return text.toString().stripTrailing();
    }

    private String inWords() {
        return switch (status) {
            case VALID -> "no anomaly";
            case ANOMALIES ->
                anomalies.size() + unlisted == 1 ? "an anomaly" : (anomalies.size() + unlisted) + " anomalies";
            case UNKNOWN -> "unknown";
        };
    }

    /** In one line. */
    String jsonLine() {
        return written(new ObjectMapper(), this);
    }

    /** All of them, as a list. */
    static String json(List<CheckReport> reports) {
        return written(new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT), reports);
    }

    private static String written(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts has a JSON form", e);
        }
    }
}
