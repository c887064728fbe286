package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Changes of histories, each of which gives a new one: what a store that is not what it says might have answered. */
final class Edits {
    private Edits() {}

    /** The history with other steps on a line. */
    static History withSteps(History history, int index, List<Step> steps) {
        return withSteps(history, index, history.line(index).type(), steps);
    }

    private static History withSteps(History history, int index, LineType type, List<Step> steps) {
        List<Line> lines = new ArrayList<>(history.lines());
        Line line = lines.get(index);
        lines.set(
                index,
                new Line(
                        index,
                        line.timeNs(),
                        type,
                        line.process(),
                        new Transaction(steps, line.operation().isFinal()),
                        line.node(),
                        line.error()));
        return History.of(lines);
    }

    /** The history in which a line tells of failure. */
    static History failed(History history, int index) {
        return withSteps(history, index, LineType.FAIL, invoked(history, index));
    }

    /** The history in which the client never learns what this line told, and another process goes on in its place. */
    static History inDoubt(History history, int index) {
        int process = history.line(index).process();
        int fresh = 1 + history.lines().stream().mapToInt(Line::process).max().orElseThrow();
        List<Line> lines = new ArrayList<>(history.lines());
        for (int i = index + 1; i < lines.size(); i++) {
            Line line = lines.get(i);
            int now = line.process() == process ? fresh : line.process();
            lines.set(i, line(line, i, line.type(), now, line.steps()));
        }
        lines.set(index, line(lines.get(index), index, LineType.INFO, process, invoked(history, index)));
        return numbered(lines);
    }

    private static List<Step> invoked(History history, int completion) {
        return history.line(history.partner(completion)).steps();
    }

    /** The lines in this order, with numbers and times that fit. */
    static History numbered(List<Line> lines) {
        return History.of(IntStream.range(0, lines.size())
                .mapToObj(i -> line(
                        lines.get(i),
                        i,
                        lines.get(i).type(),
                        lines.get(i).process(),
                        lines.get(i).steps()))
                .toList());
    }

    /** The same of any operations. */
    static History renumbered(List<Line> lines) {
        return History.of(IntStream.range(0, lines.size())
                .mapToObj(i -> {
                    Line line = lines.get(i);
                    return new Line(i, i, line.type(), line.process(), line.operation(), line.node(), line.error());
                })
                .toList());
    }

    private static Line line(Line like, int index, LineType type, int process, List<Step> steps) {
        Transaction transaction = new Transaction(steps, like.operation().isFinal());
        return new Line(index, index, type, process, transaction, like.node(), like.error());
    }

    /** The history with other values in one read. */
    static History withRead(History history, Place place, Values values) {
        List<Step> steps = new ArrayList<>(history.line(place.line()).steps());
        steps.set(place.step(), new Step.Read(steps.get(place.step()).stream(), values));
        return withSteps(history, place.line(), steps);
    }

    /** The history with each step of its lines that tell of success changed. */
    static History withEach(History history, UnaryOperator<Step> edit) {
        History edited = history;
        for (Line line : history.lines()) {
            if (line.type() == LineType.OK) {
                List<Step> steps = line.steps().stream().map(edit).toList();
                edited = steps.equals(line.steps()) ? edited : withSteps(edited, line.index(), steps);
            }
        }
        return edited;
    }

    /** The history without revisions. */
    static History withoutRevisions(History history) {
        return withEach(
                history,
                step -> step instanceof Step.Append append ? Step.append(append.stream(), append.value()) : step);
    }

    /** The history with each read of a stream changed. */
    static History withEachRead(History history, int stream, UnaryOperator<Values> edit) {
        return withEach(
                history,
                step -> step instanceof Step.Read read && read.stream() == stream && read.values() != null
                        ? read.saw(edit.apply(read.values()))
                        : step);
    }

    /** Values without one of them. */
    static Values without(Values values, int value) {
        int[] rest =
                IntStream.of(values.toArray()).filter(other -> other != value).toArray();
        return Values.of(rest);
    }

    /** Where a value stands, from 0, or -1. */
    static int indexOf(Values values, int value) {
        return IntStream.range(0, values.size())
                .filter(i -> values.at(i) == value)
                .findFirst()
                .orElse(-1);
    }

    /** A step of a line that tells of success. */
    record Place(int line, int step) {
        Step in(History history) {
            return history.line(line).steps().get(step);
        }

        int stream(History history) {
            return in(history).stream();
        }

        /** What the read here saw. */
        Values values(History history) {
            Values values = in(history) instanceof Step.Read read ? read.values() : null;
            if (values == null) {
                throw new IllegalArgumentException(in(history) + " knows no values");
            }
            return values;
        }

        /** Whether no step before it touches its stream. */
        boolean isFirstOfStream(History history) {
            return history.line(line).steps().subList(0, step).stream()
                    .noneMatch(other -> other.stream() == stream(history));
        }
    }

    /** All places of successful reads that satisfy something. */
    static List<Place> reads(History history, Predicate<Place> wanted) {
        return places(history, place -> place.in(history) instanceof Step.Read && wanted.test(place));
    }

    /** All places of successful appends that satisfy something. */
    static List<Place> appends(History history, Predicate<Place> wanted) {
        return places(history, place -> place.in(history) instanceof Step.Append && wanted.test(place));
    }

    private static List<Place> places(History history, Predicate<Place> wanted) {
        return history.lines().stream()
                .filter(line -> line.type() == LineType.OK)
                .flatMap(line -> IntStream.range(0, line.steps().size()).mapToObj(i -> new Place(line.index(), i)))
                .filter(wanted)
                .toList();
    }
}
