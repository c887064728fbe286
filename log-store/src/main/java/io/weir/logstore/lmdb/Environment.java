package io.weir.logstore.lmdb;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.LmdbMetas;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.EnvInfo;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * One LMDB environment with the tables of one partition: opening, identity, and the size of the map. Commits are not synced
 * ({@code MDB_NOSYNC}): what survives is the last of its {@link Checkpoints}. Never {@code MDB_WRITEMAP}, which turns a full
 * disk into a SIGBUS, and never {@code MDB_NOMETASYNC}, which promises less than it seems to.
 *
 * <p>Checks nothing about its users: {@link LmdbLogStore} sees to it that nobody is inside while it grows or closes.
 */
final class Environment {
    private static final long MAP_UNIT_BYTES = 1L << 16;
    /** Beside the views: the pins of two checkpoints, and a few to spare. */
    private static final int OWN_READERS = 4;

    private final EnvDirectory directory;
    private final Env<UnsafeBuffer> env;
    private final int pageBytes;
    private final Checkpoints checkpoints;
    private final Map<Table, Dbi<UnsafeBuffer>> tables = new EnumMap<>(Table.class);

    private Environment(EnvDirectory directory, Env<UnsafeBuffer> env) {
        this.directory = directory;
        this.env = env;
        this.pageBytes = env.stat().pageSize;
        this.checkpoints = new Checkpoints(this);
    }

    /** Makes an empty environment in a new directory. It has no checkpoint yet. */
    static Environment create(EnvDirectory directory, StoreIdentity identity, Settings settings) {
        return open(
                directory,
                settings,
                environment -> environment.openTables(txn -> environment.initialize(txn, identity)));
    }

    /**
     * Opens an environment at its last checkpoint, whatever was committed after it.
     *
     * @throws StoreException.Corrupted if it cannot be restored, or is not what the checkpoint says
     * @throws StoreException.Incompatible if it belongs to another cluster or partition, or has another format
     */
    static Environment open(EnvDirectory directory, StoreIdentity identity, Settings settings) {
        CheckpointLayout.Saved saved = Restore.restore(directory);
        return open(directory, settings, environment -> {
            environment.checkpoints.resume(saved);
            environment.openTables(txn -> environment.check(txn, identity, saved.state()));
        });
    }

    private static Environment open(EnvDirectory directory, Settings settings, Consumer<Environment> prepare) {
        NativeLibrary.load();
        try {
            Path file = directory.dataFile();
            long fileBytes = Files.exists(file) ? Files.size(file) : 0;
            directory.makeLockFile(settings.readers() + OWN_READERS);
            Env<UnsafeBuffer> env = Env.create(new AgronaProxy())
                    .setMapSize(mapBytes(Math.max(settings.initialMapBytes(), fileBytes + fileBytes / 2)))
                    .setMaxDbs(Table.values().length)
                    .setMaxReaders(settings.readers() + OWN_READERS)
                    .open(directory.path().toFile(), EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOSYNC);
            return prepared(directory, env, prepare);
        } catch (IOException e) {
            throw new StoreException.Failed("cannot open " + directory.path() + ": " + e, e);
        } catch (RuntimeException e) {
            throw LmdbErrors.map(directory.path(), e);
        }
    }

    private static Environment prepared(EnvDirectory directory, Env<UnsafeBuffer> env, Consumer<Environment> prepare) {
        Environment environment = null;
        boolean ok = false;
        try {
            environment = new Environment(directory, env);
            prepare.accept(environment);
            ok = true;
            return environment;
        } finally {
            if (!ok && environment != null) {
                environment.close();
            } else if (!ok) {
                env.close();
            }
        }
    }

    /** In one transaction, so that a store that is not ours stays as it was. */
    private void openTables(Consumer<Txn<UnsafeBuffer>> check) {
        try (Txn<UnsafeBuffer> txn = env.txnWrite()) {
            for (Table table : Table.values()) {
                byte[] name = table.tableName().getBytes(StandardCharsets.US_ASCII);
                tables.put(table, env.openDbi(txn, name, null, false, DbiFlags.MDB_CREATE));
            }
            check.accept(txn);
            commit(txn);
        }
    }

