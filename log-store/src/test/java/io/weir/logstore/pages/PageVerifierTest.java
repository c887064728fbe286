package io.weir.logstore.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.PartitionState;
import io.weir.logstore.layout.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Stat;
import org.lmdbjava.Txn;

/** The page layout against files that LMDB wrote, and what a verification says of sound and of damaged ones. */
class PageVerifierTest {
    private static final long SEED = Long.getLong("weir.seed", 42);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private RealFile real;

    @BeforeEach
    void openFile() {
        real = new RealFile(directory);
    }

    @AfterEach
    void closeFile() {
        real.close();
    }

    private Verification verify() {
        return PageVerifier.ofFile(real.path()).verify(Effort.full());
    }

    private void assertSound(String as) {
        Verification found = verify();
        assertThat(found.damage()).as(as).isNull();
        assertThat(found.complete()).as(as).isTrue();
        assertThat(found.lostPages()).as(as).isZero();
        assertThat(found.state()).isEqualTo(PartitionState.EMPTY);
        for (Table table : Table.OF_ROWS) {
            assertThat(found.rows().get(table))
                    .as(as + " " + table)
                    .isEqualTo(real.rows(table).size());
        }
    }

    @Test
    void everythingThatLmdbWritesIsSound() {
        assertSound("new");
        Random random = new Random(SEED);
        for (int i = 0; i < 150; i++) {
            real.commitRandom(random, 1 + random.nextInt(60));
            if (i % 40 == 39) {
                real.commitDeleteAll(RealFile.DATA.get(random.nextInt(RealFile.DATA.size())));
            }
            assertSound("seed " + SEED + ", transaction " + i);
        }
    }

