package io.weir.logstore.lmdb;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.layout.LmdbMetas;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one environment: the last durable one, and the one under way.
 *
 * <p>Commits are not synced, so after a power cut LMDB's file holds any mixture of old and new pages, and its two meta pages
 * may point at either. Two things make that harmless. A {@link Pin} keeps LMDB from reusing the pages of the last checkpoint:
 * whatever is written after it goes elsewhere. And its meta pages are saved beside the file, to be written back at every open
 * ({@link Restore}). They are read <em>before</em> the sync: read after it, they could point at pages that it did not cover.
 *
 * <p>The previous pin goes last. Until the new file has its name on disk, a cut may bring back the old one, and its pages
 * must still be there.
 *
 * <p>{@link #begin} belongs to the writer, between two batches; {@link #complete} to any thread. {@link #close} waits for a
 * {@link #complete} that runs.
 */
final class Checkpoints {
    private static final long LITTLE_SPACE_BYTES = 1 << 20;

    private final Environment environment;
    private final List<Pin> pins = new ArrayList<>();
    private volatile PartitionState durable = PartitionState.EMPTY;
    private volatile long usedBytes;
    private volatile long transaction = -1;
    private @Nullable Capture underWay;
    private boolean closed;
    /** Held while the disk works; the other fields have {@code this}, so that nobody waits for the disk to read them. */
    private final Object disk = new Object();

    Checkpoints(Environment environment) {
        this.environment = environment;
    }

    /** What a checkpoint will be; belongs to the environment that made it. */
    static final class Capture {
        private final CheckpointLayout.Saved saved;
        private final Pin pin;

        private Capture(CheckpointLayout.Saved saved, Pin pin) {
            this.saved = saved;
            this.pin = pin;
        }

        PartitionState state() {
            return saved.state();
        }
    }

    /**
     * Goes on from the checkpoint that an environment was restored to. Nothing may be written before: the first commit without
     * a pin may reuse its pages.
     *
     * @throws StoreException.Corrupted if LMDB did not open at the checkpoint
     */
    synchronized void resume(CheckpointLayout.Saved saved) {
        Pin pin = Pin.begin(environment);
        pins.add(pin);
        LmdbMetas metas = saved.metas();
        if (pin.transaction() != metas.transaction() || environment.lastTransaction() != metas.transaction()) {
            throw new StoreException.Corrupted(environment.directory().dataFile() + ": LMDB opened at transaction "
                    + pin.transaction() + ", the checkpoint has " + metas.transaction());
        }
        publish(saved);
        FaultPoint.pass("open.pinned");
    }

    /** Captures the last commit. Short; the caller sees to it that nobody writes meanwhile. */
    synchronized Capture begin(PartitionState state) {
        if (underWay != null) {
            throw new IllegalStateException("a checkpoint is under way");
        }
        Capture capture = capture(state);
        underWay = capture;
        FaultPoint.pass("checkpoint.captured");
        return capture;
    }

    private Capture capture(PartitionState state) {
        Pin pin = Pin.begin(environment);
        pins.add(pin);
        boolean captured = false;
        try {
            LmdbMetas metas = environment.readMetas();
            if (metas.transaction() != pin.transaction()) {
                String message = environment.directory().dataFile() + ": the newest meta page has transaction "
                        + metas.transaction() + ", the last commit was " + pin.transaction();
                throw new StoreException.Failed(message, new IllegalStateException(message));
            }
            CheckpointLayout.Saved saved =
                    new CheckpointLayout.Saved(environment.directory().id(), environment.fileBytes(), state, metas);
            captured = true;
            return new Capture(saved, pin);
        } finally {
            if (!captured) {
                release(pin);
            }
        }
    }

    /**
     * Makes a capture durable.
     *
     * @throws StoreException.Full if there was no room for the file's own few pages; the capture is as before
     * @throws StoreException.Failed if the disk refused; both checkpoints keep their pages until the environment closes
     * @throws StoreException.Closed if the environment is closed
     */
    void complete(Capture capture) {
        synchronized (disk) {
            checkUnderWay(capture);
            boolean known = false;
            try {
                done(capture, makeDurable(capture));
                known = true;
            } catch (StoreException.Full e) {
                known = true;
                throw e;
            } finally {
                if (!known) {
                    keepPins();
                }
            }
        }
        FaultPoint.pass("checkpoint.done");
    }

    private CheckpointLayout.Saved makeDurable(Capture capture) {
        if (!FaultPoint.isMutant("checkpoint-unsynced")) {
            environment.sync();
        }
        FaultPoint.pass("checkpoint.synced");
        CheckpointLayout.Saved saved = capture.saved;
        if (FaultPoint.isMutant("metas-after-sync")) {
            saved = new CheckpointLayout.Saved(
                    saved.environment(),
                    saved.fileBytes(),
                    environment.readMeta().state(),
                    environment.readMetas());
        }
        write(saved);
        return saved;
    }

    /** The disk may have either checkpoint: neither one's pages may be reused as long as the environment is open. */
    private synchronized void keepPins() {
        underWay = null;
    }

    private synchronized void checkUnderWay(Capture capture) {
        if (closed) {
            throw new StoreException.Closed(
                    "the store in " + environment.directory().store() + " is closed");
        }
        if (underWay != capture) {
            throw new IllegalStateException("the checkpoint was given up");
        }
    }

    private void write(CheckpointLayout.Saved saved) {
        Path file = environment.directory().checkpointFile();
        FileChannel prepared;
        try {
            prepared = DurableFile.prepare(file, CheckpointLayout.encode(saved));
        } catch (IOException e) {
            throw refused(file, e);
        }
        try {
            DurableFile.publish(prepared, file);
        } catch (IOException e) {
            throw new StoreException.Failed("cannot write " + file + ": " + e, e);
        }
    }

    /** Nothing is lost yet; if it is only space that lacks, the store can go on. */
    private StoreException refused(Path file, IOException e) {
        String message = "cannot write " + file + ": " + e;
        return LmdbErrors.usableBytes(environment.directory().path()) < LITTLE_SPACE_BYTES
                ? new StoreException.Full(message, e)
                : new StoreException.Failed(message, e);
    }

    private synchronized void done(Capture capture, CheckpointLayout.Saved saved) {
        publish(saved);
        underWay = null;
        for (Pin pin : List.copyOf(pins)) {
            if (pin != capture.pin) {
                release(pin);
            }
        }
    }

    private void publish(CheckpointLayout.Saved saved) {
        LmdbMetas metas = saved.metas();
        durable = saved.state();
        transaction = metas.transaction();
        usedBytes = (metas.lastPage() + 1) * metas.pageBytes();
    }

    /** Gives a capture up, unless it is complete. */
    synchronized void giveUp(Capture capture) {
        if (underWay == capture) {
            underWay = null;
            release(capture.pin);
        }
    }

    private void release(Pin pin) {
        pins.remove(pin);
        pin.close();
    }

    /** The running values of the last durable checkpoint. Any thread. */
    PartitionState durable() {
        return durable;
    }

    /** Bytes of the file that were used at the last durable checkpoint. Any thread. */
    long usedBytes() {
        return usedBytes;
    }

    /** Makes the last commit durable, unless it is; gives up what is under way. The caller has drained the store. */
    void finish(PartitionState state) {
        synchronized (disk) {
            synchronized (this) {
                if (underWay != null) {
                    giveUp(underWay);
                }
            }
            if (environment.lastTransaction() != transaction) {
                complete(begin(state));
            }
        }
    }

    /** Ends the pins. Idempotent. */
    void close() {
        synchronized (disk) {
            synchronized (this) {
                closed = true;
                underWay = null;
                List.copyOf(pins).forEach(this::release);
            }
        }
    }
}
