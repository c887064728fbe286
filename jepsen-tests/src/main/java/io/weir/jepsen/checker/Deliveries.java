package io.weir.jepsen.checker;

import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Event;
import io.weir.jepsen.history.Poll.Source;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All events that any subscriber was given, each once, and what they show together: phantom, resurrected, duplicate,
 * future read, wrong revision, divergent, position order.
 */
final class Deliveries {
    private static final int NONE = Elements.NONE;

    private record Seen(Event event, int call) {}

    private record Place(Source source, long place) {}

    private final Calls calls;
    private final Elements elements;
    private final Findings findings;
    private final Map<Place, Seen> byPlace = new HashMap<>();
    private final Map<Integer, Integer> partitions = new TreeMap<>();
    private final Seen[] byElement;
    private final int[] shownAt;

    Deliveries(Calls calls, Elements elements, Findings findings) {
        this.calls = calls;
        this.elements = elements;
        this.findings = findings;
        this.byElement = new Seen[elements.count()];
        this.shownAt = new int[elements.count()];
        findShown();
    }

    /** The line at which a read first showed an element; each read adds to what shorter ones showed. */
    private void findShown() {
        Arrays.fill(shownAt, Calls.NEVER);
        Map<Integer, Integer> shown = new HashMap<>();
        for (int line = 0; line < calls.history().size(); line++) {
            int call = calls.at(line);
            if (line == calls.place(call) && calls.isOk(call) && calls.operation(call) instanceof StreamRead read) {
                Values values = read.seen();
                for (int place = shown.getOrDefault(read.stream(), 0); place < values.size(); place++) {
                    int element = elements.find(read.stream(), values.at(place));
                    if (element != NONE) {
                        shownAt[element] = Math.min(shownAt[element], line);
                    }
                }
                shown.merge(read.stream(), values.size(), Math::max);
            }
        }
    }

    /** What an answered poll delivered. */
    void add(int call, Poll poll) {
        for (Event event : poll.delivered()) {
            Seen seen = new Seen(event, call);
            add(Source.stream(event.stream()), event.revision(), seen);
            if (poll.source().isPartition()) {
                add(poll.source(), event.position(), seen);
                int partition = poll.source().number();
                Integer known = partitions.putIfAbsent(event.stream(), partition);
                if (known != null && known != partition) {
                    report(AnomalyKind.DIVERGENT, seen, "but the stream was seen in partition " + known + " too");
                }
            }
            addElement(seen);
        }
    }

    private void add(Source source, long place, Seen seen) {
        Seen known = byPlace.putIfAbsent(new Place(source, place), seen);
        if (known != null && !known.event().equals(seen.event())) {
            findings.add(
                    AnomalyKind.DIVERGENT,
                    () -> "place " + place + " of " + source + " is " + described(known.event()) + " in line "
                            + calls.place(known.call()) + ", and " + described(seen.event()) + " in line "
                            + calls.place(seen.call()),
                    known.call(),
                    seen.call());
        }
    }

    private void addElement(Seen seen) {
        Event event = seen.event();
        int element = elements.find(event.stream(), event.value());
        if (element == NONE) {
            report(AnomalyKind.PHANTOM, seen, "which nobody added");
            return;
        }
        Seen known = byElement[element];
        if (known != null) {
            if (known.event().revision() != event.revision()) {
                report(
                        AnomalyKind.DUPLICATE,
                        seen,
                        "and at revision " + known.event().revision() + " too");
            }
            return;
        }
        byElement[element] = seen;
        long told = elements.revision(element);
        if (!elements.mayHaveHappened(element)) {
            report(AnomalyKind.RESURRECTED, seen, "which failed in line " + calls.place(elements.first(element)));
        } else if (elements.begun(element) > calls.place(seen.call())) {
            report(AnomalyKind.FUTURE_READ, seen, "which was invoked later, in line " + elements.begun(element));
        } else if (told != Operation.UNKNOWN && told != event.revision()) {
            report(
                    AnomalyKind.WRONG_REVISION,
                    seen,
                    "of which line " + calls.place(elements.acknowledged(element)) + " was told revision " + told);
        }
    }

    private void report(AnomalyKind kind, Seen seen, String why) {
        findings.add(
                kind,
                () -> "line " + calls.place(seen.call()) + " was given " + described(seen.event()) + ", " + why,
                seen.call());
    }

    private static String described(Event event) {
        return event.value() + " in stream " + event.stream() + " at revision " + event.revision() + ", position "
                + event.position();
    }

    /**
     * The highest place of a source that was filled before a line for certain: it had been delivered, read, or
     * acknowledged; -1 if there is none.
     */
    long knownBefore(Source source, int line) {
        long known = -1;
        for (Map.Entry<Place, Seen> entry : byPlace.entrySet()) {
            if (entry.getKey().source().equals(source) && entry.getKey().place() > known) {
                Seen seen = entry.getValue();
                int element = element(seen);
                boolean wasOver = element != NONE && Math.min(elements.over(element), shownAt[element]) < line;
                known = wasOver || calls.place(seen.call()) < line
                        ? entry.getKey().place()
                        : known;
            }
        }
        return known;
    }

    /** The partition in which a stream was seen; null if it was seen in none. */
    @Nullable
    Integer partition(int stream) {
        return partitions.get(stream);
    }

    boolean isDelivered(int element) {
        return byElement[element] != null;
    }

    /** What places show against each other and against the clock. */
    void check() {
        Map<Integer, List<Seen>> byStream = new TreeMap<>();
        Map<Integer, List<Seen>> byPartition = new TreeMap<>();
        Arrays.stream(byElement).filter(seen -> seen != null).forEach(seen -> {
            int stream = seen.event().stream();
            byStream.computeIfAbsent(stream, absent -> new ArrayList<>()).add(seen);
            Integer partition = partitions.get(stream);
            if (partition != null) {
                byPartition
                        .computeIfAbsent(partition, absent -> new ArrayList<>())
                        .add(seen);
            }
        });
        byStream.values().forEach(this::checkPositions);
        byPartition.values().forEach(this::checkClock);
    }

    /** Of one stream: a later revision has a later position. */
    private void checkPositions(List<Seen> ofStream) {
        ofStream.sort(Comparator.comparingLong(seen -> seen.event().revision()));
        for (int i = 1; i < ofStream.size(); i++) {
            Seen one = ofStream.get(i - 1);
            Seen next = ofStream.get(i);
            if (one.event().position() >= next.event().position()
                    && one.event().revision() < next.event().revision()) {
                reportOrder(one, next, "the revisions are the other way round");
            }
        }
    }

    /** Of one partition: what was acknowledged before something else began stands before it. */
    private void checkClock(List<Seen> ofPartition) {
        ofPartition.sort(Comparator.comparingLong(seen -> seen.event().position()));
        Seen latest = null;
        for (Seen seen : ofPartition) {
            if (latest == null || begun(seen) > begun(latest)) {
                latest = seen;
            }
            int element = element(seen);
            if (elements.over(element) < begun(latest)) {
                reportOrder(
                        latest,
                        seen,
                        "the second was acknowledged in line " + elements.over(element)
                                + ", before the first was invoked in line " + begun(latest));
            }
        }
    }

    private int begun(Seen seen) {
        return elements.begun(element(seen));
    }

    private int element(Seen seen) {
        return elements.find(seen.event().stream(), seen.event().value());
    }

    private void reportOrder(Seen one, Seen next, String why) {
        findings.add(
                AnomalyKind.POSITION_ORDER,
                () -> described(one.event()) + ", and " + described(next.event()) + ": " + why,
                one.call(),
                next.call());
    }
}
