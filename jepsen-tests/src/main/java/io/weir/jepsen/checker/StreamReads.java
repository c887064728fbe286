package io.weir.jepsen.checker;

import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The reads of streams that were answered, and the order of each stream, which is what its longest read shows: whatever
 * a read's level, it saw a beginning of that.
 */
final class StreamReads {
    private static final int NONE = -1;

    private final Calls calls;
    private final List<Integer> all = new ArrayList<>();
    private final DenseIndex streams = new DenseIndex();
    private final int[] longest;
    private final boolean[] isBroken;
    private final int[] places;

    StreamReads(Calls calls, Elements elements) {
        this.calls = calls;
        for (int call = 0; call < calls.count(); call++) {
            if (calls.isOk(call) && calls.operation(call) instanceof StreamRead read) {
                all.add(call);
                streams.add(read.stream());
            }
        }
        longest = new int[streams.size()];
        isBroken = new boolean[streams.size()];
        places = new int[elements.count()];
        Arrays.fill(longest, NONE);
        Arrays.fill(places, NONE);
        for (int call : all) {
            int stream = streams.find(read(call).stream());
            if (longest[stream] == NONE
                    || values(call).size() > values(longest[stream]).size()) {
                longest[stream] = call;
            }
        }
        for (int call : all) {
            isBroken[streams.find(read(call).stream())] |= !isPrefix(call);
        }
        for (int stream = 0; stream < longest.length; stream++) {
            Values values = values(longest[stream]);
            for (int place = 0; place < values.size(); place++) {
                int element = elements.find((int) streams.key(stream), values.at(place));
                if (element != NONE) {
                    isBroken[stream] |= places[element] != NONE;
                    places[element] = place;
                }
            }
        }
    }

    /** All of them, in the order of invocation. */
    List<Integer> all() {
        return all;
    }

    StreamRead read(int call) {
        return (StreamRead) calls.operation(call);
    }

    Values values(int call) {
        return read(call).seen();
    }

    /** The longest read of a stream, as numbered in the history; {@link Elements#NONE} if there is none. */
    int longest(int streamName) {
        int stream = streams.find(streamName);
        return stream == NONE ? NONE : longest[stream];
    }

    /** How many values that one shows. */
    int length(int streamName) {
        int read = longest(streamName);
        return read == NONE ? 0 : values(read).size();
    }

    /** Whether the longest read of its stream begins with this one. */
    boolean isPrefix(int call) {
        Values values = values(call);
        return values.commonPrefix(values(longest(read(call).stream()))) == values.size();
    }

    /** Whether reads contradict each other, or show a value twice, so that the stream has no order. */
    boolean isBroken(int streamName) {
        int stream = streams.find(streamName);
        return stream != NONE && isBroken[stream];
    }

    /** Where an element stands; {@link Elements#NONE} if the longest read does not show it. */
    int place(int element) {
        return places[element];
    }
}
