package io.weir.jepsen.simulator;

import com.google.protobuf.ByteString;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import io.weir.protocol.Append;
import io.weir.protocol.Expected;
import io.weir.protocol.Requirement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** What one write appends, what it reads before, and what it expects: drawn at random. */
final class WritePlan {
    private static final int MOST_STREAMS = 4;

    private final World world;
    private final List<Part> appends = new ArrayList<>();
    private final TreeSet<Integer> reads = new TreeSet<>();
    private final Map<Integer, int[]> seen = new LinkedHashMap<>();
    private final TreeSet<Integer> partitions = new TreeSet<>();

    /** An append. A guess is a condition of one who has not read. */
    private record Part(int stream, int[] values, Expected guess) {}

    WritePlan(World world) {
        this.world = world;
        Random random = world.random();
        boolean isAcross = random.nextInt(3) > 0;
        boolean isReadOnly = isAcross && random.nextInt(8) == 0;
        int anchor = stream(random);
        int streams = 1 + random.nextInt(MOST_STREAMS);
        for (int i = 0; i < streams; i++) {
            int stream = i == 0 ? anchor : stream(random);
            boolean isThere = isAcross
                    || world.streams().partition(stream) == world.streams().partition(anchor);
            if (isThere) {
                add(stream, isReadOnly, random);
            }
        }
        if (isAcross && partitions.size() == 1) {
            add((anchor + 1) % world.streams().count(), isReadOnly, random);
        }
    }

    /** One value for each of these streams, without a condition. */
    WritePlan(World world, int... streams) {
        this.world = world;
        for (int stream : streams) {
            partitions.add(world.streams().partition(stream));
            appends.add(new Part(stream, new int[] {world.nextValue()}, kind(Expected.Kind.ANY)));
        }
    }

    private int stream(Random random) {
        return random.nextDouble() < world.weather().hotStream()
                ? random.nextInt(2)
                : random.nextInt(world.streams().count());
    }

    private void add(int stream, boolean isReadOnly, Random random) {
        partitions.add(world.streams().partition(stream));
        if (isReadOnly || random.nextInt(4) == 0) {
            reads.add(stream);
        } else {
            int[] values = new int[1 + random.nextInt(2)];
            Arrays.setAll(values, i -> world.nextValue());
            boolean isFirst = appends.stream().noneMatch(part -> part.stream == stream);
            appends.add(new Part(stream, values, isFirst ? guess(random) : kind(Expected.Kind.ANY)));
            if (isFirst && random.nextInt(4) == 0) {
                reads.add(stream);
            }
        }
    }

    private Expected guess(Random random) {
        if (random.nextDouble() >= world.weather().falseConditions()) {
            return kind(Expected.Kind.ANY);
        }
        return switch (random.nextInt(4)) {
            case 0 -> kind(Expected.Kind.NO_STREAM);
            case 1 -> kind(Expected.Kind.EXISTS);
            case 2 ->
                kind(Expected.Kind.AT_MOST).toBuilder()
                        .setRevision(random.nextInt(6))
                        .build();
            default ->
                kind(Expected.Kind.REVISION).toBuilder()
                        .setRevision(random.nextInt(6))
                        .build();
        };
    }

    private static Expected kind(Expected.Kind kind) {
        return Expected.newBuilder().setKind(kind).build();
    }

    /** Whether no single partition can do it. */
    boolean isDistributed() {
        return partitions.size() > 1;
    }

    /** The partitions of all streams, ascending. */
    List<Integer> partitions() {
        return List.copyOf(partitions);
    }

    /** The streams that are to be read before, of one partition. */
    int[] reads(int partition) {
        return reads.stream()
                .filter(stream -> world.streams().partition(stream) == partition)
                .mapToInt(stream -> stream)
                .toArray();
    }

    /** A stream was read. */
    void saw(int stream, int[] values) {
        seen.put(stream, values);
    }

    /** What is appended, by the appends. */
    int[][] values() {
        return appends.stream().map(Part::values).toArray(int[][]::new);
    }

    int[] allValues() {
        return appends.stream().flatMapToInt(part -> Arrays.stream(part.values)).toArray();
    }

    int[] streamsOfValues() {
        return appends.stream()
                .flatMapToInt(part -> Arrays.stream(part.values).map(value -> part.stream))
                .toArray();
    }

    /** The streams that are written. */
    Set<Integer> written() {
        TreeSet<Integer> written = new TreeSet<>();
        appends.forEach(part -> written.add(part.stream));
        return written;
    }

    List<Append> appends() {
        List<Append> all = new ArrayList<>();
        TreeSet<Integer> conditioned = new TreeSet<>();
        for (Part part : appends) {
            boolean isFirst = conditioned.add(part.stream);
            Expected expected = isFirst && seen.containsKey(part.stream) ? asSeen(part.stream) : part.guess;
            Append.Builder append =
                    Append.newBuilder().setStream(name(part.stream)).setExpected(expected);
            for (int value : part.values) {
                append.addEvents(Streams.event(value));
            }
            all.add(append.build());
        }
        return all;
    }

    /** Of all that was read: for what is written as well, every other time. */
    List<Requirement> requirements() {
        List<Requirement> all = new ArrayList<>();
        Set<Integer> written = written();
        for (int stream : seen.keySet()) {
            if (!written.contains(stream) || stream % 2 == 0) {
                all.add(Requirement.newBuilder()
                        .setStream(name(stream))
                        .setExpected(asSeen(stream))
                        .build());
            }
        }
        return all;
    }

    private int[] seen(int stream) {
        return Objects.requireNonNull(seen.get(stream), "it is read before it is expected");
    }

    private Expected asSeen(int stream) {
        int length = seen(stream).length;
        return length == 0
                ? kind(Expected.Kind.NO_STREAM)
                : kind(Expected.Kind.REVISION).toBuilder()
                        .setRevision(length - 1)
                        .build();
    }

    private ByteString name(int stream) {
        return world.streams().nameOf(stream);
    }

    /** For the history, as it is invoked. */
    List<Step> invoked() {
        List<Step> steps = new ArrayList<>();
        reads.forEach(stream -> steps.add(Step.read(stream)));
        for (Part part : appends) {
            Arrays.stream(part.values).forEach(value -> steps.add(Step.append(part.stream, value)));
        }
        return steps;
    }

    /** For the history, as it was committed; {@code revisions} by the appends. */
    List<Step> committed(long[] revisions) {
        List<Step> steps = new ArrayList<>();
        reads.forEach(stream -> steps.add(new Step.Read(stream, Values.of(seen(stream)))));
        for (int i = 0; i < appends.size(); i++) {
            Part part = appends.get(i);
            for (int event = 0; event < part.values.length; event++) {
                long revision = revisions[i] + event;
                world.ledger().acknowledged(part.stream, revision, part.values[event]);
                steps.add(Step.append(part.stream, part.values[event]).at(revision));
            }
        }
        return steps;
    }
}
