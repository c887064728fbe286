package io.weir.logstore.lmdb;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.DigestMark;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.support.DrainGate;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The store of one partition in one LMDB environment. Every commit is synced to disk before it returns.
 *
 * <p><b>Growth.</b> {@link #beginWrite()} enlarges the map when it is nearly full, or when the last batch met a full one.
 * LMDB can do so only while nobody reads: new views wait, open ones are waited for, for {@link Settings#drainMs()} if the
 * batch cannot go on otherwise, and for a thousandth of that if it can. A thread that holds a view open while it writes
 * waits for itself, and then gets {@link StoreException.Full}.
 *
 * <p><b>Failure.</b> After {@link StoreException.Failed} nobody knows what is on disk: the store refuses everything but
 * {@link #close()}.
 */
public final class LmdbLogStore implements LogStore {
    private static final long IN_PASSING = 1_000;

    private final StoreIdentity identity;
    private final Settings settings;
    private final DirectoryLock lock;
    private final Environment environment;
    private final ReaderPool readers;
    private final HeadCache heads;
    private final DrainGate gate;
    private volatile MetaValues meta;
    private volatile PartitionState checkpoint;
    private volatile long checkpointFileBytes;
    private volatile @Nullable StoreException failure;
    /** What the last batch met, if a larger map will help. Guarded by being the writer. */
    private @Nullable StoreException mapFull;

    private LmdbLogStore(
            StoreIdentity identity, Settings settings, DirectoryLock lock, Environment environment, MetaValues meta) {
        this.identity = identity;
        this.settings = settings;
        this.lock = lock;
        this.environment = environment;
        this.meta = meta;
        this.checkpoint = meta.state();
        this.checkpointFileBytes = environment.fileBytes();
        this.readers = new ReaderPool(environment);
        this.heads = new HeadCache(settings.cachedHeads());
        this.gate = new DrainGate("the store in " + environment.directory(), settings.readers());
    }

    /**
     * Opens the store in a directory, or creates it there.
     *
     * @throws StoreException.Incompatible if it belongs to another cluster or partition, or has another format
     * @throws StoreException.Corrupted if it is damaged
     * @throws StoreException.Failed if the directory cannot be used or is in use, or the JVM lacks a flag
     */
    public static LmdbLogStore open(Path directory, StoreIdentity identity, Settings settings) {
        JvmFlags.check();
        DirectoryLock lock = DirectoryLock.acquire(directory);
        Environment environment = null;
        LmdbLogStore store = null;
        try {
            environment = Environment.open(directory.toAbsolutePath(), identity, settings);
            store = new LmdbLogStore(identity, settings, lock, environment, readMeta(environment));
            return store;
        } finally {
            if (store == null) {
                if (environment != null) {
                    environment.close();
                }
                lock.release();
            }
        }
    }

    private static MetaValues readMeta(Environment environment) {
        try {
            TableReader rows = new TableReader(environment, environment.beginRead());
            try {
                MetaValues meta = rows.meta();
                EventScan.checkEnd(rows, meta.state().nextPosition());
                return meta;
            } finally {
                rows.close();
            }
        } catch (RuntimeException e) {
            throw LmdbErrors.map(environment.directory(), e);
        }
    }

    @Override
    public StoreIdentity identity() {
        return identity;
    }

    @Override
    public PartitionState state() {
        return meta.state();
    }

    @Override
    public DigestMark digestMark() {
        return meta.mark();
    }

    @Override
    public WriteBatch beginWrite() {
        gate.enterWriter();
        boolean begun = false;
        try {
            checkNotFailed();
            growIfNeeded();
            WriteBatch batch = new LmdbBatch(this, environment, heads, meta);
            begun = true;
            return batch;
        } catch (RuntimeException e) {
            throw writeFailed(e);
        } finally {
            if (!begun) {
                gate.exitWriter();
            }
        }
    }

    private void growIfNeeded() {
        StoreException cause = mapFull;
        if (cause == null && !environment.isNearlyFull()) {
            return;
        }
        long boundMs = cause == null ? settings.drainMs() / IN_PASSING : settings.drainMs();
        boolean grown = gate.withoutViews(boundMs, () -> {
            readers.closeIdle();
            environment.grow(settings.minGrowthBytes());
        });
        if (grown) {
            mapFull = null;
        } else if (cause != null) {
            throw new StoreException.Full(
                    "the map is full and cannot grow: views have been open for " + boundMs + " ms", cause);
        }
    }

    @Override
    public ReadView openRead() {
        gate.enterView();
        boolean opened = false;
        try {
            checkNotFailed();
            ReadView view = new LmdbView(this, readers.take());
            opened = true;
            return view;
        } catch (RuntimeException e) {
            throw mapped(e);
        } finally {
            if (!opened) {
                gate.exitView();
            }
        }
    }

    private void checkNotFailed() {
        StoreException cause = failure;
        if (cause != null) {
            throw new StoreException.Failed("the store failed and must be closed: " + cause.getMessage(), cause);
        }
    }

    @Override
    public PartitionState checkpoint() {
        return checkpoint;
    }

    /** Every commit is synced: what is to be made durable is so already. */
    @Override
    public Checkpoint beginCheckpoint() {
        checkNotFailed();
        PartitionState captured = meta.state();
        long fileBytes = environment.fileBytes();
        return new Checkpoint() {
            @Override
            public PartitionState state() {
                return captured;
            }

            @Override
            public void complete() {
                checkpoint = captured;
                checkpointFileBytes = fileBytes;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public long growthBytes() {
        return environment.fileBytes() - checkpointFileBytes;
    }

    /** Ids are dense and no stream is ever removed: the next id is the number of streams. */
    @Override
    public long streams() {
        return meta.state().nextStreamId();
    }

    /** Length of LMDB's file, which never shrinks. */
    @Override
    public long sizeBytes() {
        return environment.fileBytes();
    }

    /** Bytes of address space that the file may grow into. */
    long mapBytes() {
        return environment.mapBytes();
    }

    /** For tests that damage rows. */
    Environment environment() {
        return environment;
    }

    @Override
    public void close() {
        gate.close(() -> {
            try {
                if (failure == null) {
                    readers.closeIdle();
                }
            } finally {
                closeEnvironment();
            }
        });
    }

    private void closeEnvironment() {
        try {
            environment.close();
        } finally {
            lock.release();
        }
    }

    void committed(MetaValues next) {
        meta = next;
    }

    void endBatch() {
        gate.exitWriter();
    }

    void endView(TableReader rows) {
        try {
            readers.giveBack(rows);
        } finally {
            gate.exitView();
        }
    }

    RuntimeException mapped(RuntimeException e) {
        return LmdbErrors.map(environment.directory(), e);
    }

    /** What to throw for a write that failed; remembers what the next one must know. */
    RuntimeException writeFailed(RuntimeException e) {
        RuntimeException mapped = mapped(e);
        if (mapped instanceof StoreException.Failed failed && failure == null) {
            failure = failed;
        } else if (mapped instanceof StoreException.Full full && LmdbErrors.isMapFull(full)) {
            mapFull = full;
        }
        return mapped;
    }
}
