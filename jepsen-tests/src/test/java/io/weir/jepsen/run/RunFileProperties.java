package io.weir.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Any bytes are the record of a run or are refused with a type, never with anything else; and what was written is read. */
class RunFileProperties {
    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll long seed) {
        RunRecord run = run(new Random(seed));
        byte[] bytes = RunFile.text(run).getBytes(StandardCharsets.UTF_8);
        assertThat(RunFile.parse(bytes)).as("seed " + seed).isEqualTo(run);
        assertThat(RunFile.text(RunFile.parse(bytes)).getBytes(StandardCharsets.UTF_8))
                .as("seed " + seed)
                .isEqualTo(bytes);
    }

    @Property(tries = 2_000)
    void anyBytesAreReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = damaged(RunFile.text(run(random)).getBytes(StandardCharsets.UTF_8), random);
        try {
            RunRecord run = RunFile.parse(bytes);
            assertThat(run.time()).as("seed " + seed).isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(run.faults()).as("seed " + seed).allMatch(fault -> fault.beganNs() <= fault.healedNs());
        } catch (MalformedRunException e) {
            assertThat(e.getMessage()).as("seed " + seed).isNotBlank();
        }
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) "{}[]\",:-.e019ntf".charAt(random.nextInt(16));
                default -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes;
            }
        }
        return bytes;
    }

    private static RunRecord run(Random random) {
        List<FaultWindow> faults = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            long began = random.nextInt(1_000_000);
            faults.add(new FaultWindow(text(random), text(random), began, began + random.nextInt(1_000_000)));
        }
        return new RunRecord(
                text(random),
                texts(random),
                texts(random),
                random.nextLong(),
                Duration.ofNanos(random.nextLong() >>> 1),
                Duration.ofNanos(random.nextLong() >>> 1),
                random.nextInt() >>> 1,
                texts(random),
                faults,
                random.nextLong() >>> 1,
                text(random),
                text(random),
                text(random));
    }

    private static List<String> texts(Random random) {
        List<String> texts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            texts.add(text(random));
        }
        return texts;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            int c = random.nextBoolean() ? random.nextInt(128) : random.nextInt(0x11_0000);
            text.appendCodePoint(Character.getType(c) == Character.SURROGATE ? 'x' : c);
        }
        return text.toString();
    }
}
