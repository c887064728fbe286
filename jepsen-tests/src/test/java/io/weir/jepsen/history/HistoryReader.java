package io.weir.jepsen.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads histories that {@link HistoryWriter} wrote, and those of Jepsen's list-append workloads if streams, values and
 * processes are integers. Any text gives a history or a {@link MalformedHistoryException} that names the line. Empty
 * lines and keys that are not known are passed over.
 */
public final class HistoryReader {
    private final Map<String, @Nullable Object> map;

    private HistoryReader(Map<String, @Nullable Object> map) {
        this.map = map;
    }

    /**
     * Reads to the end; does not close.
     *
     * @throws MalformedHistoryException if it is no history
     */
    public static History read(Reader source) throws IOException {
        BufferedReader reader = new BufferedReader(source);
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
            number++;
            if (!text.isBlank()) {
                lines.add(line(text, number));
            }
        }
        return History.of(lines);
    }

    /** Reads a whole text. */
    public static History parse(String text) {
        try {
            return read(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException("a String does not fail", e);
        }
    }

    private static Line line(String text, int number) {
        try {
            if (Edn.parse(text) instanceof Map<?, ?> map) {
                return new HistoryReader(withStringKeys(map)).line();
            }
            throw new MalformedHistoryException("not a map");
        } catch (MalformedHistoryException e) {
            throw new MalformedHistoryException("row " + number + " of the file: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // Edn makes no others
    private static Map<String, @Nullable Object> withStringKeys(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    private Line line() {
        if (!keyword("f").equals(":txn")) {
            throw new MalformedHistoryException(":f is " + keyword("f") + ", not :txn");
        }
        return new Line(
                integer(":index", map.get("index")),
                number(":time", map.get("time")),
                type(keyword("type")),
                integer(":process", map.get("process")),
                steps(vector(":value", map.get("value"))),
                string("node"),
                string("error"));
    }

    private static LineType type(String keyword) {
        Optional<LineType> type = Arrays.stream(LineType.values())
                .filter(candidate -> candidate.keyword().equals(keyword))
                .findFirst();
        return type.orElseThrow(() -> new MalformedHistoryException(":type is " + keyword));
    }

    private List<Step> steps(List<?> vector) {
        List<?> revisions = map.get("revisions") == null ? List.of() : vector(":revisions", map.get("revisions"));
        if (!revisions.isEmpty() && revisions.size() != vector.size()) {
            throw new MalformedHistoryException(revisions.size() + " revisions of " + vector.size() + " steps");
        }
        List<Step> steps = new ArrayList<>(vector.size());
        for (int i = 0; i < vector.size(); i++) {
            Step step = step(vector("a step", vector.get(i)));
            Object revision = revisions.isEmpty() ? null : revisions.get(i);
            steps.add(revision == null ? step : withRevision(step, number("a revision", revision)));
        }
        return steps;
    }

    private static Step withRevision(Step step, long revision) {
        if (step instanceof Step.Append append && revision >= 0) {
            return append.at(revision);
        }
        throw new MalformedHistoryException("revision " + revision + " of " + step);
    }

    private static Step step(List<?> step) {
        if (step.size() == 3 && step.get(0) instanceof Edn.Keyword kind) {
            int stream = integer("a stream", step.get(1));
            Object value = step.get(2);
            if (kind.name().equals("append")) {
                return Step.append(stream, integer("a value", value));
            }
            if (kind.name().equals("r")) {
                return value == null ? Step.read(stream) : new Step.Read(stream, values(vector("a read", value)));
            }
        }
        throw new MalformedHistoryException(
                "step " + step + " is neither [:append stream value] nor [:r stream values]");
    }

    private static Values values(List<?> vector) {
        int[] values = new int[vector.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = integer("a value that was read", vector.get(i));
        }
        return Values.copyOf(values, values.length);
    }

    private String keyword(String key) {
        if (map.get(key) instanceof Edn.Keyword keyword) {
            return keyword.toString();
        }
        throw new MalformedHistoryException(":" + key + " is missing, or no keyword");
    }

    private @Nullable String string(String key) {
        Object value = map.get(key);
        return value == null ? null : value.toString();
    }

    private static List<?> vector(String what, @Nullable Object value) {
        if (value instanceof List<?> vector) {
            return vector;
        }
        throw new MalformedHistoryException(what + " is no vector");
    }

    private static int integer(String what, @Nullable Object value) {
        long number = number(what, value);
        if (number != (int) number) {
            throw new MalformedHistoryException(what + " is beyond 32 bits: " + number);
        }
        return (int) number;
    }

    private static long number(String what, @Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new MalformedHistoryException(what + " is missing, or no integer");
    }
}
