package io.weir.jepsen.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Writes histories as EDN in Jepsen's shape, a map on each line, so that Elle can judge the same file:
 *
 * <pre>{@code
 * {:index 0 :time 12345 :type :invoke :process 3 :f :txn :value [[:append 5 1] [:r 6 nil]]}
 * {:index 1 :time 23456 :type :ok :process 3 :f :txn :value [[:append 5 1] [:r 6 [2 4]]] :revisions [0 nil]}
 * }</pre>
 *
 * <p>Keys beyond Jepsen's stand last: {@code :node} (a string), {@code :revisions} (for each step the revision that the
 * store returned, or nil; left out if there is none at all), {@code :error} (a string).
 */
public final class HistoryWriter {
    private HistoryWriter() {}

    /** Writes all lines, each with a line feed; neither flushes nor closes. */
    public static void write(History history, Appendable target) throws IOException {
        for (Line line : history.lines()) {
            write(line, target);
            target.append('\n');
        }
    }

    /** One line without its line feed. */
    static String text(Line line) {
        StringBuilder text = new StringBuilder(160);
        try {
            write(line, text);
        } catch (IOException e) {
            throw new UncheckedIOException("a StringBuilder does not fail", e);
        }
        return text.toString();
    }

    private static void write(Line line, Appendable target) throws IOException {
        target.append("{:index ").append(Integer.toString(line.index()));
        target.append(" :time ").append(Long.toString(line.timeNs()));
        target.append(" :type ").append(line.type().keyword());
        target.append(" :process ").append(Integer.toString(line.process()));
        target.append(" :f :txn :value [");
        String space = "";
        for (Step step : line.steps()) {
            target.append(space).append(step.toString());
            space = " ";
        }
        target.append(']');
        if (line.node() != null) {
            target.append(" :node ");
            quote(line.node(), target);
        }
        if (line.steps().stream().anyMatch(HistoryWriter::hasRevision)) {
            writeRevisions(line.steps(), target);
        }
        if (line.error() != null) {
            target.append(" :error ");
            quote(line.error(), target);
        }
        target.append('}');
    }

    private static void writeRevisions(List<Step> steps, Appendable target) throws IOException {
        String before = " :revisions [";
        for (Step step : steps) {
            boolean has = hasRevision(step);
            target.append(before).append(has ? Long.toString(((Step.Append) step).revision()) : "nil");
            before = " ";
        }
        target.append(']');
    }

    private static boolean hasRevision(Step step) {
        return step instanceof Step.Append append && append.revision() != Step.Append.NO_REVISION;
    }

    /** A line of the file stays one line whatever an error's message holds. */
    private static void quote(String text, Appendable target) throws IOException {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> target.append("\\\"");
                case '\\' -> target.append("\\\\");
                case '\n' -> target.append("\\n");
                case '\r' -> target.append("\\r");
                case '\t' -> target.append("\\t");
                default -> target.append(c);
            }
        }
        target.append('"');
    }
}
