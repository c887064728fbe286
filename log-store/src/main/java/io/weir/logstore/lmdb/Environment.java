package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.EnvInfo;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * One LMDB environment with the tables of one partition: opening, identity, and the size of the map. Every commit is
 * synced: neither {@code MDB_NOSYNC} nor {@code MDB_NOMETASYNC}, and never {@code MDB_WRITEMAP}, which turns a full disk
 * into a SIGBUS.
 *
 * <p>Checks nothing about its users: {@link LmdbLogStore} sees to it that nobody is inside while it grows or closes.
 */
final class Environment {
    private static final String DATA_FILE = "data.mdb";
    private static final long MAP_UNIT_BYTES = 1L << 16;

    private final Path directory;
    private final Env<UnsafeBuffer> env;
    private final int pageBytes;
    private final Map<Table, Dbi<UnsafeBuffer>> tables = new EnumMap<>(Table.class);

    private Environment(Path directory, Env<UnsafeBuffer> env) {
        this.directory = directory;
        this.env = env;
        this.pageBytes = env.stat().pageSize;
    }

    /** Opens or creates the environment in an existing directory. */
    static Environment open(Path directory, StoreIdentity identity, Settings settings) {
        try {
            Path file = directory.resolve(DATA_FILE);
            long fileBytes = Files.exists(file) ? Files.size(file) : 0;
            Env<UnsafeBuffer> env = Env.create(new AgronaProxy())
                    .setMapSize(mapBytes(Math.max(settings.initialMapBytes(), fileBytes + fileBytes / 2)))
                    .setMaxDbs(Table.values().length)
                    .setMaxReaders(settings.readers() + 1)
                    .open(directory.toFile(), EnvFlags.MDB_NOTLS);
            return opened(directory, env, identity);
        } catch (IOException e) {
            throw new StoreException.Failed("cannot open the store in " + directory + ": " + e, e);
        } catch (LinkageError e) {
            throw new StoreException.Failed(
                    "cannot load LMDB's native library; it is unpacked into the temporary directory, or into"
                            + " -Dlmdbjava.extract.dir=<directory>, which must allow execution: " + e,
                    e);
        } catch (RuntimeException e) {
            throw LmdbErrors.map(directory, e);
        }
    }

    private static Environment opened(Path directory, Env<UnsafeBuffer> env, StoreIdentity identity)
            throws IOException {
        boolean ok = false;
        try {
            env.readerCheck();
            Environment environment = new Environment(directory, env);
            environment.openTables(identity);
            environment.syncDirectories();
            ok = true;
            return environment;
        } finally {
            if (!ok) {
                env.close();
            }
        }
    }

    /** In one transaction, so that a store that is not ours stays as it was. */
    private void openTables(StoreIdentity identity) {
        try (Txn<UnsafeBuffer> txn = env.txnWrite()) {
            for (Table table : Table.values()) {
                byte[] name = table.tableName().getBytes(StandardCharsets.US_ASCII);
                tables.put(table, env.openDbi(txn, name, null, false, DbiFlags.MDB_CREATE));
            }
            checkIdentity(txn, identity);
            txn.commit();
        }
    }

    private void checkIdentity(Txn<UnsafeBuffer> txn, StoreIdentity identity) {
        Scratch scratch = new Scratch();
        Checksum checksum = new Checksum();
        UnsafeBuffer key = MetaLayout.identityKey(scratch);
        UnsafeBuffer stored = table(Table.META).get(txn, key);
        if (stored == null) {
            initialize(txn, identity, scratch, checksum);
            return;
        }
        StoreIdentity found = MetaLayout.identity(checksum, key, stored);
        if (!found.equals(identity)) {
            throw new StoreException.Incompatible("the store in " + directory + " belongs to partition "
                    + found.partition() + " of cluster " + found.clusterId() + ", not to partition "
                    + identity.partition() + " of cluster " + identity.clusterId());
        }
    }

    private void initialize(Txn<UnsafeBuffer> txn, StoreIdentity identity, Scratch scratch, Checksum checksum) {
        for (Table table : Table.values()) {
            if (table(table).stat(txn).entries != 0) {
                throw new StoreException.Corrupted(
                        "the store in " + directory + " has no identity, but rows in table " + table.tableName());
            }
        }
        UnsafeBuffer key = MetaLayout.identityKey(scratch);
        MetaLayout.putIdentity(
                checksum, key, reserve(txn, Table.META, key, MetaLayout.identityBytes(identity)), identity);
        writeMeta(txn, scratch, checksum, MetaValues.EMPTY);
    }

    /** Writes all of {@code meta} but the identity. */
    void writeMeta(Txn<UnsafeBuffer> txn, Scratch scratch, Checksum checksum, MetaValues meta) {
        UnsafeBuffer key = MetaLayout.stateKey(scratch);
        MetaLayout.putState(checksum, key, reserve(txn, Table.META, key, MetaLayout.STATE_BYTES), meta.state());
        key = DigestsLayout.tablesKey(scratch);
        DigestsLayout.putTables(
                checksum, key, reserve(txn, Table.META, key, DigestsLayout.TABLES_BYTES), meta.digests());
        key = DigestsLayout.markKey(scratch);
        DigestsLayout.putMark(checksum, key, reserve(txn, Table.META, key, DigestsLayout.MARK_BYTES), meta.mark());
    }

    /** LMDB syncs its file, not the directories that lead to it: a new store would vanish in a power cut. */
    private void syncDirectories() throws IOException {
        for (Path path = directory; path != null && Files.isReadable(path); path = path.getParent()) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    Path directory() {
        return directory;
    }

    Dbi<UnsafeBuffer> table(Table table) {
        Dbi<UnsafeBuffer> dbi = tables.get(table);
        if (dbi == null) {
            throw new IllegalStateException("table " + table.tableName() + " is not open");
        }
        return dbi;
    }

    Txn<UnsafeBuffer> beginRead() {
        return env.txnRead();
    }

    Txn<UnsafeBuffer> beginWrite() {
        return env.txnWrite();
    }

    /** Space for a row's value inside the page where it will stay; to be filled before the next write. */
    UnsafeBuffer reserve(Txn<UnsafeBuffer> txn, Table table, UnsafeBuffer key, int bytes, PutFlags... flags) {
        return table(table).reserve(txn, key, bytes, flags);
    }

    /** Whether less than a quarter of the map was never used. Free pages below the last one do not count: they may be few. */
    boolean isNearlyFull() {
        EnvInfo info = env.info();
        long usedBytes = (info.lastPageNumber + 1) * pageBytes;
        return info.mapSize - usedBytes < info.mapSize / 4;
    }

    /** Maps more; no transaction may be open. */
    void grow(long minGrowthBytes) {
        long mapBytes = env.info().mapSize;
        env.setMapSize(mapBytes(mapBytes + Math.max(mapBytes, minGrowthBytes)));
    }

    long mapBytes() {
        return env.info().mapSize;
    }

    private static long mapBytes(long atLeast) {
        return (atLeast + MAP_UNIT_BYTES - 1) / MAP_UNIT_BYTES * MAP_UNIT_BYTES;
    }

    /** Length of the data file. Works after close. */
    long fileBytes() {
        try {
            return Files.size(directory.resolve(DATA_FILE));
        } catch (IOException e) {
            throw new StoreException.Failed("cannot measure the store in " + directory + ": " + e, e);
        }
    }

    void close() {
        env.close();
    }
}
