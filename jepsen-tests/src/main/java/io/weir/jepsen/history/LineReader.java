package io.weir.jepsen.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes lines of the maps that {@link LineForm} makes of lines; keys that are not known are passed over. */
final class LineReader {
    private final Fields fields;

    private LineReader(Fields fields) {
        this.fields = fields;
    }

    /** @throws MalformedHistoryException if it is no line */
    static Line line(Fields fields) {
        return new LineReader(fields).line();
    }

    private Line line() {
        return new Line(
                fields.integer("index"),
                fields.number("time"),
                type(fields.word("type")),
                fields.integer("process"),
                operation(fields.word("f")),
                fields.text("node"),
                fields.text("error"));
    }

    private static LineType type(String word) {
        return Arrays.stream(LineType.values())
                .filter(candidate -> candidate.keyword().substring(1).equals(word))
                .findFirst()
                .orElseThrow(() -> new MalformedHistoryException(":type is :" + word));
    }

    private Operation operation(String name) {
        return switch (name) {
            case "txn" -> new Transaction(steps(fields.vector("value")), fields.isTrue("final"));
            case "append-if" -> conditionalAppend(Fields.vector(":value", fields.get("value"), 2));
            case "end" -> end(Fields.vector(":value", fields.get("value"), 2));
            case "add" -> addition(Fields.vector(":value", fields.get("value"), 2));
            case "read" ->
                fields.get("value") instanceof List<?> ? read(Fields.vector(":value", fields.get("value"), 2)) : bank();
            case "transfer" -> transfer(Fields.of(":value", fields.get("value")));
            case "poll" -> poll(Fields.of(":value", fields.get("value")));
            default -> throw new MalformedHistoryException(":f is :" + name + ", which no workload has");
        };
    }

