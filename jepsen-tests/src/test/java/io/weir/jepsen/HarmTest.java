package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.rig.Harm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage that hits nothing would prove nothing. */
class HarmTest {
    private static final int USED = 10_000;

    @TempDir
    Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        byte[] bytes = new byte[20_000];
        Arrays.fill(bytes, 0, USED, (byte) 7);
        file = Files.write(directory.resolve("file"), bytes);
    }

    @Test
    void flipsHitWhatWasWrittenOnly() throws IOException {
        Harm.FLIP.to(file, new Random(1));
        byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes).hasSize(20_000);
        assertThat(count(bytes, 0, USED, 7)).isBetween(USED - 32, USED - 1);
        assertThat(count(bytes, USED, bytes.length, 0)).isEqualTo(bytes.length - USED);
    }

    @Test
    void flipsHitTheFewBytesThatWereWritten() throws IOException {
        byte[] bytes = new byte[8_192];
        bytes[10] = 1;
        bytes[6_000] = 1;
        Path sparse = Files.write(directory.resolve("sparse"), bytes);
        Harm.FLIP.to(sparse, new Random(1));
        byte[] flipped = Files.readAllBytes(sparse);
        assertThat(flipped[10]).isNotEqualTo((byte) 1);
        assertThat(flipped[6_000]).isNotEqualTo((byte) 1);
        assertThat(count(flipped, 0, 8_192, 0)).isBetween(8_190, 8_192);
    }

    @Test
    void oneUsedPageBecomesZeros() throws IOException {
        Harm.ZERO_PAGE.to(file, new Random(1));
        byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes).hasSize(20_000);
        assertThat(USED - count(bytes, 0, USED, 7)).isIn(4_096, USED - 2 * 4_096);
    }

    @Test
    void aSmallFileBecomesZerosAsAWhole() throws IOException {
        Path small = Files.write(directory.resolve("small"), new byte[] {1, 2, 3});
        Harm.ZERO_PAGE.to(small, new Random(1));
        assertThat(Files.readAllBytes(small)).containsExactly(0, 0, 0);
    }

    @Test
    void halfOfWhatWasWrittenIsCutOff() throws IOException {
        Harm.TRUNCATE.to(file, new Random(1));
        assertThat(Files.readAllBytes(file)).hasSize(USED / 2).containsOnly(7);
        Harm.DELETE.to(file, new Random(1));
        assertThat(file).doesNotExist();
    }

    private static int count(byte[] bytes, int from, int to, int value) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += bytes[i] == value ? 1 : 0;
        }
        return count;
    }
}
