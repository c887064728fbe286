package io.weir.consensus.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.consensus.ratis.LoneRaft;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The guard beside the real Ratis: what it calls sound starts and has every entry, and what it finds damaged is something
 * that Ratis refuses or, worse, accepts.
 */
class LogGuardIT {
    private static final Set<String> MEMBERS = Set.of("n1");
    private static final StoreMark NEW = new StoreMark.Empty();

    /** As a killed node leaves it: closed segments of two terms, an open one with zeros behind it. */
    @TempDir
    static Path original;

    private static SortedMap<Long, byte[]> written = new TreeMap<>();
    private static long flushed;

    @TempDir
    Path directory;

    private Path current;
    private LogGuard guard;

    @BeforeAll
    static void writeLog() throws Exception {
        Path live = Files.createDirectories(original.resolve("live"));
        LogGuard guard = LogGuard.of(live, LoneRaft.GROUP);
        assertThat(guard.check(NEW, MEMBERS)).isEqualTo(new Verdict.Fresh());
        try (WatermarkKeeper keeper = guard.keep()) {
            for (int start = 0; start < 2; start++) {
                try (LoneRaft raft = LoneRaft.start(live.resolve("raft"), -1, -1)) {
                    Random random = new Random(start);
                    for (int i = 0; i < 60; i++) {
                        byte[] command = new byte[random.nextInt(1500)];
                        random.nextBytes(command);
                        raft.append(command);
                    }
                    keeper.follow(raft.flushIndex());
                    written = new TreeMap<>(raft.applied);
                    flushed = raft.flushIndex();
                    if (start == 1) {
                        copy(live, original.resolve("copy"));
                    }
                }
            }
        }
    }

    @BeforeEach
    void copyLog() throws IOException {
        copy(original.resolve("copy"), directory);
        guard = LogGuard.of(directory, LoneRaft.GROUP);
        current = guard.group().resolve("current");
    }

    @Test
    void aRealLogIsReadAsRatisReadsIt() throws Exception {
        assertThat(segments()).hasSizeGreaterThan(4);
        SortedMap<Long, byte[]> commands = new TreeMap<>();
        long term = 0;
        for (SegmentName name : LogFiles.segments(current)) {
            SegmentScan scan = new SegmentScanner().scan(name, term, (entry, offset, length) -> {
                ByteBuffer command = entry.command();
                if (command != null) {
                    byte[] bytes = new byte[command.remaining()];
                    command.get(bytes);
                    commands.put(entry.index(), bytes);
                }
            });
            assertThat(scan.isBroken()).isFalse();
            term = scan.lastTerm();
        }
        assertSame(commands, written);
        Verdict verdict = guard.check(NEW, MEMBERS);
        assertThat(verdict).isEqualTo(new Verdict.Sound(new LogRange(0, flushed, 2), List.of()));
        assertThat(Files.size(current.resolve(ConfigurationFile.NAME))).isPositive();
        assertThat(new String(
                        Files.readAllBytes(current.resolve(VoteFile.NAME)), java.nio.charset.StandardCharsets.UTF_8))
                .contains("votedFor=n1");
        startAndCompare(-1);
    }

    @Test
    void aCutTailIsALogOnWhichRatisStarts() throws Exception {
        Path open = openSegment();
        SegmentName name = LogFiles.segments(current).get(segments().size() - 1);
        SegmentScan scan = new SegmentScanner().scan(name, 0, EntryVisitor.NONE);
        byte[] record = TestLog.record(TestLog.entry(2, flushed + 1, 900));
        byte[] torn = Arrays.copyOf(Files.readAllBytes(open), (int) scan.soundBytes() + record.length);
        System.arraycopy(record, 0, torn, (int) scan.soundBytes(), record.length - 40);
        Files.write(open, Arrays.copyOf(torn, torn.length + 3000));
        assertThatThrownBy(() -> LoneRaft.start(copied().resolve("raft"), -1, -1))
                .hasStackTraceContaining("Log entry corrupted");
        Verdict.Sound verdict = (Verdict.Sound) guard.check(NEW, MEMBERS);
        assertThat(verdict.repairs()).singleElement().isInstanceOf(Repair.CutTail.class);
        guard.apply(verdict, directory.resolve("aside"));
        startAndCompare(-1);
    }

    @Test
    void aDroppedPrefixIsALogOnWhichRatisStarts() throws Exception {
        SegmentName second = LogFiles.segments(current).get(1);
        flip(second.path(), 100);
        assertThatThrownBy(() -> LoneRaft.start(copied().resolve("raft"), -1, -1))
                .hasStackTraceContaining("Log entry corrupted");
        assertThat(guard.check(NEW, MEMBERS)).isInstanceOf(Verdict.Quarantine.class);
        Verdict.Sound verdict = (Verdict.Sound) guard.check(new StoreMark.At(1, second.last()), MEMBERS);
        assertThat(verdict.log().first()).isEqualTo(second.last() + 1);
        guard.apply(verdict, directory.resolve("aside"));
        startAndCompare(second.last());
    }

