package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import org.agrona.concurrent.UnsafeBuffer;

/** Finds out at open whether the JVM was started as Agrona needs it, instead of deep inside the first write. */
final class JvmFlags {
    static final String FLAG = "--add-opens java.base/jdk.internal.misc=ALL-UNNAMED";

    private JvmFlags() {}

    static void check() {
        try {
            UnsafeBuffer probe = new UnsafeBuffer(new byte[Long.BYTES]);
            probe.putLong(0, 1);
        } catch (LinkageError e) {
            throw new StoreException.Failed(
                    "this JVM lacks a flag that Weir's storage needs; add this to its command line: " + FLAG, e);
        }
    }
}
