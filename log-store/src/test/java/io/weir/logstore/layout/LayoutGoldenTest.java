package io.weir.logstore.layout;

import static io.weir.logstore.StoreFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.PartitionState;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * The bytes of format 2, row by row and file by file, against {@code format-2.txt}. A difference means that stores out there can no longer
 * be read: raise the format version instead of changing the file.
 */
class LayoutGoldenTest {
    private static final PartitionState STATE =
            new PartitionState(3, 0x0102030405060708L, 77, 12, 1_700_000_000_123L, new Digest(-1, 0x1122334455667788L));
    private static final StoreIdentity IDENTITY = new StoreIdentity("weir-test", 5);
    private static final StreamKey STREAM = key(1_023, "größe");
    private static final SessionId SESSION = new SessionId(0x0A0B0C0D0E0F1011L, -2);

    private final Scratch scratch = new Scratch();
    private final Checksum checksum = new Checksum();
    private final List<String> lines = new ArrayList<>();

    private static UnsafeBuffer value(int bytes) {
        UnsafeBuffer value = new UnsafeBuffer(new byte[bytes]);
        value.setMemory(0, bytes, (byte) 0xEE);
        return value;
    }

    private void row(String table, DirectBuffer key, DirectBuffer value) {
        lines.add(table + " " + hex(key) + " " + hex(value));
    }

