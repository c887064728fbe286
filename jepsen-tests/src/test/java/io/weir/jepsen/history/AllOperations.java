package io.weir.jepsen.history;

import io.weir.jepsen.history.Poll.Event;
import io.weir.jepsen.history.Poll.Source;
import io.weir.jepsen.history.StreamRead.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Operations of every kind, with answers of every kind. */
final class AllOperations {
    private AllOperations() {}

    /** A history that holds each kind with each kind of answer. */
    static History one() {
        long[] clock = {0};
        HistoryRecorder recorder = new HistoryRecorder(() -> clock[0] += 1_000);
        HistoryRecorder.Client client = recorder.newClient();
        for (Operation answered : answered()) {
            client.invoke(answered.asked(), "n1");
            client.ok(answered);
        }
        ConditionalAppend rejected = new ConditionalAppend(1, 15, Condition.NONE);
        client.invoke(rejected, "n2");
        client.fail(rejected.rejected(4), "the last revision was 4");
        client.invoke(rejected, null);
        client.fail("no leader");
        client.invoke(new Transfer(2, 1, 7), "n3");
        client.info("timeout");
        client.invoke(new EndOfStream(1), null);
        return recorder.history();
    }

    private static List<Operation> answered() {
        return List.of(
                new Transaction(List.of(Step.append(5, 1).at(0), Step.saw(6, 2, -4)), true),
                new ConditionalAppend(1, 10, Condition.NONE).at(0),
                new ConditionalAppend(1, 11, Condition.EXISTS).at(1),
                new ConditionalAppend(1, 12, Condition.revision(1)).at(2),
                new ConditionalAppend(1, 13, Condition.atMost(9)).at(3),
                new ConditionalAppend(1, 14, Condition.ANY),
                new EndOfStream(2, Operation.NO_STREAM),
                new EndOfStream(1, 4),
                new Addition(3, -7).at(3_000_000_000L),
                new Addition(3, 8),
                StreamRead.of(3, Level.LINEARIZABLE).saw(Values.of(-7, 8)),
                StreamRead.of(3, Level.STALE).atTheEnd().saw(Values.NONE),
                StreamRead.atLeast(3, 1).saw(Values.of(-7, 8)),
                StreamRead.atLeast(4, Operation.NO_STREAM).saw(Values.NONE),
                new Transfer(1, 2, 5),
                new Balances(true, Map.of(1, -5L, 2, 3_000_000_000L)),
                new Balances().saw(Map.of(1, 5L)),
                new Poll(0, Source.stream(3), 0).saw(List.of(new Event(3, -7, 0, 17), new Event(3, 8, 1, 20))),
                new Poll(1, Source.partition(2), 3_000_000_000L).atTheEnd().saw(List.of()));
    }

    /** A random history. */
    static History random(Random random) {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        List<HistoryRecorder.Client> idle = new ArrayList<>();
        IntStream.range(0, 3).forEach(i -> idle.add(recorder.newClient()));
        List<Operation> some = answered();
        for (int i = random.nextInt(30); i > 0 && !idle.isEmpty(); i--) {
            HistoryRecorder.Client client = idle.get(random.nextInt(idle.size()));
            Operation answered = random.nextBoolean() ? some.get(random.nextInt(some.size())) : random(random, i);
            client.invoke(answered.asked(), random.nextBoolean() ? "n" + random.nextInt(3) : null);
            switch (random.nextInt(6)) {
                case 0 -> client.info("a \"b\" \\n \\ \r\n\t{:x [1]} \u00e9 \ud83d\ude00 \u2028 \0");
                case 1 -> client.fail("");
                case 2 -> idle.remove(client);
                default -> client.ok(answered);
            }
        }
        return recorder.history();
    }

    private static Operation random(Random random, int value) {
        return switch (random.nextInt(6)) {
            case 0 ->
                new ConditionalAppend(random.nextInt(), value, Condition.atMost(random.nextLong() >>> 1))
                        .at(random.nextLong() >>> 1);
            case 1 -> new EndOfStream(random.nextInt(), random.nextLong() >>> 1);
            case 2 -> new Addition(random.nextInt(), random.nextInt()).at(random.nextLong() >>> 1);
            case 3 ->
                StreamRead.atLeast(random.nextInt(), random.nextLong() >>> 1)
                        .saw(Values.of(random.ints(random.nextInt(9)).toArray()));
            case 4 -> {
                Map<Integer, Long> balances = new TreeMap<>();
                random.ints(random.nextInt(5)).forEach(account -> balances.put(account, random.nextLong()));
                yield new Balances(random.nextBoolean(), balances);
            }
            default ->
                new Poll(random.nextInt(9), Source.partition(random.nextInt()), random.nextLong() >>> 1)
                        .saw(List.of(new Event(
                                random.nextInt(), random.nextInt(), random.nextLong() >>> 1, random.nextLong() >>> 1)));
        };
    }
}
