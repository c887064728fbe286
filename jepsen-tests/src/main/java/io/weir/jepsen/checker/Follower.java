package io.weir.jepsen.checker;

import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Event;
import io.weir.jepsen.history.Poll.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One subscriber and what it has been given: skipped, redelivered, reordered. It expects the place behind the last one,
 * or, after it has asked for another, that one.
 */
final class Follower {
    private final Calls calls;
    private final Findings findings;
    private final Source source;
    private final TreeMap<Long, Long> skipped = new TreeMap<>();
    private long first = -1;
    private long next;
    private int last = -1;
    private final List<End> ends = new ArrayList<>();

    /**
     * What a poll that came to the end had come to.
     *
     * @param call the poll
     * @param next the place behind the last one that it was given
     */
    record End(int call, long next) {}

    Follower(Calls calls, Findings findings, Source source) {
        this.calls = calls;
        this.findings = findings;
        this.source = source;
    }

    /** A poll that was answered; they come in the order of their answers. */
    void take(int call, Poll poll) {
        if (!poll.source().equals(source)) {
            findings.doubt("subscriber " + poll.subscriber() + " follows " + source + ", and in line "
                    + calls.place(call) + " " + poll.source() + "; that is not looked at");
            return;
        }
        if (first < 0) {
            first = poll.from();
            next = first;
        } else if (poll.from() != next) {
            if (poll.from() > next) {
                findings.doubt(described() + " asked for place " + poll.from() + " in line " + calls.place(call)
                        + ", and place " + next + " was due; what is between is not looked at");
            }
            next = poll.from();
            skipped.clear();
        }
        last = call;
        for (Event event : poll.delivered()) {
            take(call, event, source.isPartition() ? event.position() : event.revision());
        }
        if (poll.isFinal()) {
            ends.add(new End(call, next));
        }
    }

    private void take(int call, Event event, long place) {
        if (!source.isPartition() && event.stream() != source.number()) {
            report(AnomalyKind.PHANTOM, call, event, place, "which is of another stream");
        } else if (place > next) {
            report(AnomalyKind.SKIPPED, call, event, place, "and place " + next + " had not come");
            skipped.put(next, place);
            next = place + 1;
        } else if (place < next) {
            Map.Entry<Long, Long> gap = skipped.floorEntry(place);
            boolean isLate = gap != null && place < gap.getValue();
            report(
                    isLate ? AnomalyKind.REORDERED : AnomalyKind.REDELIVERED,
                    call,
                    event,
                    place,
                    isLate ? "behind later ones" : "though place " + next + " was due");
            if (isLate) {
                fill(gap.getKey(), gap.getValue(), place);
            }
        } else {
            next++;
        }
    }

    private void fill(long from, long to, long place) {
        skipped.remove(from);
        if (from < place) {
            skipped.put(from, place);
        }
        if (place + 1 < to) {
            skipped.put(place + 1, to);
        }
    }

    private void report(AnomalyKind kind, int call, Event event, long place, String why) {
        findings.add(
                kind,
                () -> described() + " was given " + event.value() + " in stream " + event.stream() + ", place " + place
                        + " of " + source + ", in line " + calls.place(call) + ", " + why,
                call);
    }

    String described() {
        return "subscriber " + ((Poll) calls.operation(last)).subscriber() + " of " + source;
    }

    Source source() {
        return source;
    }

    /** From where it began. */
    long first() {
        return first;
    }

    /** Its last poll. */
    int last() {
        return last;
    }

    /** Whether it has come to the end. */
    boolean isFinal() {
        return !ends.isEmpty();
    }

    /** Each time that it had. */
    List<End> ends() {
        return ends;
    }
}