    @Test
    void readsWhatLmdbNotes() throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            real.commitRandom(random, 100);
        }
        try (FileChannel file = FileChannel.open(real.path())) {
            Meta meta = meta(file);
            assertThat(meta.lastPage()).isEqualTo(real.lastPage());
            assertThat(meta.transaction()).isEqualTo(real.lastTransaction());
            assertThat(meta.mapBytes()).isEqualTo(1L << 30);
            StoreTrees trees = new StoreTrees(new Pages(file, meta, Effort.full()), meta);
            trees.find(null);
            for (Table table : Table.values()) {
                Stat stat = real.stat(table);
                Tree tree = trees.tree(table);
                assertThat(List.of(
                                tree.depth(), tree.branchPages(), tree.leafPages(), tree.overflowPages(), tree.rows()))
                        .isEqualTo(List.of(
                                stat.depth, stat.branchPages, stat.leafPages, stat.overflowPages, stat.entries));
            }
        }
    }

    private static Meta meta(FileChannel file) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(2 * 4_096);
        assertThat(file.read(head, 0)).isEqualTo(head.capacity());
        return Meta.newest(Meta.decode(0, head.position(0)), Meta.decode(1, head.position(4_096)));
    }

    @Test
    void visitsEveryRowInOrderAndFromAnyKey() throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < 10; i++) {
            real.commitRandom(random, 200);
        }
        try (FileChannel file = FileChannel.open(real.path())) {
            Meta meta = meta(file);
            for (Table table : RealFile.DATA) {
                List<byte[]> keys = new ArrayList<>(real.rows(table).keySet());
                for (int from : new int[] {0, 1, keys.size() / 2, keys.size() - 1}) {
                    StoreTrees trees = new StoreTrees(new Pages(file, meta, Effort.full()), meta);
                    trees.find(null);
                    List<byte[]> seen = new ArrayList<>();
                    trees.table(null, table, (page, key, value) -> {
                                byte[] at = RealFile.bytes(key);
                                assertThat(RealFile.bytes(value))
                                        .isEqualTo(real.rows(table).get(at));
                                seen.add(at);
                            })
                            .from(new UnsafeBuffer(keys.get(from)));
                    assertThat(seen)
                            .usingElementComparator(Arrays::compareUnsigned)
                            .isEqualTo(keys.subList(from, keys.size()));
                }
            }
        }
    }

    @Test
    void deepTreesAreSound() {
        // Long keys: few fit a page, so that few rows make a tree of many levels.
        Random random = new Random(SEED);
        for (int i = 0; i < 3_000; i++) {
            byte[] key = new byte[PageLayout.MAX_KEY_BYTES];
            random.nextBytes(key);
            real.commit(Table.ANSWERS, key, new byte[0]);
        }
        assertThat(real.stat(Table.ANSWERS).depth).isGreaterThanOrEqualTo(4);
        assertSound("deep");
    }

    @Test
    void pinnedPagesStaySoundWhileLmdbWritesOn() throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < 10; i++) {
            real.commitRandom(random, 60);
        }
        ByteBuffer head = head();
        try (Txn<byte[]> pin = real.pin()) {
            PageVerifier verifier = PageVerifier.ofMetas(
                    real.path(), head.slice(0, 4_096), head.slice(4_096, 4_096), Files.size(real.path()));
            Verification before = verifier.verify(Effort.full());
            assertThat(before.complete()).isTrue();
            for (int i = 0; i < 60; i++) {
                real.commitRandom(random, 60);
                assertThat(verifier.verify(Effort.full())).isEqualTo(before);
            }
            assertThat(pin.getId()).isLessThan(real.lastTransaction());
        }
        for (int i = 0; i < 20; i++) {
            real.commitRandom(random, 60);
        }
        assertThat(PageVerifier.ofMetas(real.path(), head.slice(0, 4_096), head.slice(4_096, 4_096), 0)
                        .verify(Effort.full())
                        .damage())
                .as("pages that nobody pins are used again")
                .isNotNull();
    }

    private ByteBuffer head() throws IOException {
        try (FileChannel file = FileChannel.open(real.path())) {
            ByteBuffer head = ByteBuffer.allocate(2 * 4_096);
            assertThat(file.read(head, 0)).isEqualTo(head.capacity());
            return head;
        }
    }

    @Test
    void namesPageTableAndKeyOfADamagedRow() throws IOException {
        byte[] key = {1, 2, 3};
        byte[] fields = "something to be found in the file".getBytes(StandardCharsets.US_ASCII);
        real.commit(Table.ANSWERS, key, fields);
        byte[] file = Files.readAllBytes(real.path());
        int at = indexOf(file, fields);
        flip(at);
        Damage damage = Objects.requireNonNull(verify().damage());
        assertThat(damage.page()).isEqualTo(at / 4_096);
        assertThat(damage.table()).isEqualTo("table answers");
        assertThat(damage.key()).isEqualTo("010203");
        assertThat(damage.toString()).contains("checksum");
        flip(at);
        assertSound("flipped back");
    }

    @Test
    void aRowThatIsMissingWithoutATraceIsFoundByTheDigest() {
        real.commitRandom(new Random(SEED), 200);
        assertSound("before");
        real.commitLoss(Table.STREAMS);
        assertThat(String.valueOf(verify().damage()))
                .contains("table streams: has ")
                .contains("digest");
    }

    private static int indexOf(byte[] file, byte[] what) {
        for (int i = file.length - what.length; i >= 0; i--) {
            if (Arrays.equals(file, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        throw new AssertionError("not in the file");
    }

    private void flip(long at) throws IOException {
        try (FileChannel file = FileChannel.open(real.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1));
            file.write(one.flip(), at);
        }
    }

    @Test
    void truncatedAndMissingFilesAreDamaged() throws IOException {
        real.commitRandom(new Random(SEED), 500);
        ByteBuffer head = head();
        long bytes = Files.size(real.path());
        real.close();
        try (FileChannel file = FileChannel.open(real.path(), StandardOpenOption.WRITE)) {
            file.truncate(bytes - 1);
        }
        Verification cut = PageVerifier.ofMetas(real.path(), head.slice(0, 4_096), head.slice(4_096, 4_096), bytes)
                .verify(Effort.full());
        assertThat(String.valueOf(cut.damage())).contains("fewer than " + bytes);
        Files.delete(real.path());
        assertThat(verify().damage()).hasToString("file: is missing");
    }

    @Test
    void aBoundStopsItAndSaysSo() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            real.commitRandom(random, 100);
        }
        Verification all = PageVerifier.ofFile(real.path()).verify(Effort.within(60_000));
        assertThat(all.complete()).isTrue();
        Verification none = PageVerifier.ofFile(real.path()).verify(Effort.within(0));
        assertThat(none.complete()).isFalse();
        assertThat(none.isSound()).isTrue();
        AtomicInteger reads = new AtomicInteger();
        Verification some =
                PageVerifier.ofFile(real.path()).verify(Effort.full().onlyWhile(() -> reads.incrementAndGet() < 30));
        assertThat(some.complete()).isFalse();
        assertThat(some.isSound()).isTrue();
        assertThat(some.pagesChecked()).isLessThan(all.pagesChecked());
    }

    @Test
    void keepsItsPaceTellsItsProgressAndCanBeInterrupted() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            real.commitRandom(random, 100);
        }
        AtomicLong told = new AtomicLong();
        long beganNs = System.nanoTime();
        Verification found = PageVerifier.ofFile(real.path())
                .verify(Effort.full().atMost(64L << 20).telling((pages, of) -> {
                    assertThat(pages).isBetween(told.get(), of);
                    told.set(pages);
                }));
        double seconds = (System.nanoTime() - beganNs) / 1e9;
        assertThat(found.complete()).isTrue();
        assertThat(told.get()).isPositive();
        assertThat(seconds).isGreaterThan(0.8 * (told.get() * 4_096.0) / (64 << 20));
        Thread.currentThread().interrupt();
        Verification interrupted = PageVerifier.ofFile(real.path()).verify(Effort.full());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted.complete()).isFalse();
        assertThat(interrupted.isSound()).isTrue();
    }
}