    private static String hex(DirectBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void rowsAndFilesHaveTheBytesOfFormat2() throws IOException {
        meta();
        digests();
        events();
        runs();
        streams();
        sessions();
        files();
        assertThat(lines).containsExactlyElementsOf(golden("format-2.txt"));
    }

    @Test
    void rowsOfFormat1AreRefused() throws IOException {
        for (String line : golden("format-1.txt")) {
            String[] row = line.split(" ", -1);
            UnsafeBuffer key = new UnsafeBuffer(HexFormat.of().parseHex(row[1]));
            UnsafeBuffer value = new UnsafeBuffer(HexFormat.of().parseHex(row[2]));
            for (ThrowingCallable read : List.<ThrowingCallable>of(
                    () -> MetaLayout.identity(checksum, key, value),
                    () -> MetaLayout.state(checksum, key, value),
                    () -> DigestsLayout.tables(checksum, key, value),
                    () -> DigestsLayout.mark(checksum, key, value))) {
                assertThatThrownBy(read)
                        .isInstanceOf(StoreException.Incompatible.class)
                        .hasMessageContaining("format 1");
            }
        }
    }

    private void files() {
        UUID id = new UUID(0x1011121314151617L, 0x18191A1B1C1D1E1FL);
        byte[] current = CurrentLayout.encode(id);
        lines.add("CURRENT - " + HexFormat.of().formatHex(current));
        assertThat(CurrentLayout.decode(current)).isEqualTo(id);

        LmdbMetas metas = LmdbMetas.of(MetaPages.of(512, 6, 9, 7, 11));
        assertThat(metas.transaction()).isEqualTo(7);
        assertThat(metas.lastPage()).isEqualTo(11);
        CheckpointLayout.Saved saved = new CheckpointLayout.Saved(id, 8_192, STATE, metas);
        byte[] checkpoint = CheckpointLayout.encode(saved);
        lines.add("checkpoint - " + HexFormat.of().formatHex(checkpoint));
        assertThat(CheckpointLayout.decode(checkpoint)).isEqualTo(saved);
    }

    private void meta() {
        UnsafeBuffer key = MetaLayout.identityKey(scratch);
        UnsafeBuffer value = value(MetaLayout.identityBytes(IDENTITY));
        MetaLayout.putIdentity(checksum, key, value, IDENTITY);
        row("meta", key, value);
        assertThat(MetaLayout.identity(checksum, key, value)).isEqualTo(IDENTITY);

        key = MetaLayout.stateKey(scratch);
        value = value(MetaLayout.STATE_BYTES);
        MetaLayout.putState(checksum, key, value, STATE);
        row("meta", key, value);
        assertThat(MetaLayout.state(checksum, key, value)).isEqualTo(STATE);
    }

    private void digests() {
        TableDigests digests = TableDigests.of(table -> -table.number(), table -> 0x0102030405060700L + table.number());
        UnsafeBuffer key = DigestsLayout.tablesKey(scratch);
        UnsafeBuffer value = value(DigestsLayout.TABLES_BYTES);
        DigestsLayout.putTables(checksum, key, value, digests);
        row("meta", key, value);
        assertThat(DigestsLayout.tables(checksum, key, value)).isEqualTo(digests);

        DigestMark mark = new DigestMark(0x1112131415161718L, STATE.digest(), 77, new Digest(5, -6), -1);
        key = DigestsLayout.markKey(scratch);
        value = value(DigestsLayout.MARK_BYTES);
        DigestsLayout.putMark(checksum, key, value, mark);
        row("meta", key, value);
        assertThat(DigestsLayout.mark(checksum, key, value)).isEqualTo(mark);
    }

    private void events() {
        ByteBuffer event = ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII));
        UnsafeBuffer key = EventsLayout.key(scratch, 258);
        UnsafeBuffer value = value(EventsLayout.EVENT_OFFSET + event.remaining());
        EventsLayout.put(checksum, key, value, 11, 4, 1_700_000_000_124L, event);
        row("events", key, value);
        EventsLayout.verify(checksum, key, value);
        assertThat(EventsLayout.position(key)).isEqualTo(258);
        assertThat(EventsLayout.streamId(value)).isEqualTo(11);
        assertThat(EventsLayout.revision(value)).isEqualTo(4);
        assertThat(EventsLayout.stampMs(value)).isEqualTo(1_700_000_000_124L);
    }

    private void runs() {
        UnsafeBuffer key = RunsLayout.key(scratch, 1_023, 11, 4);
        UnsafeBuffer value = value(RunsLayout.VALUE_BYTES);
        RunsLayout.put(checksum, key, value, 258, 3);
        row("runs", key, value);
        assertThat(RunsLayout.run(checksum, key, value)).isEqualTo(new RunsLayout.Run(4, 258, 3));
        assertThat(RunsLayout.isOf(key, 1_023, 11)).isTrue();
    }

    private void streams() {
        UnsafeBuffer key = StreamsLayout.streamKey(scratch, STREAM);
        UnsafeBuffer value = value(StreamsLayout.STREAM_VALUE_BYTES);
        StreamsLayout.putStream(checksum, key, value, 11);
        row("streams", key, value);
        assertThat(StreamsLayout.streamId(checksum, key, value)).isEqualTo(11);
        assertThat(StreamsLayout.stream(key)).isEqualTo(STREAM);

        key = StreamsLayout.nameKey(scratch, 11);
        value = value(StreamsLayout.nameBytes(STREAM));
        StreamsLayout.putName(checksum, key, value, STREAM);
        row("names", key, value);
        assertThat(StreamsLayout.name(checksum, key, value)).isEqualTo(STREAM);
    }

    private void sessions() {
        UnsafeBuffer key = SessionsLayout.sessionKey(scratch, SESSION);
        UnsafeBuffer value = value(SessionsLayout.SESSION_VALUE_BYTES);
        SessionRow row = new SessionRow(9, 1_700_000_000_125L, 2);
        SessionsLayout.putSession(checksum, key, value, row);
        row("sessions", key, value);
        assertThat(SessionsLayout.session(checksum, key, value)).isEqualTo(row);

        byte[] answer = {1, 2, 3};
        key = SessionsLayout.answerKey(scratch, SESSION, 10);
        value = value(SessionsLayout.answerBytes(answer));
        SessionsLayout.putAnswer(checksum, key, value, answer);
        row("answers", key, value);
        assertThat(SessionsLayout.answer(checksum, key, value)).isEqualTo(answer);
        assertThat(SessionsLayout.isAnswerOf(key, SESSION, 10)).isTrue();
        assertThat(SessionsLayout.isAnswerOf(key, SESSION, 9)).isFalse();

        Expiry expiry = new Expiry(1_700_000_000_126L, SESSION);
        key = SessionsLayout.expiryKey(scratch, expiry);
        value = value(SessionsLayout.EXPIRY_VALUE_BYTES);
        SessionsLayout.putExpiry(checksum, key, value);
        row("expiry", key, value);
        assertThat(SessionsLayout.expiry(checksum, key, value)).isEqualTo(expiry);
    }

    private static List<String> golden(String file) throws IOException {
        try (InputStream in = LayoutGoldenTest.class.getResourceAsStream(file)) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
