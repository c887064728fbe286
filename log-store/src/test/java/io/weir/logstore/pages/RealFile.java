package io.weir.logstore.pages;

import io.weir.logstore.PartitionState;
import io.weir.logstore.RowEvent;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import io.weir.logstore.support.TableSums;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Stat;
import org.lmdbjava.Txn;

/** A data file that LMDB itself writes, with Weir's tables and sealed rows, beside a model of what it holds. */
final class RealFile implements AutoCloseable {
    private static final int[] VALUE_BYTES = {0, 1, 40, 300, 1_900, 2_020, 2_040, 4_080, 4_077, 9_000, 60_000};

    /** Tables with random rows: those of which a check looks at nothing but checksums, and events. */
    static final List<Table> DATA = Table.OF_ROWS.stream()
            .filter(table -> table != Table.RUNS && table != Table.HEADS)
            .toList();

    private final Map<Table, NavigableMap<byte[], byte[]>> model = new EnumMap<>(Table.class);
    private final Map<Table, Dbi<byte[]>> tables = new EnumMap<>(Table.class);
    private final Checksum checksum = new Checksum();
    private final TableSums sums = new TableSums();
    private final Path directory;
    private final Env<byte[]> env;

    RealFile(Path directory) {
        this.directory = directory;
        env = Env.create(ByteArrayProxy.PROXY_BA)
                .setMapSize(1L << 30)
                .setMaxDbs(Table.values().length)
                .open(directory.toFile(), EnvFlags.MDB_NOSYNC, EnvFlags.MDB_NOTLS);
        for (Table table : Table.values()) {
            model.put(table, new TreeMap<>(Arrays::compareUnsigned));
            tables.put(table, env.openDbi(table.tableName(), DbiFlags.MDB_CREATE));
        }
        writeMeta();
    }

    private void writeMeta() {
        Scratch scratch = new Scratch();
        try (Txn<byte[]> txn = env.txnWrite()) {
            DirectBuffer key = MetaLayout.identityKey(scratch);
            UnsafeBuffer value = new UnsafeBuffer(new byte[MetaLayout.identityBytes(StoreFixtures.IDENTITY)]);
            MetaLayout.putIdentity(checksum, key, value, StoreFixtures.IDENTITY);
            put(txn, Table.META, bytes(key), value.byteArray());
            key = MetaLayout.stateKey(scratch);
            value = new UnsafeBuffer(new byte[MetaLayout.STATE_BYTES]);
            MetaLayout.putState(checksum, key, value, PartitionState.EMPTY);
            put(txn, Table.META, bytes(key), value.byteArray());
            commit(txn);
        }
    }

    /** With the digests of all tables, as every batch of Weir ends. */
    private void commit(Txn<byte[]> txn) {
        DirectBuffer key = DigestsLayout.tablesKey(new Scratch());
        UnsafeBuffer value = new UnsafeBuffer(new byte[DigestsLayout.TABLES_BYTES]);
        DigestsLayout.putTables(checksum, key, value, sums.digests());
        put(txn, Table.META, bytes(key), value.byteArray());
        txn.commit();
    }

    static byte[] bytes(DirectBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    Path path() {
        return directory.resolve("data.mdb");
    }

    /** A transaction that puts rows of all sizes, replaces some and deletes some. */
    void commitRandom(Random random, int steps) {
        try (Txn<byte[]> txn = env.txnWrite()) {
            for (int i = 0; i < steps; i++) {
                Table table = DATA.get(random.nextInt(DATA.size()));
                NavigableMap<byte[], byte[]> rows = rows(table);
                switch (random.nextInt(5)) {
                    case 0 -> putSealed(txn, table, existing(rows, random), value(random));
                    case 1 -> delete(txn, table, existing(rows, random));
                    default -> putSealed(txn, table, key(random), value(random));
                }
            }
            commit(txn);
        }
    }

    /** A transaction that loses a row: sound pages, but not what the digests say. */
    void commitLoss(Table table) {
        try (Txn<byte[]> txn = env.txnWrite()) {
            dbi(table).delete(txn, rows(table).firstKey());
            txn.commit();
        }
    }

    /** A transaction that empties a table. */
    void commitDeleteAll(Table table) {
        try (Txn<byte[]> txn = env.txnWrite()) {
            List<byte[]> keys = new ArrayList<>(rows(table).keySet());
            keys.forEach(key -> delete(txn, table, key));
            commit(txn);
        }
    }

    /** A transaction with one row. */
    void commit(Table table, byte[] key, byte[] fields) {
        try (Txn<byte[]> txn = env.txnWrite()) {
            putSealed(txn, table, key, fields);
            commit(txn);
        }
    }

    private static byte[] existing(NavigableMap<byte[], byte[]> rows, Random random) {
        byte[] near = rows.ceilingKey(key(random));
        return near != null ? near : rows.isEmpty() ? key(random) : rows.lastKey();
    }

    private static byte[] key(Random random) {
        byte[] key = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? PageLayout.MAX_KEY_BYTES : 20)];
        random.nextBytes(key);
        return key;
    }

    private static byte[] value(Random random) {
        byte[] value = new byte[VALUE_BYTES[random.nextInt(VALUE_BYTES.length)] + random.nextInt(4)];
        random.nextBytes(value);
        return value;
    }

    private void putSealed(Txn<byte[]> txn, Table table, byte[] key, byte[] fields) {
        UnsafeBuffer value = new UnsafeBuffer(new byte[Checksum.END_OFFSET + fields.length]);
        if (table == Table.EVENTS) {
            List<RowEvent> event = List.of(new RowEvent(1, 2, 3, ByteBuffer.wrap(fields)));
            value = new UnsafeBuffer(new byte[EventsLayout.rowBytes(event)]);
            EventsLayout.put(checksum, new UnsafeBuffer(key), value, event);
        } else {
            value.putBytes(Checksum.END_OFFSET, fields);
            checksum.seal(table, new UnsafeBuffer(key), value);
        }
        put(txn, table, key, value.byteArray());
    }

    private void put(Txn<byte[]> txn, Table table, byte[] key, byte[] value) {
        dbi(table).put(txn, key, value);
        byte[] before = rows(table).put(key, value);
        if (before != null) {
            sums.remove(table, new UnsafeBuffer(before));
        }
        sums.add(table, new UnsafeBuffer(value));
    }

    private void delete(Txn<byte[]> txn, Table table, byte[] key) {
        byte[] before = rows(table).remove(key);
        if (before != null) {
            sums.remove(table, new UnsafeBuffer(before));
            dbi(table).delete(txn, key);
        }
    }

    /** What a table must hold. */
    NavigableMap<byte[], byte[]> rows(Table table) {
        return Objects.requireNonNull(model.get(table));
    }

    private Dbi<byte[]> dbi(Table table) {
        return Objects.requireNonNull(tables.get(table));
    }

    /** What LMDB says of a table. */
    Stat stat(Table table) {
        try (Txn<byte[]> txn = env.txnRead()) {
            return dbi(table).stat(txn);
        }
    }

    long lastPage() {
        return env.info().lastPageNumber;
    }

    long lastTransaction() {
        return env.info().lastTransactionId;
    }

    /** A reader that pins the current pages. */
    Txn<byte[]> pin() {
        return env.txnRead();
    }

    @Override
    public void close() {
        env.close();
    }
}
