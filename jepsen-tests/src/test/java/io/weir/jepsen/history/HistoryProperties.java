package io.weir.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * The file gives back what was written; and any text is a history or is refused with a type, never with anything else.
 */
class HistoryProperties {
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ":",
        " ",
        ",",
        "\n",
        "nil",
        "true",
        "0",
        "-1",
        "99999999999999999999",
        ":r",
        ":append",
        ":index",
        ":time",
        ":type",
        ":invoke",
        ":ok",
        ":info",
        ":process",
        ":f",
        ":txn",
        ":value",
        ":revisions",
        ":node",
        "\u2028",
        "[:r 1 []]",
        "[:append 1 1]",
        "#{",
        ";",
        "\0"
    };

    @Property(tries = 1_000)
    void whatIsWrittenIsRead(@ForAll long seed) {
        History history = random(new Random(seed));
        assertThat(HistoryReader.parse(history.toString())).as("seed " + seed).isEqualTo(history);
    }

    @Property(tries = 10_000)
    void anyTextIsReadOrRefused(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(random.nextBoolean() ? HistoryTest.golden() : "");
        for (int i = random.nextInt(6); i >= 0; i--) {
            damage(text, random);
        }
        try {
            History history = HistoryReader.parse(text.toString());
            assertThat(HistoryReader.parse(history.toString()))
                    .as("seed " + seed)
                    .isEqualTo(history);
        } catch (MalformedHistoryException e) {
            assertThat(e.getMessage()).as("seed " + seed).matches("(?s)(row|line) \\d+.*: .*");
        }
    }

    private static void damage(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        switch (random.nextInt(4)) {
            case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
            case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(20)));
            case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(200))));
            default -> {
                if (at < text.length()) {
                    text.setCharAt(at, (char) random.nextInt(128));
                }
            }
        }
    }

    private static History random(Random random) {
        long[] clock = {random.nextInt(1_000)};
        HistoryRecorder recorder = new HistoryRecorder(() -> clock[0] += random.nextInt(3));
        List<HistoryRecorder.Client> idle = new ArrayList<>();
        IntStream.range(0, 4).forEach(i -> idle.add(recorder.newClient()));
        for (int i = random.nextInt(30); i > 0 && !idle.isEmpty(); i--) {
            HistoryRecorder.Client client = idle.get(random.nextInt(idle.size()));
            List<Step> steps = IntStream.range(0, random.nextInt(4))
                    .<Step>mapToObj(step -> random.nextBoolean()
                            ? Step.append(random.nextInt(), random.nextInt())
                            : Step.read(random.nextInt()))
                    .toList();
            client.invoke(steps, text(random));
            switch (random.nextInt(8)) {
                case 0 -> client.info("timeout " + text(random));
                case 1 -> client.fail("refused " + text(random));
                case 2 -> idle.remove(client);
                default ->
                    client.ok(steps.stream().map(step -> answered(step, random)).toList());
            }
        }
        return recorder.history();
    }

    private static Step answered(Step step, Random random) {
        if (step instanceof Step.Append append) {
            return random.nextBoolean() ? append : append.at(random.nextLong() >>> 1);
        }
        return Step.saw(step.stream(), random.ints(random.nextInt(5)).toArray());
    }

    private static @Nullable String text(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> null;
            case 1 -> "";
            case 2 -> "a \"b\" \\n \\ \r\n\t{:x [1]} \u00e9 \ud83d\ude00";
            default -> "n" + random.nextInt(3);
        };
    }
}
