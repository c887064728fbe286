package io.weir.jepsen.workload;

import io.weir.client.NewEvent;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The streams of a run, of which few live at a time, so that clients meet; one that has got long is followed by another, so
 * that reads stay short. Safe for several threads.
 */
final class Streams {
    private static final int HOT = 3;
    private static final int HOT_PERCENT = 5;

    private final String prefix;
    private final Random random;
    private final int least;
    private final List<Integer> live = new ArrayList<>();
    private final Map<Integer, Integer> left = new HashMap<>();
    private final Map<Integer, Integer> values = new HashMap<>();
    private int count;

    /**
     * Streams that hold nothing.
     *
     * @param prefix of their names
     * @param random chooses when streams end
     * @param alive how many live at a time
     * @param least values that each gets before another one follows; at most twice as many
     */
    Streams(String prefix, Random random, int alive, int least) {
        this.prefix = prefix;
        this.random = random;
        this.least = least;
        for (int i = 0; i < alive; i++) {
            live.add(newStream());
        }
    }

    private int newStream() {
        int stream = count++;
        left.put(stream, least + random.nextInt(least));
        return stream;
    }

    /** One that lives. The first ones are chosen more often: some streams are hot. */
    synchronized int chosen(Random chance) {
        boolean isHot = chance.nextInt(100) < HOT_PERCENT;
        return live.get(chance.nextInt(isHot ? Math.min(HOT, live.size()) : live.size()));
    }

    /** The one that lives at a place. */
    synchronized int at(int place) {
        return live.get(place);
    }

    /** One that this stream has not been given before. */
    synchronized int nextValue(int stream) {
        int remaining = left.merge(stream, -1, Integer::sum);
        if (remaining <= 0 && live.contains(stream)) {
            live.set(live.indexOf(stream), newStream());
        }
        return values.merge(stream, 1, Integer::sum);
    }

    /** How many there have been; their numbers are the ones below. */
    synchronized int count() {
        return count;
    }

    String name(int stream) {
        return prefix + stream;
    }

    /** The number in a name. */
    int number(String name) {
        if (!name.startsWith(prefix)) {
            throw new IllegalStateException("stream " + name + " is none of this run, which begin with " + prefix);
        }
        return Integer.parseInt(name.substring(prefix.length()));
    }

    static NewEvent event(int value) {
        return NewEvent.json("v", Integer.toString(value));
    }

    static Values values(List<String> payloads) {
        return Values.of(payloads.stream().mapToInt(Integer::parseInt).toArray());
    }
}
