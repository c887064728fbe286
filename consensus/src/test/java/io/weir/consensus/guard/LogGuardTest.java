package io.weir.consensus.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each damage to a log leads to. */
class LogGuardTest {
    private static final StoreMark NEW = new StoreMark.Empty();

    @TempDir
    Path directory;

    private TestLog log;

    @BeforeEach
    void write() throws IOException {
        log = TestLog.usual(directory);
    }

    private static StoreMark at(long index) {
        return new StoreMark.At(TestLog.termOf(index), index);
    }

    @Test
    void nothingIsFreshAndAnUntouchedLogIsSound() {
        TestLog none = new TestLog(directory.resolve("other"));
        assertThat(none.check(NEW)).isEqualTo(new Verdict.Fresh());
        assertThat(none.check(at(3))).isInstanceOf(Verdict.Quarantine.class);
        assertThat(none.check(at(0))).isInstanceOf(Verdict.Quarantine.class);
        assertThat(none.check(new StoreMark.At(1, 0, true))).isEqualTo(new Verdict.Fresh());
        assertThat(log.check(new StoreMark.At(1, 0, true)))
                .isEqualTo(new Verdict.Sound(new LogRange(0, 39, 2), List.of()));
        for (StoreMark store : List.of(NEW, at(0), at(19), at(38), at(39), new StoreMark.Unknown())) {
            assertThat(log.check(store)).isEqualTo(new Verdict.Sound(new LogRange(0, 39, 2), List.of()));
        }
    }

    @Test
    void aTornTailAboveTheNoteIsCutOff() throws IOException {
        log = new TestLog(directory.resolve("torn"));
        byte[] whole = TestLog.segment(0, 12, 0);
        int sound = TestLog.segment(0, 9, 0).length;
        log.vote(TestLog.TERM, "");
        log.note(9);
        for (int length = sound; length < whole.length + 50; length++) {
            byte[] torn = Arrays.copyOf(Arrays.copyOf(whole, Math.min(length, whole.length)), length + 300);
            Files.write(log.file("log_inprogress_0"), torn);
            Verdict.Sound verdict = sound(log.check(at(9)));
            log.guard.apply(verdict, directory.resolve("aside"));
            assertThat(verdict.log().last()).isBetween(9L, 12L);
            Verdict.Sound again = sound(log.check(at(9)));
            assertThat(again).isEqualTo(new Verdict.Sound(verdict.log(), List.of()));
            assertThat(again.log().last() >= 11).isEqualTo(length >= TestLog.segment(0, 11, 0).length);
        }
    }

    @Test
    void damageInTheOpenSegmentAtOrBelowTheNoteOrTheCheckpointIsNotCutOff() throws IOException {
        flip(log.file("log_inprogress_30"), TestLog.segment(30, 33, 0).length + 5);
        assertThat(quarantine(log.check(at(20)))).contains("log_inprogress_30", "entry 34", "up to 39");
        lower(20);
        assertThat(quarantine(log.check(at(34)))).contains("up to 34");
        assertThat(sound(log.check(at(33))).log().last()).isEqualTo(33);
        assertThat(sound(log.check(at(20))).repairs()).hasSize(1);
    }

    @Test
    void aShortenedLogIsFoundWhateverWasCut() throws IOException {
        byte[] whole = Files.readAllBytes(log.file("log_inprogress_30"));
        for (int length = 0; length < TestLog.segment(30, 39, 0).length; length += 7) {
            Files.write(log.file("log_inprogress_30"), Arrays.copyOf(whole, length));
            assertThat(quarantine(log.check(at(25)))).contains("39");
            Files.write(log.file("log_inprogress_30"), Arrays.copyOf(Arrays.copyOf(whole, length), whole.length));
            assertThat(quarantine(log.check(at(25)))).contains("39");
        }
        Files.delete(log.file("log_inprogress_30"));
        assertThat(quarantine(log.check(at(25)))).contains("ends at 29", "up to 39");
    }

