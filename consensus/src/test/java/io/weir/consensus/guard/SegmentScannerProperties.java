package io.weir.consensus.guard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever happens to the bytes of a segment, each entry is found as it was written, or the place is named. */
class SegmentScannerProperties {
    private static final int LAST = 30;
    private static final byte[] WHOLE = TestLog.segment(0, LAST, 700);
    private static final long[] ENDS = ends();

    private static Path directory = Path.of(".");

    @BeforeContainer
    static void createDirectory() throws IOException {
        directory = Files.createTempDirectory("weir-segments");
    }

    @AfterContainer
    static void deleteDirectory() throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static long[] ends() {
        long[] ends = new long[LAST + 1];
        for (int i = 0; i <= LAST; i++) {
            ends[i] = TestLog.segment(0, i, 0).length;
        }
        return ends;
    }

    @Property(tries = 3000)
    void aDamageNeverChangesAnEntryAndHidesNoneBeforeIt(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = WHOLE.clone();
        int first = damage(bytes, random);
        byte[] damaged = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
        int firstBad = Math.min(first, damaged.length);
        SegmentScan scan = scan("log_inprogress_0", damaged, seed);
        long untouched = Arrays.stream(ENDS).filter(end -> end <= firstBad).count();
        assertThat(scan.entries()).as("seed %d", seed).isBetween(untouched, (long) ENDS.length);
        assertThat(scan.entries() == ENDS.length || scan.isBroken() || isCleanEnd(damaged, scan))
                .as("seed %d: %s", seed, scan)
                .isTrue();
    }

    /** What remains looks like a shorter log: nothing but zeros, or nothing at all. Only the note knows better. */
    private static boolean isCleanEnd(byte[] bytes, SegmentScan scan) {
        for (int i = (int) Math.max(scan.soundBytes(), 8); i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the first byte that is not as it was. */
    private static int damage(byte[] bytes, Random random) {
        byte[] before = bytes.clone();
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, at + 1 + random.nextInt(600));
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> Arrays.fill(bytes, at, to, (byte) 0);
                case 2 -> System.arraycopy(before, random.nextInt(bytes.length - (to - at) + 1), bytes, at, to - at);
                default -> {
                    for (int j = at; j < to; j++) {
                        bytes[j] = (byte) random.nextInt();
                    }
                }
            }
        }
        int mismatch = Arrays.mismatch(before, bytes);
        return mismatch < 0 ? bytes.length : mismatch;
    }

    @Property(tries = 2000)
    void anyBytesAreASegmentOrSaidNotToBeOne(@ForAll byte[] tail, @ForAll boolean isClosed, @ForAll long seed)
            throws IOException {
        byte[] bytes = Arrays.copyOf(SegmentScanner.HEADER, 8 + tail.length);
        System.arraycopy(tail, 0, bytes, 8, tail.length);
        SegmentScan scan = scan(isClosed ? "log_0-5" : "log_inprogress_0", bytes, seed);
        assertThat(scan.entries()).isZero();
        assertThat(scan.damage() == null).isEqualTo(isCleanEnd(bytes, scan));
    }

    @Property(tries = 2000)
    void anyBytesAreAnEntryOrNone(@ForAll byte[] bytes) {
        LogEntry entry = LogEntry.parse(ByteBuffer.wrap(bytes));
        if (entry != null) {
            ByteBuffer command = entry.command();
            assertThat(command == null || command.remaining() <= bytes.length).isTrue();
        }
    }

    @Property(tries = 2000)
    void anyBytesAreAVoteOrNone(@ForAll byte[] bytes) {
        VoteFile vote = VoteFile.parse(bytes);
        assertThat(vote == null || vote.term() >= 0).isTrue();
    }

    @Property(tries = 2000)
    void anyBytesAreANoteOrNone(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(9000)];
        random.nextBytes(bytes);
        assertThat(WatermarkLayout.newest(ByteBuffer.wrap(bytes))).isNull();
        byte[] file = new byte[WatermarkLayout.FILE_BYTES];
        Mark mark = new Mark(random.nextLong() >>> 1, random.nextLong() >>> 1, random.nextInt(), random.nextInt());
        WatermarkLayout.put(ByteBuffer.wrap(file), 0, 5, mark);
        file[random.nextInt(WatermarkLayout.SLOT_BYTES)] ^= (byte) (1 << random.nextInt(8));
        assertThat(WatermarkLayout.newest(ByteBuffer.wrap(file))).isNull();
    }

    private static SegmentScan scan(String name, byte[] bytes, long seed) throws IOException {
        SegmentName segment = requireNonNull(SegmentName.parse(Files.write(directory.resolve(name), bytes)));
        long[] next = {0};
        return new SegmentScanner().scan(segment, 0, (entry, offset, length) -> {
            assertThat(entry.index()).isEqualTo(next[0]++);
            int end = (int) ENDS[(int) entry.index()];
            assertThat(end).as("seed %d", seed).isEqualTo(offset + length);
            int entryEnd = end - Integer.BYTES;
            ByteBuffer written = ByteBuffer.wrap(
                    WHOLE, entryEnd - entry.bytes().remaining(), entry.bytes().remaining());
            assertThat(entry.bytes()).as("seed %d", seed).isEqualTo(written);
        });
    }
}
