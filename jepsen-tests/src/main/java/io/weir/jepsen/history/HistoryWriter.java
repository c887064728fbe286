package io.weir.jepsen.history;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes histories as EDN in Jepsen's shape, a map on each line, so that Elle can judge the same file:
 *
 * <pre>{@code
 * {:index 0 :time 12345 :type :invoke :process 3 :f :txn :value [[:append 5 1] [:r 6 nil]]}
 * {:index 1 :time 23456 :type :ok :process 3 :f :txn :value [[:append 5 1] [:r 6 [2 4]]] :revisions [0 nil]}
 * }</pre>
 *
 * <p>Keys beyond Jepsen's stand last: {@code :node} (a string), {@code :revisions} (for each step the revision that the
 * store returned, or nil; left out if there is none at all), {@code :error} (a string). {@code docs/jepsen.md} has
 * those of the other operations.
 */
public final class HistoryWriter {
    private HistoryWriter() {}

    /** Writes all lines, each with a line feed; neither flushes nor closes. */
    public static void write(History history, Appendable target) throws IOException {
        for (Line line : history.lines()) {
            Edn.write(LineForm.of(line), target);
            target.append('\n');
        }
    }

    /** Writes a header and all lines as ndjson, each with a line feed; neither flushes nor closes. */
    public static void writeJson(Header header, History history, Appendable target) throws IOException {
        target.append(Json.text(header.form())).append('\n');
        for (Line line : history.lines()) {
            target.append(Json.text(LineForm.of(line))).append('\n');
        }
    }

    /** One line without its line feed. */
    static String text(Line line) {
        StringBuilder text = new StringBuilder(160);
        try {
            Edn.write(LineForm.of(line), text);
        } catch (IOException e) {
            throw new UncheckedIOException("a StringBuilder does not fail", e);
        }
        return text.toString();
    }
}
