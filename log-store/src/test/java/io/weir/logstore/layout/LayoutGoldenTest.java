package io.weir.logstore.layout;

import static io.weir.logstore.StoreFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.PartitionState;
import io.weir.logstore.RowEvent;
import io.weir.logstore.Run;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import io.weir.logstore.TransactionKey;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes of format 4, row by row and file by file, against {@code format-4.txt}. A difference means that stores out there can no longer
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
    void rowsAndFilesHaveTheBytesOfFormat4() throws IOException {
        meta();
        digests();
        events();
        runs();
        streams();
        sessions();
        transactions();
        files();
        assertThat(lines).containsExactlyElementsOf(golden("format-4.txt"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void rowsOfOlderFormatsAreRefused(int format) throws IOException {
        for (String line : golden("format-" + format + ".txt")) {
            String[] row = line.split(" ", -1);
            UnsafeBuffer key = new UnsafeBuffer(HexFormat.of().parseHex(row[1].replace("-", "")));
            byte[] bytes = HexFormat.of().parseHex(row[2]);
            UnsafeBuffer value = new UnsafeBuffer(bytes);
            for (ThrowingCallable read : readersOf(row[0], key, value, bytes)) {
                assertThatThrownBy(read)
                        .isInstanceOf(StoreException.Incompatible.class)
                        .hasMessageContaining("format " + format);
            }
        }
    }

    /** What looks at the format: the rows of {@code meta} and the files, before any other row. */
    private List<ThrowingCallable> readersOf(String table, UnsafeBuffer key, UnsafeBuffer value, byte[] bytes) {
        return switch (table) {
            case "meta" ->
                List.of(
                        () -> MetaLayout.identity(checksum, key, value),
                        () -> MetaLayout.state(checksum, key, value),
                        () -> DigestsLayout.tables(checksum, key, value),
                        () -> DigestsLayout.mark(checksum, key, value));
            case "CURRENT" -> List.of(() -> CurrentLayout.decode(bytes));
            case "checkpoint" -> List.of(() -> CheckpointLayout.decode(bytes));
            default -> List.of();
        };
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
        List<RowEvent> events = List.of(event(11, 4, "hello"), event(12, 0, ""), event(11, 5, "w"));
        UnsafeBuffer key = EventsLayout.key(scratch, 258);
        UnsafeBuffer value = value(EventsLayout.rowBytes(events));
        EventsLayout.put(checksum, key, value, events);
        row("events", key, value);
        EventsLayout.verify(checksum, key, value);
        assertThat(EventsLayout.firstPosition(key)).isEqualTo(258);
        assertThat(EventsLayout.count(value)).isEqualTo(3);
        assertThat(EventsLayout.stampMs(value)).isEqualTo(1_700_000_000_124L);
        for (int i = 0; i < events.size(); i++) {
            byte[] bytes = new byte[EventsLayout.length(value, i)];
            value.getBytes(EventsLayout.offset(value, i), bytes);
            RowEvent read = new RowEvent(
                    EventsLayout.streamId(value, i),
                    EventsLayout.revision(value, i),
                    EventsLayout.stampMs(value),
                    ByteBuffer.wrap(bytes));
            assertThat(read).isEqualTo(events.get(i));
        }
    }

    private static RowEvent event(long streamId, long revision, String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        return new RowEvent(streamId, revision, 1_700_000_000_124L, bytes);
    }

    private void runs() {
        RunBlock block = new RunBlock();
        block.begin(new Run(4, 258, 3));
        assertThat(block.append(1_261, 200)).isTrue();
        assertThat(block.append(1_462, 1)).isTrue();
        block(Table.RUNS, RunsLayout.key(scratch, 1_023, 11, 4), block);
        block(Table.HEADS, RunsLayout.headKey(scratch, 1_023, 11), block);
        assertThat(RunsLayout.isOf(RunsLayout.key(scratch, 1_023, 11, 4), 1_023, 11))
                .isTrue();
    }

    private void block(Table table, UnsafeBuffer key, RunBlock block) {
        UnsafeBuffer value = value(RunsLayout.valueBytes(block));
        RunsLayout.put(checksum, table, key, value, block);
        row(table.tableName(), key, value);
        RunBlock read = new RunBlock();
        RunsLayout.get(checksum, table, key, value, read);
        assertThat(RunsLayout.slot(key)).isEqualTo(1_023);
        assertThat(RunsLayout.streamId(key)).isEqualTo(11);
        assertThat(read.runOf(4)).isEqualTo(new Run(4, 258, 3));
        assertThat(read.runOf(206)).isEqualTo(new Run(7, 1_261, 200));
        assertThat(read.runOf(207)).isEqualTo(new Run(207, 1_462, 1));
    }

    private void transactions() {
        TransactionKey id = new TransactionKey(1_700_000_000_127L, SESSION, 9, 63);
        for (Table table : List.of(Table.TRANSACTIONS, Table.STAGED)) {
            UnsafeBuffer key = TransactionsLayout.key(scratch, id);
            UnsafeBuffer value = value(TransactionsLayout.valueBytes(new byte[] {1, 2}));
            TransactionsLayout.put(checksum, table, key, value, new byte[] {1, 2});
            row(table.tableName(), key, value);
            assertThat(TransactionsLayout.id(table, key)).isEqualTo(id);
            assertThat(TransactionsLayout.get(checksum, table, key, value)).containsExactly(1, 2);
        }
        for (boolean exclusive : new boolean[] {false, true}) {
            UnsafeBuffer key = TransactionsLayout.lockKey(scratch, STREAM, id);
            UnsafeBuffer value = value(TransactionsLayout.LOCK_VALUE_BYTES);
            TransactionsLayout.putLock(checksum, key, value, exclusive);
            row("locks", key, value);
            assertThat(TransactionsLayout.lock(checksum, key, value)).isEqualTo(new Lock(STREAM, id, exclusive));
        }
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
