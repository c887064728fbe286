package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.events;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static io.weir.logstore.StoreFixtures.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lmdbjava.Cursor;
import org.lmdbjava.Txn;

/** Rows that are not what was written: each is refused by name, none is served. */
class LmdbDamageTest {
    private static final StreamKey A = key(1, "a");
    private static final StreamKey OTHER = key(1, "other");
    private static final SessionId S = new SessionId(3, 4);
    private static final TransactionKey T = new TransactionKey(9, S, 3, 1);
    /** More than a block takes. */
    private static final int RUNS = 80;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private LmdbLogStore store;

    @BeforeEach
    void fillStore() {
        store = LmdbLogStore.open(directory, IDENTITY, Settings.defaults());
        try (WriteBatch batch = store.beginWrite()) {
            append(batch, A, 1, events("first"));
            fillABlock(batch);
            append(batch, OTHER, 1, events("several", "", "in a row"));
            batch.putSession(S, new SessionRow(1, 2, 3));
            batch.putAnswer(S, 7, new byte[] {1, 2, 3});
            batch.addExpiry(new Expiry(9, S));
            batch.putTransaction(T, new byte[] {4});
            batch.putStaged(T, new byte[] {5, 6});
            batch.putLock(new Lock(OTHER, T, true));
            batch.commit();
        }
    }

    /** Of stream A, so that table {@code runs} has a row. */
    private static void fillABlock(WriteBatch batch) {
        for (int i = 0; i < RUNS; i++) {
            append(batch, OTHER, 1, events("between"));
            append(batch, A, 1, events("more"));
        }
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void damageLastRow(Table table, Consumer<byte[]> damage) {
        damageRow(table, false, damage);
    }

    /** Applies {@code damage} to the value of a table's first or last row. */
    private void damageRow(Table table, boolean first, Consumer<byte[]> damage) {
        damageRow(table, first, damage, Integer.MAX_VALUE);
    }

    /** As above, and cuts the value to a length. */
    private void damageRow(Table table, boolean first, Consumer<byte[]> damage, int maxBytes) {
        Environment environment = store.environment();
        try (Txn<UnsafeBuffer> txn = environment.beginWrite()) {
            byte[] key;
            byte[] value;
            try (Cursor<UnsafeBuffer> cursor = environment.table(table).openCursor(txn)) {
                assertThat(first ? cursor.first() : cursor.last()).isTrue();
                key = copy(cursor.key());
                value = copy(cursor.val());
            }
            damage.accept(value);
            UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(key.length));
            direct.putBytes(0, key);
            int bytes = Math.min(value.length, maxBytes);
            environment.reserve(txn, table, direct, bytes).putBytes(0, value, 0, bytes);
            txn.commit();
        }
    }

    private static byte[] copy(UnsafeBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private int lengthOfLastRow(Table table) {
        int[] length = {0};
        damageLastRow(table, value -> length[0] = value.length);
        return length[0];
    }

    private void readFrom(Table table) {
        switch (table) {
            case EXPIRY -> {
                try (WriteBatch batch = store.beginWrite()) {
                    batch.firstExpiry();
                }
            }
            default -> {
                try (ReadView view = store.openRead()) {
                    readFrom(table, view);
                }
            }
        }
    }

    private static void streams(ReadView view) {
        stream(view, A, 0, true, Integer.MAX_VALUE);
        stream(view, OTHER, 0, true, Integer.MAX_VALUE);
    }

    private static void readFrom(Table table, ReadView view) {
        switch (table) {
            case META -> view.state();
            case EVENTS, NAMES -> partition(view, 0, true, Integer.MAX_VALUE);
            case RUNS, STREAMS, HEADS -> streams(view);
            case SESSIONS -> view.session(S);
            case ANSWERS -> view.answer(S, 7);
            case TRANSACTIONS -> view.transaction(T);
            case STAGED -> view.staged(T);
            case LOCKS -> view.visitLocks(OTHER, lock -> true);
            default -> throw new AssertionError(table);
        }
    }

    @ParameterizedTest
    @EnumSource(Table.class)
    void everyFlippedByteIsSeen(Table table) {
        int length = lengthOfLastRow(table);
        for (int i = 0; i < length; i++) {
            int at = i;
            for (int bit : new int[] {1, 0x80}) {
                damageLastRow(table, value -> value[at] ^= (byte) bit);
                assertThatThrownBy(() -> readFrom(table))
                        .as("byte %d of table %s", at, table)
                        .isInstanceOf(StoreException.Corrupted.class)
                        .hasMessageContaining("table " + table.tableName() + ", key ");
                damageLastRow(table, value -> value[at] ^= (byte) bit);
            }
        }
        readFrom(table);
    }

    @ParameterizedTest
    @EnumSource(value = Table.class, mode = EnumSource.Mode.EXCLUDE, names = "META")
    void aWalkOverAllRowsSeesAFlippedBit(Table table) {
        damageLastRow(table, value -> value[value.length - 1] ^= 1);
        try (ReadView view = store.openRead()) {
            assertThatThrownBy(() -> view.visitRows((of, key, value) -> true))
                    .isInstanceOf(StoreException.Corrupted.class)
                    .hasMessageContaining("table " + table.tableName() + ", key ");
        }
    }

    @Test
    void aDamagedIdentityIsSeenAtOpen() {
        damageRow(Table.META, true, value -> value[value.length - 1] ^= 1);
        store.close();
        assertThatThrownBy(() -> LmdbLogStore.open(directory, IDENTITY, Settings.defaults()))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("table meta");
    }

    @Test
    void aSoundRowInTheWrongPlaceIsSeen() {
        append(store, A, 2, "other");
        Environment environment = store.environment();
        try (Txn<UnsafeBuffer> txn = environment.beginWrite()) {
            byte[] second;
            try (Cursor<UnsafeBuffer> cursor = environment.table(Table.EVENTS).openCursor(txn)) {
                assertThat(cursor.last()).isTrue();
                second = copy(cursor.val());
            }
            UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(8));
            environment.reserve(txn, Table.EVENTS, key, second.length).putBytes(0, second);
            txn.commit();
        }
        assertThatThrownBy(() -> partition(store))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("table events, key 0000000000000000");
    }