    private List<Step> steps(List<?> vector) {
        List<?> revisions = fields.has("revisions") ? fields.vector("revisions") : List.of();
        if (!revisions.isEmpty() && revisions.size() != vector.size()) {
            throw new MalformedHistoryException(revisions.size() + " revisions of " + vector.size() + " steps");
        }
        List<Step> steps = new ArrayList<>(vector.size());
        for (int i = 0; i < vector.size(); i++) {
            Step step = step(Fields.vector("a step", vector.get(i)));
            Object revision = revisions.isEmpty() ? null : revisions.get(i);
            steps.add(revision == null ? step : withRevision(step, Fields.number("a revision", revision)));
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
        if (step.size() == 3 && step.get(0) != null) {
            String kind = Fields.word("a step", step.get(0));
            int stream = Fields.integer("a stream", step.get(1));
            Object value = step.get(2);
            if (kind.equals("append")) {
                return Step.append(stream, Fields.integer("a value", value));
            }
            if (kind.equals("r")) {
                return value == null ? Step.read(stream) : new Step.Read(stream, values(value));
            }
        }
        throw new MalformedHistoryException(
                "step " + step + " is neither [:append stream value] nor [:r stream values]");
    }

    private static Values values(Object value) {
        List<?> vector = Fields.vector("a read", value);
        int[] values = new int[vector.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Fields.integer("a value that was read", vector.get(i));
        }
        return Values.copyOf(values, values.length);
    }

    private Operation conditionalAppend(List<?> value) {
        List<?> change = Fields.vector("a conditional append", value.get(1), 2);
        return new ConditionalAppend(
                Fields.integer("a stream", value.get(0)),
                Fields.integer("a value", change.get(1)),
                condition(change.get(0)),
                revision("revision", 0),
                revision("actual", Operation.NO_STREAM));
    }

    private static Condition condition(@Nullable Object value) {
        if (value instanceof Long revision) {
            return Condition.revision(revision);
        }
        if (value instanceof List<?> && Fields.vector("a condition", value, 2).get(0) != null) {
            List<?> pair = Fields.vector("a condition", value, 2);
            if (Fields.word("a condition", pair.get(0)).equals("at-most")) {
                return Condition.atMost(Fields.number("a revision", pair.get(1)));
            }
        } else if (!(value instanceof List<?>)) {
            switch (Fields.word("a condition", value)) {
                case "any" -> {
                    return Condition.ANY;
                }
                case "no-stream" -> {
                    return Condition.NONE;
                }
                case "exists" -> {
                    return Condition.EXISTS;
                }
                default -> {}
            }
        }
        throw new MalformedHistoryException(
                "condition " + value + " is neither a revision nor :any, :no-stream, :exists or [:at-most revision]");
    }

    /** {@link Operation#UNKNOWN} if there is none. */
    private long revision(String key, long least) {
        return fields.has(key) ? revision(key, fields.number(key), least) : Operation.UNKNOWN;
    }

    private static long revision(String what, long revision, long least) {
        if (revision < least) {
            throw new MalformedHistoryException(what + " is " + revision);
        }
        return revision;
    }

    private static Operation end(List<?> value) {
        int stream = Fields.integer("a stream", value.get(0));
        return value.get(1) == null
                ? new EndOfStream(stream)
                : new EndOfStream(
                        stream, revision("an end", Fields.number("an end", value.get(1)), Operation.NO_STREAM));
    }

    private Operation addition(List<?> value) {
        return new Addition(
                Fields.integer("a stream", value.get(0)),
                Fields.integer("a value", value.get(1)),
                revision("revision", 0));
    }

    private Operation read(List<?> value) {
        Object level = fields.get("level");
        long atLeast = Operation.UNKNOWN;
        if (level instanceof List<?>) {
            List<?> pair = Fields.vector(":level", level, 2);
            level = pair.get(0);
            atLeast = revision(":level", Fields.number(":level", pair.get(1)), Operation.NO_STREAM);
        }
        String word = level == null ? "linearizable" : Fields.word(":level", level);
        StreamRead.Level known = Arrays.stream(StreamRead.Level.values())
                .filter(candidate -> candidate.label().equals(word))
                .findFirst()
                .orElseThrow(() -> new MalformedHistoryException(":level is :" + word));
        Object seen = value.get(1);
        return new StreamRead(
                Fields.integer("a stream", value.get(0)),
                known,
                atLeast,
                fields.isTrue("final"),
                seen == null ? null : values(seen));
    }

    private Operation bank() {
        Object value = fields.get("value");
        return new Balances(fields.isTrue("final"), value == null ? null : balances(Fields.of(":value", value)));
    }

    /** Of a map from numbers of accounts to balances. */
    static Map<Integer, Long> balances(Fields fields) {
        Map<Integer, Long> balances = new TreeMap<>();
        fields.map().forEach((key, balance) -> {
            Integer account = account(String.valueOf(key));
            if (balances.put(account, Fields.number("a balance", balance)) != null) {
                throw new MalformedHistoryException("account " + account + " comes twice");
            }
        });
        return balances;
    }

    private static Integer account(String key) {
        try {
            return Integer.valueOf(key);
        } catch (NumberFormatException e) {
            throw new MalformedHistoryException("account " + key + " is no integer of 32 bits");
        }
    }

    private static Operation transfer(Fields value) {
        return new Transfer(value.integer("from"), value.integer("to"), value.number("amount"));
    }

    private Operation poll(Fields value) {
        if (value.has("stream") == value.has("partition")) {
            throw new MalformedHistoryException("a poll of either a :stream or a :partition");
        }
        Poll.Source source = value.has("stream")
                ? Poll.Source.stream(value.integer("stream"))
                : Poll.Source.partition(value.integer("partition"));
        List<Poll.Event> events = null;
        if (value.has("events")) {
            events = value.vector("events").stream().map(LineReader::event).toList();
        }
        return new Poll(value.integer("subscriber"), source, value.number("from"), fields.isTrue("final"), events);
    }

    private static Poll.Event event(@Nullable Object value) {
        List<?> event = Fields.vector("an event", value, 4);
        return new Poll.Event(
                Fields.integer("a stream", event.get(0)),
                Fields.integer("a value", event.get(1)),
                Fields.number("a revision", event.get(2)),
                Fields.number("a position", event.get(3)));
    }
}
