package io.weir.jepsen.checker;

import io.weir.jepsen.checker.Edits.Place;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Where in a good history a {@link Mutation} does harm for certain. Its last line is a read of all streams. */
final class Spots {
    private Spots() {}

    /** What is appended here. */
    static int value(History history, Place place) {
        return ((Step.Append) place.in(history)).value();
    }

    static boolean isLastLine(History history, Place place) {
        return place.line() == history.size() - 1;
    }

    /** The history with the read here one value shorter. */
    static History withoutLast(History history, Place place) {
        Values values = place.values(history);
        return Edits.withRead(history, place, values.first(values.size() - 1));
    }

    /** Whether what the read here shows last was acknowledged. */
    static boolean isLastAcknowledged(History history, Place place) {
        Values values = place.values(history);
        return values.size() > 0
                && !Edits.appends(
                                history,
                                append -> append.stream(history) == place.stream(history)
                                        && value(history, append) == values.at(values.size() - 1))
                        .isEmpty();
    }

    /** All that a stream ever held. */
    static Values all(History history, int stream) {
        return lastRead(history, stream).values(history);
    }

    private static Place lastRead(History history, int stream) {
        return Edits.reads(history, place -> isLastLine(history, place) && place.stream(history) == stream)
                .get(0);
    }

    /** The history whose last line reads a stream up to a value and some more, from 0. */
    static History cutLastRead(History history, int stream, int value, int more) {
        Values all = all(history, stream);
        return Edits.withRead(history, lastRead(history, stream), all.first(Edits.indexOf(all, value) + more));
    }

    /** The value that follows the one appended here, if its transaction began when this one was over. */
    static Optional<Integer> successor(History history, Place place) {
        Values all = all(history, place.stream(history));
        int next = Edits.indexOf(all, value(history, place)) + 1;
        return next < all.size() && invocation(history, place.stream(history), all.at(next)) > place.line()
                ? Optional.of(all.at(next))
                : Optional.empty();
    }

    /** The number of the line that invoked the append of a value. */
    private static int invocation(History history, int stream, int value) {
        return history.lines().stream()
                .filter(line -> line.type() == LineType.INVOKE && line.steps().contains(Step.append(stream, value)))
                .findFirst()
                .orElseThrow()
                .index();
    }

    /** The history in which all reads have two values the other way round. */
    static History swapped(History history, Place place, int other) {
        int value = value(history, place);
        return Edits.withEachRead(history, place.stream(history), values -> {
            int[] swapped = values.toArray();
            for (int i = 0; i < swapped.length; i++) {
                int old = swapped[i];
                swapped[i] = old == value ? other : old == other ? value : old;
            }
            return Values.of(swapped);
        });
    }

    /** Whether another transaction appended behind what is appended here. */
    static boolean isBuiltOn(History history, Place place) {
        Values all = all(history, place.stream(history));
        int last = all.at(all.size() - 1);
        return steps(history, place, step -> step instanceof Step.Append append && append.value() == last)
                .isEmpty();
    }

    /** Whether the same transaction appends to the same stream again. */
    static boolean isFollowedByItsOwn(History history, Place place) {
        List<Step> steps = history.line(place.line()).steps();
        return steps.subList(place.step() + 1, steps.size()).stream()
                .anyMatch(step -> step instanceof Step.Append && step.stream() == place.stream(history));
    }

    /** Whether it is its transaction's first step on the stream, and the transaction appends to another one too. */
    static boolean isFirstOfSeveralStreams(History history, Place place) {
        return place.isFirstOfStream(history)
                && !steps(history, place, step -> step instanceof Step.Append && step.stream() != place.stream(history))
                        .isEmpty();
    }

    /** The history in which the client does not know, and one stream never shows what others show. */
    static History withHalfInDoubt(History history, Place place) {
        int stream = place.stream(history);
        History edited = Edits.inDoubt(history, place.line());
        for (Step step : history.line(place.line()).steps()) {
            if (step instanceof Step.Append append && append.stream() == stream) {
                edited = Edits.withEachRead(edited, stream, values -> Edits.without(values, append.value()));
            }
        }
        return edited;
    }

    /** Whether the read here ends with an append of its own transaction. */
    static boolean endsWithOwn(History history, Place place) {
        return history.line(place.line()).steps().subList(0, place.step()).stream()
                .anyMatch(step -> step instanceof Step.Append append && append.stream() == place.stream(history));
    }

    /** Whether no other step of its transaction touches the stream. */
    static boolean isAlone(History history, Place place) {
        return steps(history, place, step -> step.stream() == place.stream(history))
                        .size()
                == 1;
    }

    /** Whether the transaction of this read also appends to the stream. */
    static boolean appendsToo(History history, Place place) {
        return !steps(history, place, step -> step instanceof Step.Append && step.stream() == place.stream(history))
                .isEmpty();
    }

    private static List<Step> steps(History history, Place place, Predicate<Step> wanted) {
        return history.line(place.line()).steps().stream().filter(wanted).toList();
    }

    /** What is read here and one more, if that was not even asked for when the read was over. */
    static Optional<Values> future(History history, Place place) {
        int stream = place.stream(history);
        int size = place.values(history).size();
        Values all = all(history, stream);
        return size < all.size() && invocation(history, stream, all.at(size)) > place.line()
                ? Optional.of(all.first(size + 1))
                : Optional.empty();
    }

    /** One value less than the same process has read of the stream in some transaction before this one. */
    static Optional<Values> olderThanItsProcessKnows(History history, Place place) {
        Line line = history.line(place.line());
        return Edits.reads(
                        history,
                        before -> before.line() < place.line()
                                && history.line(before.line()).process() == line.process()
                                && before.stream(history) == place.stream(history)
                                && isAlone(history, before)
                                && before.values(history).size() > 0)
                .stream()
                .findFirst()
                .map(before -> before.values(history))
                .map(values -> values.first(values.size() - 1));
    }
}
