package io.weir.logstore.lmdb;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.DigestMark;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.support.DrainGate;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of one partition in one LMDB environment ({@link EnvDirectory}).
 *
 * <p><b>Durability.</b> Commits are not synced; the next open finds the last checkpoint, whatever happened and however the
 * store was closed. {@link #close()} ends with a checkpoint.
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
    private static final Logger LOG = LoggerFactory.getLogger(LmdbLogStore.class);

    private final StoreIdentity identity;
    private final Settings settings;
    private final DirectoryLock lock;
    private final DrainGate gate;
    /** These three change together, with nobody inside the gate. */
    private volatile Environment environment;

    private volatile ReaderPool readers;
    private volatile HeadCache heads;
    private volatile MetaValues meta;
    private volatile long usedBytes;
    private volatile @Nullable StoreException failure;
    /** What the last batch met, if a larger map will help. Guarded by being the writer. */
    private @Nullable StoreException mapFull;

    private final Object receiveLock = new Object();
    private @Nullable LmdbReceiver receiving;

    private LmdbLogStore(
            StoreIdentity identity, Settings settings, DirectoryLock lock, Environment environment, MetaValues meta) {
        this.identity = identity;
        this.settings = settings;
        this.lock = lock;
        this.environment = environment;
        this.meta = meta;
        this.usedBytes = environment.usedBytes();
        this.readers = new ReaderPool(environment);
        this.heads = new HeadCache(settings.cachedHeads());
        this.gate = new DrainGate("the store in " + environment.directory().store(), settings.readers());
    }

    /**
     * Opens the store in a directory at its last checkpoint, or creates it there.
     *
     * @throws StoreException.Incompatible if it belongs to another cluster or partition, or has another format
     * @throws StoreException.Corrupted if it is damaged; the message names the file
     * @throws StoreException.Failed if the directory cannot be used or is in use, or the JVM lacks a flag
     */
    public static LmdbLogStore open(Path directory, StoreIdentity identity, Settings settings) {
        JvmFlags.check();
        DirectoryLock lock = DirectoryLock.acquire(directory);
        Environment environment = null;
        LmdbLogStore store = null;
        try {
            environment = openOrCreate(directory.toAbsolutePath(), identity, settings);
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

    /**
     * Begins to receive a copy into a directory in which no store is open: because there is none, or because it cannot be
     * opened any more. {@link LmdbReceiver#activate} makes it the store.
     *
     * @throws StoreException.Failed if the directory cannot be used or is in use, or the JVM lacks a flag
     */
    public static LmdbReceiver receive(Path directory, StoreIdentity identity, Settings settings) {
        JvmFlags.check();
        return LmdbReceiver.begin(directory.toAbsolutePath(), identity, settings, DirectoryLock.acquire(directory));
    }

    private static Environment openOrCreate(Path directory, StoreIdentity identity, Settings settings) {
        EnvDirectory current = EnvDirectory.current(directory);
        if (current != null) {
            return Environment.open(current, identity, settings);
        }
        Environment environment = Environment.create(EnvDirectory.create(directory), identity, settings);
        boolean activated = false;
        try {
            Checkpoints checkpoints = environment.checkpoints();
            checkpoints.complete(checkpoints.begin(PartitionState.EMPTY));
            environment.directory().activate();
            activated = true;
            return environment;
        } finally {
            if (!activated) {
                environment.close();
            }
        }
    }

    private static MetaValues readMeta(Environment environment) {
        try {
            return environment.readMeta();
        } catch (RuntimeException e) {
            throw LmdbErrors.map(environment.directory().path(), e);
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
        boolean grown = gate.withoutViews(boundMs, cause != null, () -> {
            readers.closeIdle();
            environment.grow(settings.minGrowthBytes());
        });
        if (grown) {
            mapFull = null;
        } else if (cause != null) {
            throw StoreException.Full.ofMap(
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

    void checkNotFailed() {
        StoreException cause = failure;
        if (cause != null) {
            throw new StoreException.Failed("the store failed and must be closed: " + cause.getMessage(), cause);
        }
    }

    @Override
    public PartitionState checkpoint() {
        return environment.checkpoints().durable();
    }

    @Override
    public Checkpoint beginCheckpoint() {
        gate.enterWriter();
        try {
            checkNotFailed();
            return new LmdbCheckpoint(this, environment.checkpoints(), meta.state());
        } catch (RuntimeException e) {
            throw writeFailed(e);
        } finally {
            gate.exitWriter();
        }
    }

    @Override
    public long growthBytes() {
        return usedBytes - environment.checkpoints().usedBytes();
    }

    @Override
    public StoreReceiver receive() {
        synchronized (receiveLock) {
            if (receiving != null && receiving.isOpen()) {
                throw new IllegalStateException("a copy is being received already");
            }
            checkNotFailed();
            LmdbReceiver receiver = LmdbReceiver.begin(environment.directory().store(), identity, settings, null);
            receiving = receiver;
            return receiver;
        }
    }

    @Override
    public void install(StoreReceiver received) {
        synchronized (receiveLock) {
            LmdbReceiver receiver = receiving;
            if (receiver == null || receiver != received) {
                throw new IllegalArgumentException("the copy was not received by this store");
            }
            gate.alone(() -> replaceBy(receiver));
        }
    }

    private void replaceBy(LmdbReceiver receiver) {
        checkNotFailed();
        Environment next = receiver.release();
        boolean replaced = false;
        try {
            next.directory().activate();
            FaultPoint.pass("install.current-moved");
            Environment before = environment;
            readers.closeIdle();
            environment = next;
            readers = new ReaderPool(next);
            heads = new HeadCache(settings.cachedHeads());
            mapFull = null;
            committed(receiver.meta());
            replaced = true;
            before.close();
            remove(before.directory());
        } catch (RuntimeException e) {
            throw writeFailed(e);
        } finally {
            if (!replaced) {
                next.close(); // its files stay: on the disk it may be the store
            }
        }
        FaultPoint.pass("install.opened");
    }

    private static void remove(EnvDirectory replaced) {
        try {
            replaced.remove();
        } catch (IOException e) {
            LOG.warn("{} was replaced by a copy and takes up space: it cannot be removed", replaced.path(), e);
        }
    }

    /** Whether a copy has taken the place of what these checkpoints are of. */
    boolean isReplaced(Checkpoints checkpoints) {
        return environment.checkpoints() != checkpoints;
    }

    /** Ids are dense and no stream is ever removed: the next id is the number of streams. */
    @Override
    public long streams() {
        return meta.state().nextStreamId();
    }

    /** Length of LMDB's file, which never shrinks; 0 in the moment in which a copy takes its place. */
    @Override
    public long sizeBytes() {
        Environment measured = environment;
        try {
            return measured.fileBytes();
        } catch (StoreException.Failed e) {
            if (measured == environment) {
                throw e;
            }
            return 0;
        }
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
                    environment.checkpoints().finish(meta.state());
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
        usedBytes = environment.usedBytes();
    }

    void endBatch() {
        gate.exitWriter();
    }

    /** Whether somebody waits until all views are closed, and cannot do without. */
    boolean waitsForViews() {
        return gate.isWanted();
    }

    /** @throws StoreException.Closed if somebody waits until all views are closed, and cannot do without */
    void requireUnwanted() {
        if (waitsForViews()) {
            throw new StoreException.Closed("the store in "
                    + environment.directory().store() + " is to be closed, replaced by a copy, or enlarged");
        }
    }

    void endView(TableReader rows) {
        try {
            readers.giveBack(rows);
        } finally {
            gate.exitView();
        }
    }

    RuntimeException mapped(RuntimeException e) {
        return LmdbErrors.map(environment.directory().path(), e);
    }

    /** What to throw for a write that failed; remembers what the next one must know. */
    RuntimeException writeFailed(RuntimeException e) {
        RuntimeException mapped = mapped(e);
        if (mapped instanceof StoreException.Failed failed && failure == null) {
            failure = failed;
        } else if (mapped instanceof StoreException.Full full && full.isMap() && mapFull == null) {
            mapFull = full; // the first one: each refusal to grow is caused by it, not by the refusal before
        }
        return mapped;
    }
}
