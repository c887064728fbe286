package io.weir.jepsen.checker;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Event;
import io.weir.jepsen.history.Poll.Source;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.StreamRead.Level;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Streams in two partitions, replicas that lag, and subscriptions: requests that are sent again are done once, and get
 * the first answer.
 */
final class ReplicatedStore implements SerialStore {
    private static final int PARTITIONS = 2;
    private static final int STREAMS = 4;

    private final long seed;
    private final boolean hasPolls;
    private final boolean hasReads;
    private final Random random;
    private final List<List<Event>> partitions = List.of(new ArrayList<>(), new ArrayList<>());
    private final List<List<Event>> streams =
            List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private final Map<Addition, Event> done = new HashMap<>();
    private final Map<String, int[]> applied = new HashMap<>();
    private final Map<Integer, Long> cursors = new HashMap<>();
    private final List<Addition> sent = new ArrayList<>();
    private boolean lagsAlways;
    private int value;

    ReplicatedStore(long seed, boolean hasReads, boolean hasPolls) {
        this.seed = seed;
        this.hasReads = hasReads;
        this.hasPolls = hasPolls;
        this.random = new Random(seed);
        NODES.forEach(node -> applied.put(node, new int[PARTITIONS]));
    }

    /** Answers linearizable reads from a replica that lags. */
    ReplicatedStore lagging() {
        lagsAlways = true;
        return this;
    }

    @Override
    public Operation next(int client, Random luck) {
        int kind = luck.nextInt(10);
        int stream = luck.nextInt(STREAMS);
        if (hasPolls && kind < 3) {
            return new Poll(client, source(client), cursors.getOrDefault(client, 0L));
        }
        if (hasReads && kind < 7) {
            return switch (luck.nextInt(4)) {
                case 0 -> StreamRead.of(stream, Level.STALE);
                case 1 -> StreamRead.atLeast(stream, streams.get(stream).size() - 1L);
                default -> StreamRead.of(stream, Level.LINEARIZABLE);
            };
        }
        if (kind == 7 && !sent.isEmpty()) {
            return sent.get(luck.nextInt(sent.size()));
        }
        sent.add(new Addition(stream, ++value));
        return sent.get(sent.size() - 1);
    }

    private static Source source(int subscriber) {
        return subscriber % 3 == 2 ? Source.stream(subscriber % STREAMS) : Source.partition(subscriber % PARTITIONS);
    }

    private Values values(int stream, int upTo) {
        return Values.of(partitions.get(stream % PARTITIONS).subList(0, upTo).stream()
                .filter(event -> event.stream() == stream)
                .mapToInt(Event::value)
                .toArray());
    }

    @Override
    public Answer apply(Operation operation, String node) {
        if (operation instanceof Addition addition) {
            return Answer.ok(addition.at(add(addition)));
        } else if (operation instanceof StreamRead read) {
            return Answer.ok(read.saw(values(read.stream(), visible(read, node))));
        }
        Poll poll = (Poll) operation;
        return Answer.ok(poll.saw(due(poll)));
    }

    private long add(Addition addition) {
        Event known = done.get((Addition) addition.asked());
        if (known == null) {
            List<Event> partition = partitions.get(addition.stream() % PARTITIONS);
            List<Event> stream = streams.get(addition.stream());
            known = new Event(addition.stream(), addition.value(), stream.size(), partition.size());
            partition.add(known);
            stream.add(known);
            done.put(addition, known);
        }
        return known.revision();
    }

    /** How much of its partition a read sees; a replica never goes back. */
    private int visible(StreamRead read, String node) {
        int[] byPartition = Objects.requireNonNull(applied.get(node));
        int partition = read.stream() % PARTITIONS;
        int all = partitions.get(partition).size();
        boolean isFresh = read.isFinal() || (read.level() == Level.LINEARIZABLE && !lagsAlways);
        int seen = isFresh ? all : byPartition[partition] + random.nextInt(all - byPartition[partition] + 1);
        while (read.level() == Level.AT_LEAST && values(read.stream(), seen).size() <= read.atLeast()) {
            seen++;
        }
        byPartition[partition] = seen;
        return seen;
    }

    private List<Event> due(Poll poll) {
        List<List<Event>> logs = poll.source().isPartition() ? partitions : streams;
        List<Event> log = logs.get(poll.source().number());
        int end = poll.isFinal() ? log.size() : (int) poll.from() + random.nextInt(log.size() - (int) poll.from() + 1);
        return log.subList((int) poll.from(), end);
    }

    @Override
    public void answered(int client, Operation operation) {
        if (operation instanceof Poll poll && !poll.delivered().isEmpty()) {
            Event last = poll.delivered().get(poll.delivered().size() - 1);
            cursors.put(client, 1 + (poll.source().isPartition() ? last.position() : last.revision()));
        }
    }

    /** Subscribers go on to the end; and one that was not there before reads each partition anew. */
    @Override
    public List<Operation> finals() {
        List<Operation> finals = new ArrayList<>();
        IntStream.range(0, STREAMS)
                .forEach(stream -> finals.add(StreamRead.of(stream, Level.STALE).atTheEnd()));
        if (hasPolls) {
            IntStream.range(0, PARTITIONS)
                    .forEach(partition ->
                            finals.add(new Poll(100 + partition, Source.partition(partition), 0).atTheEnd()));
            cursors.forEach(
                    (subscriber, cursor) -> finals.add(new Poll(subscriber, source(subscriber), cursor).atTheEnd()));
        }
        return finals;
    }

    @Override
    public Header header() {
        return new Header(hasPolls ? Workload.LOG : Workload.SET, seed, "test").withNodes(NODES);
    }
}
