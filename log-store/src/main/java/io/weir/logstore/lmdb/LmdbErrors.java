package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what lmdbjava throws into {@link StoreException}s: the only place that knows LMDB's result codes. */
final class LmdbErrors {
    /**
     * With less than this usable, a write that fails is taken to have met the end of the disk. More than a batch writes: what
     * was there a moment before may just have been given back by somebody else, such as a purged segment of Raft's log.
     */
    private static final long ROOM_BYTES = 32 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(LmdbErrors.class);

    private LmdbErrors() {}

    /**
     * The exception to throw instead of {@code e}.
     *
     * @return {@code e} itself if LMDB has nothing to do with it, as when a visitor threw it
     */
    static RuntimeException map(Path directory, RuntimeException e) {
        if (!isOfLmdb(e)) {
            return e;
        }
        String message = directory + ": " + e.getMessage();
        if (e instanceof Env.MapFullException) {
            return StoreException.Full.ofMap(message, e);
        }
        if (isNoSpace(e)) {
            return new StoreException.Full(message, e);
        }
        if (e instanceof Txn.TxFullException) {
            return new StoreException.Full(message + "; split the batch", e);
        }
        if (e instanceof Env.VersionMismatchException) {
            return new StoreException.Incompatible(message + "; another version of LMDB wrote the file");
        }
        if (e instanceof LmdbNativeException.PageCorruptedException
                || e instanceof LmdbNativeException.PageNotFoundException
                || e instanceof Env.FileInvalidException) {
            StoreException corrupted = new StoreException.Corrupted(message);
            corrupted.initCause(e);
            return corrupted;
        }
        return new StoreException.Failed(message, e);
    }

    /**
     * As {@link #map}, for a transaction that could not be committed. If only a part of its pages fits on the disk, LMDB does
     * not say {@code ENOSPC} but {@code EIO}: it knows no better for a write that came back short. It has aborted the
     * transaction then, and its meta pages are as they were.
     *
     * <p>For commits only. A sync that fails is never a lack of space that may pass: what it lost is lost.
     */
    static RuntimeException mapCommit(Path directory, RuntimeException e) {
        if (e instanceof LmdbNativeException coded && coded.getResultCode() == Errno.EIO.intValue()) {
            long usableBytes = usableBytes(directory);
            if (usableBytes < ROOM_BYTES) {
                return new StoreException.Full(
                        directory + ": a part of the batch could not be written, and the disk has " + usableBytes
                                + " bytes left: " + e.getMessage(),
                        e);
            }
        }
        return map(directory, e);
    }

    /** What a directory's disk has left; a great number if it cannot be asked. */
    static long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            LOG.warn("nobody knows how much space {} has", directory, e);
            return Long.MAX_VALUE;
        }
    }

    private static boolean isOfLmdb(RuntimeException e) {
        return e instanceof LmdbException || isUnknownErrno(e);
    }

    /** An errno that jnr does not know becomes a bare IllegalArgumentException. */
    private static boolean isUnknownErrno(RuntimeException e) {
        String message = e.getMessage();
        return e instanceof IllegalArgumentException && message != null && message.startsWith("Unknown result code");
    }

    /** The disk, the quota or the largest file that the system allows. */
    private static boolean isNoSpace(RuntimeException e) {
        if (!(e instanceof LmdbNativeException coded)) {
            return false;
        }
        int code = coded.getResultCode();
        return code == Errno.ENOSPC.intValue() || code == Errno.EDQUOT.intValue() || code == Errno.EFBIG.intValue();
    }
}
