package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/** Turns what lmdbjava throws into {@link StoreException}s: the only place that knows LMDB's result codes. */
final class LmdbErrors {
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
        if (e instanceof Env.MapFullException || isNoSpace(e)) {
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

    /** Whether a larger map would have helped. */
    static boolean isMapFull(Throwable e) {
        return e instanceof StoreException.Full && e.getCause() instanceof Env.MapFullException;
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
