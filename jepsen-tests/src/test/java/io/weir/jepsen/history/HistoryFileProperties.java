package io.weir.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Any bytes are a history or are refused with a type, never with anything else; and what was written is read. */
class HistoryFileProperties {
    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll long seed) throws IOException {
        History history = AllOperations.random(new Random(seed));
        for (boolean isJson : new boolean[] {false, true}) {
            byte[] bytes = bytes(history, isJson);
            HistoryFile read = HistoryFile.read(new ByteArrayInputStream(bytes), false);
            assertThat(read.history()).as("seed " + seed).isEqualTo(history);
            assertThat(bytes(read.history(), isJson)).as("seed " + seed).isEqualTo(bytes);
        }
    }

    private static byte[] bytes(History history, boolean isJson) throws IOException {
        StringBuilder text = new StringBuilder();
        if (isJson) {
            HistoryWriter.writeJson(new Header(Workload.SET, 1, "x"), history, text);
        } else {
            HistoryWriter.write(history, text);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Property(tries = 2_000)
    void anyBytesAreReadOrRefused(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        boolean isCompressed = random.nextInt(4) == 0;
        byte[] good = bytes(AllOperations.random(random), random.nextBoolean());
        byte[] bytes = isCompressed && random.nextBoolean()
                ? compressed(damaged(good, random))
                : damaged(isCompressed ? compressed(good) : good, random);
        try {
            History history = HistoryFile.read(new ByteArrayInputStream(bytes), isCompressed)
                    .history();
            assertThat(HistoryReader.parse(history.toString()))
                    .as("seed " + seed)
                    .isEqualTo(history);
        } catch (MalformedHistoryException e) {
            assertThat(e.getMessage()).as("seed " + seed).matches("(?s)(row|line) \\d+.*: .*");
        }
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        }
        return compressed.toByteArray();
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }
}
