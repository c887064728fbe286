package io.weir.jepsen.checker;

import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Streams that are appended to under conditions. */
final class ConditionalStore implements SerialStore {
    private final long seed;
    private final boolean readsStreams;
    private final List<Values> streams = new ArrayList<>();
    private int value;

    /** @param readsStreams whether the final reads are of whole streams; else of their ends */
    ConditionalStore(long seed, int streamCount, boolean readsStreams) {
        this.seed = seed;
        this.readsStreams = readsStreams;
        for (int i = 0; i < streamCount; i++) {
            streams.add(Values.NONE);
        }
    }

    @Override
    public Operation next(int client, Random random) {
        int stream = random.nextInt(streams.size());
        return random.nextInt(4) == 0
                ? new EndOfStream(stream)
                : new ConditionalAppend(stream, ++value, condition(last(stream), random));
    }

    private static Condition condition(long last, Random random) {
        long near = Math.max(0, last - 1 + random.nextInt(3));
        return switch (random.nextInt(8)) {
            case 0 -> Condition.ANY;
            case 1 -> Condition.NONE;
            case 2 -> Condition.EXISTS;
            case 3 -> Condition.atMost(near);
            default -> last < 0 ? Condition.NONE : Condition.revision(near);
        };
    }

    private long last(int stream) {
        return streams.get(stream).size() - 1L;
    }

    @Override
    public Answer apply(Operation operation, String node) {
        if (operation instanceof EndOfStream end) {
            return Answer.ok(new EndOfStream(end.stream(), last(end.stream())));
        }
        if (operation instanceof StreamRead read) {
            return Answer.ok(read.saw(streams.get(read.stream())));
        }
        ConditionalAppend append = (ConditionalAppend) operation;
        long last = last(append.stream());
        if (!append.condition().holds(last)) {
            return new Answer(LineType.FAIL, append.rejected(last));
        }
        streams.set(append.stream(), streams.get(append.stream()).plus(append.value()));
        return Answer.ok(append.at(last + 1));
    }

    @Override
    public List<Operation> finals() {
        List<Operation> finals = new ArrayList<>();
        for (int stream = 0; stream < streams.size(); stream++) {
            finals.add(
                    readsStreams
                            ? StreamRead.of(stream, StreamRead.Level.LINEARIZABLE)
                                    .atTheEnd()
                            : new EndOfStream(stream));
        }
        return finals;
    }

    @Override
    public Header header() {
        return new Header(Workload.CONDITIONAL, seed, "test").withNodes(readsStreams ? NODES : List.of());
    }
}