    private void initialize(Txn<UnsafeBuffer> txn, StoreIdentity identity) {
        Scratch scratch = new Scratch();
        Checksum checksum = new Checksum();
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

    private void check(Txn<UnsafeBuffer> txn, StoreIdentity identity, PartitionState expected) {
        UnsafeBuffer key = MetaLayout.identityKey(new Scratch());
        UnsafeBuffer stored = table(Table.META).get(txn, key);
        if (stored == null) {
            throw Checksum.corrupted(Table.META, key, "row is missing in " + directory.dataFile());
        }
        StoreIdentity found = MetaLayout.identity(new Checksum(), key, stored);
        if (!found.equals(identity)) {
            throw new StoreException.Incompatible("the store in " + directory.store() + " belongs to partition "
                    + found.partition() + " of cluster " + found.clusterId() + ", not to partition "
                    + identity.partition() + " of cluster " + identity.clusterId());
        }
        PartitionState state = new TableReader(this, txn).meta().state();
        if (!state.equals(expected)) {
            throw new StoreException.Corrupted(
                    directory.dataFile() + ": it has " + state + ", its checkpoint says " + expected);
        }
    }

    EnvDirectory directory() {
        return directory;
    }

    Checkpoints checkpoints() {
        return checkpoints;
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

    /**
     * Commits a transaction of {@link #beginWrite}.
     *
     * @throws StoreException.Full if there is no room for it: it left no trace
     */
    void commit(Txn<UnsafeBuffer> txn) {
        try {
            txn.commit();
        } catch (RuntimeException e) {
            throw LmdbErrors.mapCommit(directory.path(), e);
        }
    }

    /** The values of the last commit. */
    MetaValues readMeta() {
        TableReader rows = new TableReader(this, beginRead());
        try {
            MetaValues meta = rows.meta();
            requireEnd(rows, meta.state());
            return meta;
        } finally {
            rows.close();
        }
    }

    /** The events must end where the state says, or the two were not written together. */
    private static void requireEnd(TableReader rows, PartitionState state) {
        long end = rows.withCursor(Table.EVENTS, cursor -> new EventCursor(rows, cursor).end());
        if (end != state.nextPosition()) {
            throw new StoreException.Corrupted(
                    "the state ends at position " + state.nextPosition() + ", table events at " + end);
        }
    }

    /** Space for a row's value inside the page where it will stay; to be filled before the next write. */
    UnsafeBuffer reserve(Txn<UnsafeBuffer> txn, Table table, UnsafeBuffer key, int bytes, PutFlags... flags) {
        return table(table).reserve(txn, key, bytes, flags);
    }

    /** Both meta pages as LMDB last wrote them; nobody may commit meanwhile. */
    LmdbMetas readMetas() {
        ByteBuffer pages = ByteBuffer.allocate(2 * pageBytes);
        try (FileChannel data = FileChannel.open(directory.dataFile(), StandardOpenOption.READ)) {
            while (pages.hasRemaining() && data.read(pages, pages.position()) >= 0) {
                // A read may return less than it was asked for.
            }
        } catch (IOException e) {
            throw new StoreException.Failed("cannot read " + directory.dataFile() + ": " + e, e);
        }
        return LmdbMetas.of(pages.array());
    }

    /**
     * Brings every commit so far to the disk. Commits go on meanwhile.
     *
     * @throws StoreException.Failed if the disk refused, whatever the reason: the kernel may count the lost pages as written
     */
    void sync() {
        try {
            env.sync(true);
        } catch (RuntimeException e) {
            throw new StoreException.Failed("cannot sync " + directory.dataFile() + ": " + e.getMessage(), e);
        }
    }

    /** The id of the last committed transaction. */
    long lastTransaction() {
        return env.info().lastTransactionId;
    }

    /** Bytes of the file up to the last page that was ever used. */
    long usedBytes() {
        return (env.info().lastPageNumber + 1) * pageBytes;
    }

    /** Whether less than a quarter of the map was never used. Free pages below the last one do not count: they may be few. */
    boolean isNearlyFull() {
        EnvInfo info = env.info();
        long usedBytes = (info.lastPageNumber + 1) * pageBytes;
        return info.mapSize - usedBytes < info.mapSize / 4;
    }

    /** Maps more; no transaction may be open but pins. */
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
            return Files.size(directory.dataFile());
        } catch (IOException e) {
            throw new StoreException.Failed("cannot measure " + directory.dataFile() + ": " + e, e);
        }
    }

    void close() {
        try {
            checkpoints.close();
        } finally {
            env.close();
        }
    }
}
