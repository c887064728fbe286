package io.weir.logstore.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.StoreException;
import io.weir.logstore.layout.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random damage to a file that LMDB wrote, from the seed {@code -Dweir.seed=}, {@code -Dweir.damages=} times (250): every
 * answer is typed and comes soon, and no byte that matters is wrong unseen.
 */
class PageDamageSimulation {
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static final int DAMAGES = Integer.getInteger("weir.damages", 250);
    private static final int PAGE_BYTES = 4_096;
    private static final long SOON_NS = 10_000_000_000L;

    private final Random random = new Random(SEED);

    @TempDir(factory = InMemory.class)
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path dataFile;

    @SuppressWarnings("NullAway.Init")
    private byte[] sound;

    @SuppressWarnings("NullAway.Init")
    private BitSet matter;

    @BeforeEach
    void writeFile() throws IOException {
        try (RealFile real = new RealFile(directory)) {
            for (int i = 0; i < 12; i++) {
                real.commitRandom(random, 12);
            }
            dataFile = real.path();
        }
        sound = Files.readAllBytes(dataFile);
        matter = BytesThatMatter.of(sound);
        assertThat(verify(sound)).as("undamaged").isFalse();
        // The file as it is written has free pages, gaps and values in overflow runs.
        assertThat(matter.cardinality()).isBetween(sound.length / 10, sound.length);
    }

    /** Whether the verification finds fault with {@code bytes}. */
    private boolean verify(byte[] bytes) throws IOException {
        Files.write(dataFile, bytes);
        long beganNs = System.nanoTime();
        boolean found;
        try {
            Verification answer = PageVerifier.ofFile(dataFile).verify(Effort.full());
            assertThat(answer.complete()).isEqualTo(answer.isSound());
            // No page is ever lost: LMDB's list of free pages is complete, so a shorter one is damage as well.
            found = !answer.isSound() || answer.lostPages() != 0;
        } catch (StoreException.Incompatible e) {
            found = true;
        }
        assertThat(System.nanoTime() - beganNs).isLessThan(SOON_NS);
        return found;
    }

    private String as(int round) {
        return "seed " + SEED + ", round " + round;
    }

    @Test
    void everyFlippedBitThatMattersIsFound() throws IOException {
        int unseen = 0;
        for (int round = 0; round < DAMAGES; round++) {
            byte[] bytes = sound.clone();
            int at = matter.nextSetBit(random.nextInt(matter.length()));
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            assertThat(verify(bytes))
                    .as("%s: byte %d of page %d", as(round), at % PAGE_BYTES, at / PAGE_BYTES)
                    .isTrue();
            int other = matter.nextClearBit(random.nextInt(sound.length));
            if (other < sound.length) {
                bytes = sound.clone();
                bytes[other] ^= (byte) (1 << random.nextInt(8));
                unseen += verify(bytes) ? 0 : 1;
            }
        }
        assertThat(unseen).as("bytes that mean nothing, and are not checked").isPositive();
    }

    @Test
    void aFlippedBitInASeparatorIsFoundUnlessItStillSeparates() throws IOException {
        try (RealFile real = new RealFile(Files.createDirectory(directory.resolve("branches")))) {
            for (int i = 0; i < 40; i++) {
                byte[] key = new byte[1 + random.nextInt(20)];
                random.nextBytes(key);
                real.commit(Table.EVENTS, key, new byte[1_000]);
            }
            dataFile = real.path();
        }
        sound = Files.readAllBytes(dataFile);
        List<BytesThatMatter.Separator> separators = BytesThatMatter.separators(sound);
        assertThat(separators).hasSizeGreaterThan(5);
        int separating = 0;
        int found = 0;
        for (BytesThatMatter.Separator separator : separators) {
            for (int bit = 0; bit < 2 * Byte.SIZE; bit++) {
                // Of the first byte and the last: most of what differs from other keys, and what seldom matters.
                byte[] key = separator.key().clone();
                key[bit < Byte.SIZE ? 0 : key.length - 1] ^= (byte) (1 << bit % Byte.SIZE);
                byte[] bytes = sound.clone();
                System.arraycopy(key, 0, bytes, separator.at(), key.length);
                boolean separates = separator.wouldSeparate(key);
                assertThat(verify(bytes))
                        .as("seed %d: bit %d of %s", SEED, bit, separator)
                        .isNotEqualTo(separates);
                separating += separates ? 1 : 0;
                found += separates ? 0 : 1;
            }
        }
        assertThat(separating).as("seed %d", SEED).isPositive();
        assertThat(found).as("seed %d", SEED).isPositive();
    }

    @Test
    void everyZeroedPageInUseIsFound() throws IOException {
        for (int round = 0; round < DAMAGES / 2; round++) {
            byte[] bytes = sound.clone();
            int page = matter.nextSetBit(random.nextInt(matter.length())) / PAGE_BYTES;
            Arrays.fill(bytes, page * PAGE_BYTES, (page + 1) * PAGE_BYTES, (byte) 0);
            assertThat(verify(bytes)).as("%s: page %d", as(round), page).isTrue();
        }
    }

    @Test
    void everyCutIsFound() throws IOException {
        for (int round = 0; round < DAMAGES / 4; round++) {
            int length = random.nextInt(matter.length());
            assertThat(verify(Arrays.copyOf(sound, length)))
                    .as("%s: %d bytes", as(round), length)
                    .isTrue();
        }
    }

    @Test
    void anyBytesGetATypedAnswer() throws IOException {
        int found = 0;
        for (int round = 0; round < DAMAGES; round++) {
            byte[] bytes = sound.clone();
            switch (random.nextInt(4)) {
                case 0 -> noise(bytes, random.nextInt(bytes.length), 1 + random.nextInt(PAGE_BYTES));
                case 1 -> copyPage(bytes);
                case 2 -> pointElsewhere(bytes);
                default -> noise(bytes, matter.nextSetBit(random.nextInt(matter.length())), 1 + random.nextInt(8));
            }
            found += verify(bytes) ? 1 : 0;
        }
        assertThat(found).as(as(DAMAGES)).isGreaterThan(DAMAGES / 3);
        for (int round = 0; round < 50; round++) {
            byte[] bytes = new byte[random.nextInt(5 * PAGE_BYTES)];
            random.nextBytes(bytes);
            assertThat(verify(bytes)).as(as(round)).isTrue();
        }
    }

    private void noise(byte[] bytes, int from, int length) {
        for (int i = from; i < Math.min(from + length, bytes.length); i++) {
            bytes[i] = (byte) random.nextInt();
        }
    }

    /** As a disk that wrote a page to the wrong place. */
    private void copyPage(byte[] bytes) {
        int pages = bytes.length / PAGE_BYTES;
        System.arraycopy(
                sound, random.nextInt(pages) * PAGE_BYTES, bytes, random.nextInt(pages) * PAGE_BYTES, PAGE_BYTES);
    }

    /** Makes rings: a pointer of a branch, a root or an overflow run leads to a page that exists. */
    private void pointElsewhere(byte[] bytes) {
        int at = matter.nextSetBit(random.nextInt(matter.length()));
        bytes[at] = (byte) random.nextInt(bytes.length / PAGE_BYTES);
    }
}
