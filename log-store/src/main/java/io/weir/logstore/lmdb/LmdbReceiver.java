package io.weir.logstore.lmdb;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.TableDigests;
import io.weir.logstore.copy.CopyReader;
import io.weir.logstore.copy.CopyTarget;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * A copy on its way into an environment of its own, beside the one that {@code CURRENT} names. It becomes the store in one
 * step, by {@link LmdbLogStore#install} while the store is open or by {@link #activate} while it is not; until then a crash
 * leaves an unfinished environment, which the next receiver removes.
 *
 * <p>Rows come in order and are appended at the end of each table. They are committed every few MiB and brought to the disk
 * as they come, so that {@link #finish} has little left to wait for and other files on the disk need not wait for all of it.
 */
public final class LmdbReceiver implements StoreReceiver {
    private static final long BATCH_BYTES = 4 << 20;
    private static final long SYNC_BYTES = 64 << 20;

    /** More than a batch with one value of the greatest length needs, in whole pages. */
    private static final long MAP_RESERVE_BYTES = 64 << 20;

    /** What a copy leaves to others on the same disk. */
    private static final long LEFT_BYTES = 16 << 20;

    private final StoreIdentity identity;
    private final Settings settings;
    private final Environment environment;
    private final @Nullable DirectoryLock lock;
    private final CopyReader reader = new CopyReader(new Rows());
    private final ByteBuffer keyMemory = ByteBuffer.allocateDirect(Scratch.MAX_KEY_BYTES);
    private final UnsafeBuffer key = new UnsafeBuffer(keyMemory);
    private MetaValues meta = MetaValues.EMPTY;
    private @Nullable Txn<UnsafeBuffer> txn;
    private long batchBytes;
    private long unsyncedBytes;
    private boolean finished;
    /** Whether the environment belongs to a store, or is closed. */
    private volatile boolean released;

    /** @param lock released at the end, if the receiver owns it */
    private LmdbReceiver(
            StoreIdentity identity, Settings settings, Environment environment, @Nullable DirectoryLock lock) {
        this.identity = identity;
        this.settings = settings;
        this.environment = environment;
        this.lock = lock;
    }

    /** Begins beside whatever there is; takes over the lock, if there is one, also when it fails. */
    static LmdbReceiver begin(Path store, StoreIdentity identity, Settings settings, @Nullable DirectoryLock lock) {
        LmdbReceiver receiver = null;
        try {
            EnvDirectory.removeUnfinished(store);
            EnvDirectory directory = EnvDirectory.create(store);
            receiver = new LmdbReceiver(identity, settings, Environment.create(directory, identity, settings), lock);
            return receiver;
        } finally {
            if (receiver == null && lock != null) {
                lock.release();
            }
        }
    }

    @Override
    public void accept(ByteBuffer chunk) {
        if (finished || released) {
            throw new IllegalStateException("the copy has ended");
        }
        try {
            reader.accept(chunk);
        } catch (RuntimeException e) {
            throw LmdbErrors.map(environment.directory().path(), e);
        }
    }

    @Override
    public long rows() {
        return reader.rows();
    }

    @Override
    public PartitionState finish() {
        if (finished || released) {
            throw new IllegalStateException("the copy has ended");
        }
        if (!reader.isComplete()) {
            throw new StoreException.Corrupted("the copy has no end");
        }
        FaultPoint.pass("install.received");
        try {
            writeMeta();
            check();
            Checkpoints checkpoints = environment.checkpoints();
            checkpoints.complete(checkpoints.begin(meta.state()));
        } catch (RuntimeException e) {
            throw LmdbErrors.map(environment.directory().path(), e);
        }
        finished = true;
        FaultPoint.pass("install.checkpointed");
        return meta.state();
    }

    private void writeMeta() {
        Txn<UnsafeBuffer> last = batch();
        environment.writeMeta(last, new Scratch(), new Checksum(), meta);
        commit(last);
    }

    /** The rows were compared with the running values as they came; here, what LMDB has of them. */
    private void check() {
        if (!environment.readMeta().equals(meta)) {
            throw new StoreException.Corrupted("the running values of the copy are not " + meta);
        }
    }

    /** The transaction under way, or a new one. */
    private Txn<UnsafeBuffer> batch() {
        Txn<UnsafeBuffer> open = txn;
        if (open == null) {
            if (environment.mapBytes() - environment.usedBytes() < MAP_RESERVE_BYTES) {
                environment.grow(Math.max(settings.minGrowthBytes(), MAP_RESERVE_BYTES));
            }
            open = environment.beginWrite();
            txn = open;
        }
        return open;
    }

    private void commit(Txn<UnsafeBuffer> batch) {
        txn = null;
        try (batch) {
            environment.commit(batch);
        }
        unsyncedBytes += batchBytes;
        batchBytes = 0;
        requireRoom();
        if (unsyncedBytes >= SYNC_BYTES) {
            environment.sync();
            unsyncedBytes = 0;
        }
    }

    /** The replicas that run on the same disk would stop for want of space before this one had its copy. */
    private void requireRoom() {
        long usableBytes = LmdbErrors.usableBytes(environment.directory().path());
        if (usableBytes < LEFT_BYTES) {
            String message = environment.directory().path() + ": a part of a copy came, and the disk has " + usableBytes
                    + " bytes left; " + LEFT_BYTES + " stay for others";
            throw new StoreException.Full(message, new IOException(message));
        }
    }

    /**
     * Lets the copy be what the next open of the directory finds. What was the store is then one of the
     * {@link EnvDirectory#others}. For a receiver of {@link LmdbLogStore#receive(Path, StoreIdentity, Settings)}.
     *
     * @throws StoreException.Failed if the disk refused; the next open finds either, whole
     */
    public void activate() {
        if (lock == null) {
            throw new IllegalStateException("the store is open: it must install the copy");
        }
        Environment received = release();
        try {
            received.directory().activate();
            FaultPoint.pass("install.current-moved");
        } finally {
            received.close();
            lock.release();
        }
    }

    /** The environment, which is the caller's from now on. */
    Environment release() {
        if (!finished || released) {
            throw new IllegalStateException("the copy is not finished, or in use");
        }
        released = true;
        return environment;
    }

    /** What the copy knows of itself. */
    MetaValues meta() {
        return meta;
    }

    /** Whether it is neither closed nor in use. */
    boolean isOpen() {
        return !released;
    }

    @Override
    public void close() {
        if (released) {
            return;
        }
        released = true;
        try {
            if (txn != null) {
                txn.close();
            }
            environment.close();
            environment.directory().remove();
        } catch (IOException e) {
            throw new StoreException.Failed(
                    "cannot remove " + environment.directory().path() + ": " + e, e);
        } finally {
            if (lock != null) {
                lock.release();
            }
        }
    }

    private final class Rows implements CopyTarget {
        private final PutFlags[] append = {PutFlags.MDB_APPEND};

        @Override
        public void begin(StoreIdentity of, PartitionState state, DigestMark mark) {
            if (!of.equals(identity)) {
                throw new StoreException.Incompatible("the copy is of partition " + of.partition() + " of cluster "
                        + of.clusterId() + ", not of partition " + identity.partition() + " of cluster "
                        + identity.clusterId());
            }
            meta = new MetaValues(state, TableDigests.EMPTY, mark);
        }

        @Override
        public void row(Table table, DirectBuffer rowKey, DirectBuffer value) {
            Txn<UnsafeBuffer> open = batch();
            key.wrap(keyMemory, 0, rowKey.capacity());
            key.putBytes(0, rowKey, 0, rowKey.capacity());
            environment.reserve(open, table, key, value.capacity(), append).putBytes(0, value, 0, value.capacity());
            batchBytes += key.capacity() + value.capacity();
            if (batchBytes >= BATCH_BYTES) {
                commit(open);
            }
        }

        @Override
        public void end(TableDigests digests) {
            meta = new MetaValues(meta.state(), digests, meta.mark());
            if (txn != null) {
                commit(txn);
            }
        }
    }
}
