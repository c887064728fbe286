package io.weir.jepsen.checker;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Histories whose answers hold numbers as large and small as files can hold: well formed, and nonsense. */
final class Extremes {
    private static final List<Long> NUMBERS =
            List.of(0L, 1L, 7L, (long) Integer.MAX_VALUE, 1L << 31, 1L << 32, Long.MAX_VALUE - 1, Long.MAX_VALUE);

    private final Random random;

    private Extremes(Random random) {
        this.random = random;
    }

    /** The history with some answers changed. */
    static History in(History history, Random random) {
        Extremes extremes = new Extremes(random);
        List<Line> lines = new ArrayList<>(history.lines());
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            int index = random.nextInt(lines.size());
            if (lines.get(index).type() == LineType.OK) {
                lines.set(
                        index,
                        lines.get(index).with(extremes.changed(lines.get(index).operation())));
            }
        }
        return History.of(lines);
    }

    private long number() {
        return NUMBERS.get(random.nextInt(NUMBERS.size()));
    }

    private int value() {
        return random.nextBoolean() ? (int) number() : -(int) number();
    }

    private Operation changed(Operation operation) {
        if (operation instanceof ConditionalAppend append) {
            return append.at(number());
        } else if (operation instanceof EndOfStream end) {
            return new EndOfStream(end.stream(), number() - random.nextInt(2));
        } else if (operation instanceof Addition addition) {
            return addition.at(number());
        } else if (operation instanceof StreamRead read) {
            return read.saw(changed(read.seen()));
        } else if (operation instanceof Balances balances) {
            Map<Integer, Long> seen = new TreeMap<>(balances.seen());
            seen.put(random.nextBoolean() ? 1 : value(), random.nextBoolean() ? number() : -number());
            return balances.saw(seen);
        } else if (operation instanceof Poll poll) {
            List<Poll.Event> events = new ArrayList<>(poll.delivered());
            events.add(
                    random.nextInt(events.size() + 1),
                    new Poll.Event(random.nextBoolean() ? 1 : value(), value(), number(), number()));
            return poll.saw(events);
        } else if (operation instanceof Transaction transaction) {
            return new Transaction(
                    transaction.steps().stream().map(this::changed).toList(), transaction.isFinal());
        }
        return operation;
    }

    private Step changed(Step step) {
        if (step instanceof Step.Append append) {
            return append.at(number());
        }
        Values values = ((Step.Read) step).values();
        return values == null ? step : ((Step.Read) step).saw(changed(values));
    }

    private Values changed(Values values) {
        return Changes.inserted(values, random.nextInt(values.size() + 1), value());
    }
}
