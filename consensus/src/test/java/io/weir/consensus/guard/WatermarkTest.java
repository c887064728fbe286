package io.weir.consensus.guard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatermarkTest {
    @TempDir
    Path directory;

    private Path file;
    private Path current;

    @BeforeEach
    void createDirectory() throws IOException {
        file = directory.resolve("notes").resolve("group");
        current = Files.createDirectories(directory.resolve("current"));
    }

    @Test
    void theBytesOfASlotAreFixed() {
        ByteBuffer bytes = ByteBuffer.allocate(WatermarkLayout.FILE_BYTES);
        WatermarkLayout.put(bytes, 1, 7, new Mark(0x1122334455L, 9, 0xcafebabe, 0x01020304));
        byte[] slot = new byte[WatermarkLayout.SLOT_BYTES];
        bytes.get(4096, slot);
        assertThat(HexFormat.of().formatHex(slot))
                .isEqualTo("57475244" + "00000001" + "0000000000000007" + "0000001122334455" + "0000000000000009"
                        + "cafebabe" + "01020304" + "eed406a1");
        assertThat(bytes.slice(0, 4096)).isEqualTo(ByteBuffer.allocate(4096));
    }

    /** A hole of a mapped file ends the process when the disk is full. */
    @Test
    void aNoteThatWasCutShortHasAllItsBytesAgain() throws IOException {
        Mark last = new Mark(10, 1, 2, 3);
        try (Watermark watermark = Watermark.open(file)) {
            watermark.advance(last); // into slot 1
            watermark.advance(last.withIndex(11)); // into slot 0
        }
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), WatermarkLayout.SLOT_BYTES));
        try (Watermark watermark = Watermark.open(file)) {
            assertThat(watermark.mark()).isEqualTo(last.withIndex(11));
            assertThat(Files.readAllBytes(file)).hasSize(WatermarkLayout.FILE_BYTES);
            watermark.advance(last.withIndex(12));
        }
        assertThat(Watermark.read(file)).isEqualTo(last.withIndex(12));
    }

    @Test
    void whatIsNotedIsThereAtTheNextOpen() throws IOException {
        assertThat(Watermark.read(file)).isNull();
        Mark last = Mark.NONE;
        try (Watermark watermark = Watermark.open(file)) {
            assertThat(watermark.mark()).isEqualTo(Mark.NONE);
            for (int i = 1; i <= 5; i++) {
                last = new Mark(10L * i, i, i, -i);
                watermark.advance(last);
                assertThat(Watermark.read(file)).isEqualTo(last);
            }
            watermark.advance(last.withIndex(3));
            assertThat(watermark.mark()).isEqualTo(last);
        }
        try (Watermark watermark = Watermark.open(file)) {
            assertThat(watermark.mark()).isEqualTo(last);
        }
    }

    @Test
    void loweringLowersBothSlots() throws IOException {
        try (Watermark watermark = Watermark.open(file)) {
            watermark.advance(new Mark(50, 1, 2, 3));
            watermark.lowerTo(60);
            assertThat(watermark.mark().index()).isEqualTo(50);
            watermark.lowerTo(20);
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int slot = 0; slot < WatermarkLayout.SLOTS; slot++) {
            assertThat(WatermarkLayout.get(ByteBuffer.wrap(bytes), slot))
                    .isNotNull()
                    .satisfies(found -> assertThat(found.mark()).isEqualTo(new Mark(20, 1, 2, 3)));
        }
    }

    @Test
    void aDamagedSlotLeavesTheOtherAndTwoLeaveNothing() throws IOException {
        try (Watermark watermark = Watermark.open(file)) {
            watermark.advance(new Mark(50, 1, 2, 3));
            watermark.advance(new Mark(51, 1, 2, 3));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int slot = 0; slot < WatermarkLayout.SLOTS; slot++) {
            for (int i = 0; i < WatermarkLayout.SLOT_BYTES; i++) {
                byte[] damaged = whole.clone();
                damaged[slot * WatermarkLayout.SLOT_STRIDE + i] ^= 16;
                Files.write(file, damaged);
                assertThat(requireNonNull(Watermark.read(file)).index()).isBetween(50L, 51L);
                damaged[(1 - slot) * WatermarkLayout.SLOT_STRIDE + i] ^= 16;
                Files.write(file, damaged);
                assertThatThrownBy(() -> Watermark.read(file)).isInstanceOf(Watermark.Unreadable.class);
                assertThatThrownBy(() -> Watermark.open(file)).isInstanceOf(Watermark.Unreadable.class);
            }
        }
    }

    @Test
    void theKeeperFollowsFlushesVotesAndMembers() throws IOException {
        TestLog log = new TestLog(directory.resolve("log"));
        try (WatermarkKeeper keeper = log.guard.keep()) {
            keeper.follow(-1);
            assertThat(keeper.mark()).isEqualTo(Mark.NONE);
            log.vote(4, "n1");
            keeper.follow(7);
            VoteFile vote = requireNonNull(VoteFile.read(log.file(VoteFile.NAME)));
            assertThat(keeper.mark()).isEqualTo(new Mark(7, 4, vote.crc(), 0));
            byte[] members = TestLog.entry(4, 20, 30);
            Files.write(log.file(ConfigurationFile.NAME), members);
            keeper.follow(6);
            assertThat(keeper.mark()).isEqualTo(new Mark(7, 4, vote.crc(), Durable.crc(members)));
        }
    }

    @Test
    void theIndexIsNotBelievedBetweenTheAnnouncementOfATruncationAndItsEnd() throws IOException {
        AtomicLong nanos = new AtomicLong();
        try (WatermarkKeeper keeper = new WatermarkKeeper(Watermark.open(file), current, nanos::get)) {
            keeper.follow(100);
            keeper.lowerTo(40);
            keeper.follow(100);
            keeper.follow(103);
            assertThat(keeper.mark().index()).isEqualTo(40);
            keeper.follow(41);
            assertThat(keeper.mark().index()).isEqualTo(41);
            keeper.lowerTo(30);
            keeper.follow(41);
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(WatermarkKeeper.TRUNCATION_MS) + 1);
            keeper.follow(45);
            assertThat(keeper.mark().index()).isEqualTo(45);
        }
    }
}
