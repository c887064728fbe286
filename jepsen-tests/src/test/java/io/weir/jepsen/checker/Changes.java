package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Changes of a history of any workload, each of which gives a new one. */
final class Changes {
    private Changes() {}

    /** The lines that tell of the success of operations of a kind. */
    static <T extends Operation> List<Line> oks(HistoryFile file, Class<T> kind, Predicate<T> wanted) {
        return ended(file, LineType.OK, kind, wanted);
    }

    static <T extends Operation> List<Line> ended(HistoryFile file, LineType type, Class<T> kind, Predicate<T> wanted) {
        return file.history().lines().stream()
                .filter(line -> line.type() == type
                        && kind.isInstance(line.operation())
                        && wanted.test(kind.cast(line.operation())))
                .toList();
    }

    /** The line that invoked what this one completed. */
    static int invocation(HistoryFile file, Line line) {
        return file.history().partner(line.index());
    }

    static <T> Optional<T> pick(List<T> some, Random random) {
        return some.isEmpty() ? Optional.empty() : Optional.of(some.get(random.nextInt(some.size())));
    }

    /** The file with another answer on a line. */
    static HistoryFile with(HistoryFile file, Line line, Operation operation) {
        return with(file, line, line.type(), operation);
    }

    static HistoryFile with(HistoryFile file, Line line, LineType type, Operation operation) {
        List<Line> lines = new ArrayList<>(file.history().lines());
        lines.set(
                line.index(),
                new Line(line.index(), line.timeNs(), type, line.process(), operation, line.node(), line.error()));
        int invoked = file.history().partner(line.index());
        lines.set(invoked, lines.get(invoked).with(operation.asked()));
        return new HistoryFile(file.header(), History.of(lines));
    }

    /** The file with every operation of a kind changed. */
    static <T extends Operation> HistoryFile withEach(HistoryFile file, Class<T> kind, Function<T, Operation> change) {
        List<Line> lines = file.history().lines().stream()
                .map(line ->
                        kind.isInstance(line.operation()) ? line.with(change.apply(kind.cast(line.operation()))) : line)
                .toList();
        return new HistoryFile(file.header(), History.of(lines));
    }

    /** The file with other values in each read of a stream. */
    static HistoryFile withEachRead(HistoryFile file, int stream, UnaryOperator<Values> change) {
        return withEach(
                file,
                StreamRead.class,
                read -> read.stream() == stream && read.values() != null
                        ? read.saw(change.apply(read.values()))
                        : read);
    }

    /** The file without some operations. */
    static HistoryFile without(HistoryFile file, Predicate<Line> unwanted) {
        History history = file.history();
        List<Line> rest = new ArrayList<>();
        for (Line line : history.lines()) {
            if (!unwanted.test(line)) {
                rest.add(new Line(
                        rest.size(),
                        line.timeNs(),
                        line.type(),
                        line.process(),
                        line.operation(),
                        line.node(),
                        line.error()));
            }
        }
        return new HistoryFile(file.header(), History.of(rest));
    }

    static Values seen(Line line) {
        return ((StreamRead) line.operation()).seen();
    }

    static StreamRead read(Line line) {
        return (StreamRead) line.operation();
    }

    static List<Poll.Event> events(Line line) {
        return ((Poll) line.operation()).delivered();
    }

    static Poll poll(Line line) {
        return (Poll) line.operation();
    }

    static Values inserted(Values values, int at, int value) {
        int[] longer = new int[values.size() + 1];
        for (int i = 0; i < longer.length; i++) {
            longer[i] = i < at ? values.at(i) : i == at ? value : values.at(i - 1);
        }
        return Values.of(longer);
    }

    static Values swapped(Values values, int at) {
        int[] swapped = values.toArray();
        int first = swapped[at];
        swapped[at] = swapped[at + 1];
        swapped[at + 1] = first;
        return Values.of(swapped);
    }
}
