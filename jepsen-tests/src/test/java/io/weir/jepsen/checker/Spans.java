package io.weir.jepsen.checker;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.Poll;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Where in a log something stands, and the log with two positions the other way round. */
final class Spans {
    private Spans() {}

    /** The line that first asked for an addition. */
    static int firstInvocation(HistoryFile file, Addition addition) {
        return file.history().lines().stream()
                .filter(line -> line.operation().asked().equals(addition.asked()))
                .mapToInt(Line::index)
                .findFirst()
                .orElseThrow();
    }

    /** The history in which each subscriber of their partition gets them at each other's place; empty if nobody did. */
    static Optional<HistoryFile> withSwappedPositions(HistoryFile good, Addition one, Addition next) {
        Optional<Poll.Event> first = delivered(good, one);
        Optional<Poll.Event> second = delivered(good, next);
        if (first.isEmpty()
                || second.isEmpty()
                || first.get().position() > second.get().position()) {
            return Optional.empty();
        }
        return Optional.of(Changes.withEach(
                good,
                Poll.class,
                poll -> poll.events() == null ? poll : poll.saw(swapped(poll, first.get(), second.get()))));
    }

    private static Optional<Poll.Event> delivered(HistoryFile good, Addition addition) {
        return Changes.oks(good, Poll.class, poll -> true).stream()
                .flatMap(line -> Changes.events(line).stream())
                .filter(event -> event.stream() == addition.stream() && event.value() == addition.value())
                .findFirst();
    }

    private static List<Poll.Event> swapped(Poll poll, Poll.Event first, Poll.Event second) {
        List<Poll.Event> swapped = poll.delivered().stream()
                .map(event -> event.equals(first)
                        ? at(first, second.position())
                        : event.equals(second) ? at(second, first.position()) : event)
                .toList();
        return poll.source().isPartition()
                ? swapped.stream()
                        .sorted(Comparator.comparingLong(Poll.Event::position))
                        .toList()
                : swapped;
    }

    private static Poll.Event at(Poll.Event event, long position) {
        return new Poll.Event(event.stream(), event.value(), event.revision(), position);
    }
}