    @ParameterizedTest
    @EnumSource(
            value = Table.class,
            names = {"EVENTS", "RUNS", "HEADS", "NAMES"})
    void aMissingRowIsSeen(Table table) {
        append(store, A, 2, "second");
        append(store, key(1, "b"), 3, "third");
        deleteRow(table, true);
        assertThatThrownBy(() -> {
                    try (ReadView view = store.openRead()) {
                        readFrom(table, view);
                    }
                })
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("table " + table.tableName());
    }

    /** The first or the last row of a table. */
    private void deleteRow(Table table, boolean first) {
        Environment environment = store.environment();
        try (Txn<UnsafeBuffer> txn = environment.beginWrite()) {
            try (Cursor<UnsafeBuffer> cursor = environment.table(table).openCursor(txn)) {
                assertThat(first ? cursor.first() : cursor.last()).isTrue();
                cursor.delete();
            }
            txn.commit();
        }
    }

    @Test
    void eventsThatEndBeforeTheStateAreSeenAtOpen() {
        deleteRow(Table.EVENTS, false);
        store.close();
        assertThatThrownBy(() -> LmdbLogStore.open(directory, IDENTITY, Settings.defaults()))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("position 164")
                .hasMessageContaining("table events at 161");
    }

    /** With a right checksum: a block that lacks its runs, and ends beyond every position. Read, it would never end. */
    @Test
    void aBlockThatContradictsItselfIsSeen() {
        for (long[] fields : new long[][] {{0, 0, 1, 2, 1}, {0, 0, 2, 2, Long.MAX_VALUE}, {0, 0, 5, 9, 1}}) {
            putFirstHead(fields);
            assertThatThrownBy(() -> readFrom(Table.HEADS))
                    .isInstanceOf(StoreException.Corrupted.class)
                    .hasMessageContaining("table heads");
            try (ReadView view = store.openRead()) {
                assertThatThrownBy(() -> view.visitRows((of, key, value) -> true))
                        .isInstanceOf(StoreException.Corrupted.class)
                        .hasMessageContaining("table heads");
            }
        }
    }

    private void putFirstHead(long[] fields) {
        Environment environment = store.environment();
        try (Txn<UnsafeBuffer> txn = environment.beginWrite()) {
            UnsafeBuffer key = RunsLayout.headKey(new Scratch(), A.slot(), 0);
            UnsafeBuffer value = new UnsafeBuffer(new byte[44]);
            for (int i = 0; i < fields.length; i++) {
                value.putLong(4 + 8 * i, fields[i], ByteOrder.BIG_ENDIAN);
            }
            new Checksum().seal(Table.HEADS, key, value);
            environment.reserve(txn, Table.HEADS, key, 44).putBytes(0, value, 0, 44);
            txn.commit();
        }
    }

    /** The writer remembers the end, so it would not notice. */
    @Test
    void anOldHeadIsNotBuiltUpon() {
        byte[][] old = new byte[1][];
        damageRow(Table.HEADS, true, value -> old[0] = value.clone());
        append(store, OTHER, 2, "between");
        append(store, A, 2, "newer");
        append(store, OTHER, 2, "between");
        damageRow(Table.HEADS, true, value -> System.arraycopy(old[0], 0, value, 0, old[0].length), old[0].length);
        assertThatThrownBy(() -> append(store, A, 3, "newest"))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("table heads");
    }

    @Test
    void damageFoundByABatchDoomsIt() {
        damageLastRow(Table.SESSIONS, value -> value[0] ^= 1);
        try (WriteBatch batch = store.beginWrite()) {
            assertThatThrownBy(() -> batch.session(S)).isInstanceOf(StoreException.Corrupted.class);
            assertThatThrownBy(batch::state).isInstanceOf(IllegalStateException.class);
        }
    }
}
