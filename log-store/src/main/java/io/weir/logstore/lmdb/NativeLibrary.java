package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import org.lmdbjava.Meta;

/** LMDB's native library, which is unpacked into a directory when it is first needed. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /**
     * Unpacks and loads it, unless that was done before. Where the first store is opened late, or may be opened on a full disk, it
     * is better done at the start: what fails once fails for as long as the process lives.
     *
     * @throws StoreException.Failed if that fails: no store can be opened in this process
     */
    public static void load() {
        try {
            Meta.version(); // asks the library
        } catch (LinkageError e) {
            throw new StoreException.Failed(
                    "cannot load LMDB's native library; it is unpacked into the temporary directory, or into"
                            + " -Dlmdbjava.extract.dir=<directory>, which must have space and allow execution; then start"
                            + " the process again: " + root(e),
                    e);
        }
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