    @Test
    void damageToAClosedSegmentIsDroppedIfTheStoreHasItAllAndIsQuarantineOtherwise() throws IOException {
        byte[] whole = Files.readAllBytes(log.file("log_10-19"));
        for (int i = 0; i < whole.length; i += 11) {
            byte[] flipped = whole.clone();
            flipped[i] ^= (byte) (1 << (i % 8));
            Files.write(log.file("log_10-19"), flipped);
            assertThat(sound(log.check(at(19))).repairs())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Repair.DropPrefix.class,
                            drop -> assertThat(drop.files())
                                    .containsExactly(log.file("log_0-9"), log.file("log_10-19")));
            assertThat(quarantine(log.check(at(18)))).contains("log_10-19");
            assertThat(quarantine(log.check(NEW))).contains("log_10-19");
        }
        log.guard.apply(sound(log.check(at(25))), directory.resolve("aside"));
        assertThat(directory.resolve("aside").resolve("log_10-19")).exists();
        assertThat(sound(log.check(at(25)))).isEqualTo(new Verdict.Sound(new LogRange(20, 39, 2), List.of()));
    }

    @Test
    void aPurgeThatACrashInterruptedIsFinished() throws IOException {
        Files.delete(log.file("log_10-19"));
        assertThat(quarantine(log.check(at(18)))).contains("log_20-29 does not follow log_0-9");
        log.guard.apply(sound(log.check(at(19))), directory.resolve("aside"));
        assertThat(sound(log.check(at(19)))).isEqualTo(new Verdict.Sound(new LogRange(20, 39, 2), List.of()));
        assertThat(quarantine(log.check(at(15)))).contains("begins at 20");
        assertThat(sound(log.check(new StoreMark.Unknown())).log().first()).isEqualTo(20);
    }

    @Test
    void aTruncationThatACrashInterruptedIsFinished() throws IOException {
        lower(14);
        Files.delete(log.file("log_20-29"));
        Verdict.Sound deleted = sound(log.check(at(10)));
        assertThat(deleted.repairs()).singleElement().isInstanceOf(Repair.DropRest.class);
        log.guard.apply(deleted, directory.resolve("aside"));
        assertThat(sound(log.check(at(10)))).isEqualTo(new Verdict.Sound(new LogRange(0, 19, 1), List.of()));
        Files.write(log.file("log_10-19"), TestLog.segment(10, 14, 0));
        Verdict.Sound shortened = sound(log.check(at(10)));
        log.guard.apply(shortened, directory.resolve("aside"));
        assertThat(log.file("log_10-14")).exists();
        assertThat(sound(log.check(at(10)))).isEqualTo(new Verdict.Sound(new LogRange(0, 14, 1), List.of()));
        log.note(15);
        assertThat(quarantine(log.check(at(10)))).contains("ends at 14", "up to 15");
    }

    @Test
    void aLogThatEndsBelowAnInstalledCopyIsDroppedUnlessMoreWasFlushed() throws IOException {
        assertThat(sound(log.check(at(39))).repairs()).isEmpty();
        Verdict.Sound verdict = sound(log.check(at(60)));
        assertThat(verdict.log()).isEqualTo(new LogRange(61, 60, 4));
        log.guard.apply(verdict, directory.resolve("aside"));
        assertThat(sound(log.check(at(60)))).isEqualTo(new Verdict.Sound(new LogRange(61, 60, 4), List.of()));
        assertThat(quarantine(log.check(at(38)))).contains("ends at 38", "39");
        log.note(60);
        assertThat(sound(log.check(at(60))).log().isEmpty()).isTrue();
        log.note(61);
        assertThat(quarantine(log.check(at(60)))).contains("61");
    }

    @Test
    void theLogMustBeOfTheStoresHistory() {
        assertThat(quarantine(log.check(new StoreMark.At(1, 25)))).contains("another entry 25");
        assertThat(quarantine(log.check(new StoreMark.At(3, 25)))).contains("another entry 25");
    }

    @Test
    void aLogThatGoesOnOtherwiseThanAnInstalledCopyIsDroppedUnlessMoreWasFlushed() throws IOException {
        StoreMark copy = new StoreMark.At(9, 35);
        assertThat(quarantine(log.check(copy))).contains("another entry 35");
        try (WatermarkKeeper keeper = log.guard.keep()) {
            keeper.lowerTo(34); // as before the copy became the store
        }
        Verdict.Sound verdict = sound(log.check(copy));
        assertThat(verdict.log()).isEqualTo(new LogRange(36, 35, 9));
        log.guard.apply(verdict, directory.resolve("aside"));
        assertThat(sound(log.check(copy)).repairs()).isEmpty();
    }

    @Test
    void termsMustNotFall() throws IOException {
        Files.write(log.file("log_20-29"), TestLog.segment(0, 9, 0));
        assertThat(quarantine(log.check(NEW))).contains("log_20-29", "has entry 0");
    }

    @Test
    void twoOpenSegmentsOverlapsAndForeignNamesAreRefused() throws IOException {
        log.open(25, 29, 0);
        assertThat(quarantine(log.check(NEW))).contains("does not follow");
        Files.delete(log.file("log_inprogress_25"));
        for (String name : List.of("log_inprogress_30.old", "log_5-3", "log_010-19", "log_99999999999999999999-1")) {
            Files.createFile(log.file(name));
            assertThat(quarantine(log.check(NEW))).contains(name);
            Files.delete(log.file(name));
        }
        Files.createDirectory(log.file("log_40-41"));
        assertThat(quarantine(log.check(NEW))).contains("log_40-41");
        Files.delete(log.file("log_40-41"));
        Files.createFile(log.file("log_inprogress_40"));
        Files.createFile(log.file("notes.txt"));
        assertThat(sound(log.check(NEW)).repairs()).isEmpty();
    }

    @Test
    void aVoteFileThatIsDamagedIsQuarantineAndOneThatIsAnotherIsReplaced() throws IOException {
        Path vote = log.file(VoteFile.NAME);
        byte[] whole = Files.readAllBytes(vote);
        for (int length = 1; length < whole.length; length++) {
            Files.write(vote, Arrays.copyOf(whole, length));
            assertThat(quarantine(log.check(NEW))).contains("raft-meta");
        }
        Files.write(vote, new byte[whole.length]);
        assertThat(quarantine(log.check(NEW))).contains("raft-meta");
        Files.delete(vote);
        assertThat(quarantine(log.check(NEW))).contains("raft-meta is missing");
        log.vote(TestLog.TERM, "n4");
        assertThat(quarantine(log.check(NEW))).contains("\"n4\"");
        log.vote(TestLog.TERM - 1, "n2");
        assertThat(quarantine(log.check(NEW))).contains("term 2", "term 3");
        log.vote(TestLog.TERM + 4, "n1");
        Verdict.Sound other = sound(log.check(NEW));
        assertThat(other.isVoteUncertain()).isTrue();
        log.guard.apply(other, directory.resolve("aside"));
        assertThat(VoteFile.read(vote))
                .isNotNull()
                .satisfies(written -> assertThat(List.of(written.term(), written.votedFor()))
                        .isEqualTo(List.of(TestLog.TERM + 5, "")));
        log.note(39);
        assertThat(sound(log.check(NEW)).repairs()).isEmpty();
    }

    @Test
    void aVoteFileThatRatisEmptiedOnAFullDiskIsRenewedFarAboveWhatIsKnown() throws IOException {
        Path vote = log.file(VoteFile.NAME);
        Files.write(vote, new byte[0]);
        Verdict.Sound emptied = sound(log.check(NEW));
        assertThat(emptied.isVoteUncertain()).isTrue();
        log.guard.apply(emptied, directory.resolve("aside"));
        assertThat(VoteFile.read(vote))
                .isNotNull()
                .satisfies(written -> assertThat(List.of(written.term(), written.votedFor()))
                        .isEqualTo(List.of(TestLog.TERM + 1_000, "")));
    }

    @Test
    void noFlipInTheVoteFileIsBelieved() throws IOException {
        Path vote = log.file(VoteFile.NAME);
        byte[] whole = Files.readAllBytes(vote);
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(vote, flipped);
            Verdict verdict = log.check(NEW);
            if (verdict instanceof Verdict.Sound sound) {
                assertThat(sound.isVoteUncertain()).isTrue();
            }
        }
    }

    @Test
    void aDamagedListOfMembersIsTakenFromTheLogOrNotAtAll() throws IOException {
        Path file = log.file(ConfigurationFile.NAME);
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(file, flipped);
            assertThat(sound(log.check(NEW)).repairs()).singleElement().isInstanceOf(Repair.DropConfiguration.class);
        }
        log.guard.apply(sound(log.check(NEW)), directory.resolve("aside"));
        assertThat(sound(log.check(NEW)).repairs()).isEmpty();
        Files.delete(log.file("log_0-9"));
        Files.delete(log.file("log_10-19"));
        Files.delete(log.file("log_20-29"));
        assertThat(quarantine(log.check(at(29)))).contains("raft-meta.conf is missing");
        Files.write(file, TestLog.entry(1, 0, 90));
        assertThat(sound(log.check(at(29))).repairs()).isEmpty();
        flip(file, 20);
        assertThat(quarantine(log.check(at(29)))).contains("raft-meta.conf is not");
    }

    @Test
    void withoutItsNoteALogIsNotTrusted() throws IOException {
        Path note = log.guard.note();
        byte[] whole = Files.readAllBytes(note);
        Files.write(note, new byte[whole.length]);
        assertThat(quarantine(log.check(NEW))).contains("damaged");
        Files.delete(note);
        assertThat(quarantine(log.check(NEW))).contains("is missing");
        Files.write(note, Arrays.copyOf(whole, 5000));
        assertThat(sound(log.check(NEW)).log().last()).isEqualTo(39);
        for (int page = 0; page < 2; page++) {
            byte[] half = whole.clone();
            Arrays.fill(half, page * 4096, (page + 1) * 4096, (byte) 0);
            Files.write(note, half);
            assertThat(log.check(NEW)).isInstanceOf(Verdict.Sound.class);
        }
    }

    @Test
    void aMissingDirectoryIsNoNewGroup() throws IOException {
        for (String file :
                List.of("log_0-9", "log_10-19", "log_20-29", "log_inprogress_30", "raft-meta", "raft-meta.conf")) {
            Files.delete(log.file(file));
        }
        Files.createFile(log.file("raft-meta.tmp"));
        assertThat(quarantine(log.check(NEW))).contains("missing", "up to 39");
    }

    private void lower(long index) throws IOException {
        try (WatermarkKeeper keeper = log.guard.keep()) {
            keeper.lowerTo(index);
        }
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 4;
        Files.write(file, bytes);
    }

    private static Verdict.Sound sound(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Sound.class);
        return (Verdict.Sound) verdict;
    }

    private static String quarantine(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Quarantine.class);
        return ((Verdict.Quarantine) verdict).reason();
    }
}
