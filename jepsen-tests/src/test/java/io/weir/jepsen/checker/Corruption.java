package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random changes of a history of which nobody knows whether they make it a bad one. */
final class Corruption {
    private Corruption() {}

    /** The history with one change, or as it is if there is nothing to change in that way. */
    static History corrupt(History history, Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> withOtherEnding(history, random);
            case 1 -> withOtherTimes(history, random);
            case 2 -> cutOff(history, random);
            default -> withOtherRead(history, random);
        };
    }

    private static History withOtherRead(History history, Random random) {
        List<Edits.Place> reads = Edits.reads(history, place -> true);
        if (reads.isEmpty()) {
            return history;
        }
        Edits.Place place = reads.get(random.nextInt(reads.size()));
        return Edits.withRead(history, place, changed(place.values(history), random));
    }

    private static Values changed(Values values, Random random) {
        List<Integer> list = IntStream.of(values.toArray()).boxed().collect(Collectors.toCollection(ArrayList::new));
        switch (random.nextInt(4)) {
            case 0 -> list.add(random.nextInt(list.size() + 1), 1 + random.nextInt(8));
            case 1 -> Collections.shuffle(list, random);
            default ->
                list.subList(random.nextInt(list.size() + 1), list.size()).clear();
        }
        return Values.of(list.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Without its last lines, perhaps the final reads: what was appended may then be in no read. */
    private static History cutOff(History history, Random random) {
        return History.of(history.lines().subList(0, history.size() - random.nextInt(Math.min(6, history.size() - 1))));
    }

    private static History withOtherEnding(History history, Random random) {
        List<Line> endings = history.lines().stream()
                .filter(line -> line.type() == LineType.OK)
                .toList();
        if (endings.isEmpty()) {
            return history;
        }
        int index = endings.get(random.nextInt(endings.size())).index();
        return random.nextBoolean() ? Edits.inDoubt(history, index) : Edits.failed(history, index);
    }

    /** Two neighbours of different processes change places. */
    private static History withOtherTimes(History history, Random random) {
        List<Line> lines = new ArrayList<>(history.lines());
        int index = random.nextInt(lines.size());
        if (index == 0 || lines.get(index).process() == lines.get(index - 1).process()) {
            return history;
        }
        Collections.swap(lines, index, index - 1);
        return Edits.numbered(lines);
    }
}