    @Test
    void aLogThatWasDroppedAsAWholeIsOneOnWhichRatisStarts() throws Exception {
        Verdict.Sound verdict = (Verdict.Sound) guard.check(new StoreMark.At(2, flushed + 500), MEMBERS);
        assertThat(verdict.log().first()).isEqualTo(flushed + 501);
        guard.apply(verdict, directory.resolve("aside"));
        try (LoneRaft raft = LoneRaft.start(directory.resolve("raft"), 2, flushed + 500);
                WatermarkKeeper keeper = guard.keep()) {
            raft.append(new byte[] {5});
            assertThat(raft.applied).hasSize(1);
            assertThat(raft.applied.firstKey()).isEqualTo(flushed + 502);
            keeper.follow(raft.flushIndex());
        }
        assertThat(guard.check(new StoreMark.At(2, flushed + 500), MEMBERS))
                .isEqualTo(new Verdict.Sound(new LogRange(flushed + 501, flushed + 502, 3), List.of()));
    }

    @Test
    void aRenewedVoteAndAMissingListOfMembersAreOnesOnWhichRatisStarts() throws Exception {
        Path vote = current.resolve(VoteFile.NAME);
        Files.writeString(vote, Files.readString(vote).replace("votedFor=n1", "votedFor="));
        flip(current.resolve(ConfigurationFile.NAME), 8);
        Verdict.Sound verdict = (Verdict.Sound) guard.check(NEW, MEMBERS);
        assertThat(verdict.repairs()).hasSize(2);
        guard.apply(verdict, directory.resolve("aside"));
        startAndCompare(-1);
    }

    /** Without the guard Ratis starts on each of these, and has lost entries that it had acknowledged. */
    @Test
    void whatRatisAcceptsWithoutAWordIsFound() throws Exception {
        Path open = openSegment();
        byte[] whole = Files.readAllBytes(open);
        for (int length : List.of(whole.length / 3, 10, 0)) {
            Files.write(open, Arrays.copyOf(whole, length));
            assertThat(guard.check(NEW, MEMBERS)).isInstanceOf(Verdict.Quarantine.class);
        }
        try (LoneRaft raft = LoneRaft.start(copied().resolve("raft"), -1, -1)) {
            assertThat(raft.applied.size()).isLessThan(written.size());
        }
        Files.write(open, whole);
        Files.delete(segments().get(segments().size() - 2));
        assertThat(guard.check(NEW, MEMBERS)).isInstanceOf(Verdict.Quarantine.class);
    }

    /** Hundreds of damages: the verdict is never an exception, and never takes an entry that was flushed. */
    @Test
    void noDamageIsSoundWithFewerEntriesThanWereFlushed() throws Exception {
        Random random = new Random(1);
        List<Path> files;
        try (Stream<Path> all = Files.list(current)) {
            files = new java.util.ArrayList<>(all.sorted().toList());
        }
        files.add(guard.note());
        for (int round = 0; round < 400; round++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] whole = Files.readAllBytes(file);
            damage(file, whole, random);
            Verdict verdict = guard.check(NEW, MEMBERS);
            assertThat(verdict).isNotEqualTo(new Verdict.Fresh());
            if (verdict instanceof Verdict.Sound sound) {
                assertThat(sound.log()).as("round %d: %s", round, file).isEqualTo(new LogRange(0, flushed, 2));
            }
            Files.write(file, whole);
        }
        startAndCompare(-1);
    }

    private static void damage(Path file, byte[] whole, Random random) throws IOException {
        byte[] bytes = whole.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> Arrays.fill(bytes, at / 4096 * 4096, Math.min(bytes.length, (at / 4096 + 1) * 4096), (byte) 0);
            case 2 -> bytes = Arrays.copyOf(bytes, at);
            default -> {
                Files.delete(file);
                return;
            }
        }
        Files.write(file, bytes);
    }

    private void startAndCompare(long held) throws Exception {
        try (LoneRaft raft = LoneRaft.start(directory.resolve("raft"), 1, held)) {
            assertSame(raft.applied, written.tailMap(held + 1));
            raft.append(new byte[] {5});
        }
    }

    private static void assertSame(SortedMap<Long, byte[]> found, SortedMap<Long, byte[]> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((index, bytes) -> assertThat(bytes).as("entry %d", index).isEqualTo(expected.get(index)));
    }

    private Path copied() throws IOException {
        Path to = directory.resolve("copied");
        copy(directory.resolve("raft"), to.resolve("raft"));
        return to;
    }

    private List<Path> segments() throws Exception {
        return LogFiles.segments(current).stream().map(SegmentName::path).toList();
    }

    private Path openSegment() throws Exception {
        Path last = segments().get(segments().size() - 1);
        assertThat(last.getFileName().toString()).startsWith("log_inprogress_");
        return last;
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 4;
        Files.write(file, bytes);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.getFileName().toString().equals("in_use.lock")) {
                    Files.copy(file, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
