package io.weir.jepsen.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Virtual time: what is to happen, in the order of its moments, and of its being planned where those are equal. */
final class Timeline {
    static final long NANOS_PER_MS = 1_000_000;

    private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int order = Long.compare(atNanos, other.atNanos);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final @Nullable List<String> notes;
    private long nowNanos;
    private long planned;
    private long happened;

    /** @param isNoted whether {@link #notes} are taken; without them a run is several times faster */
    Timeline(boolean isNoted) {
        notes = isNoted ? new ArrayList<>() : null;
    }

    long nowNanos() {
        return nowNanos;
    }

    long nowMs() {
        return nowNanos / NANOS_PER_MS;
    }

    /** Plans something. */
    void afterNanos(long delayNanos, Runnable action) {
        queue.add(new Event(nowNanos + Math.max(0, delayNanos), planned++, action));
    }

    void afterMs(long delayMs, Runnable action) {
        afterNanos(delayMs * NANOS_PER_MS, action);
    }

    /** Lets the next event happen; false if there is none, or it would be after this moment. */
    boolean step(long untilNanos) {
        Event next = queue.peek();
        if (next == null || next.atNanos > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        queue.remove();
        nowNanos = next.atNanos;
        happened++;
        next.action.run();
        return true;
    }

    /** How many events have happened. */
    long happened() {
        return happened;
    }

    /** Takes a note for the schedule that a failure prints. */
    void note(Supplier<String> text) {
        if (notes != null) {
            notes.add(String.format(Locale.ROOT, "%10.3f ms  %s", nowNanos / (double) NANOS_PER_MS, text.get()));
        }
    }

    List<String> notes() {
        return notes == null ? List.of() : List.copyOf(notes);
    }
}
