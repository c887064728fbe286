package io.weir.statemachine;

import io.weir.logstore.StreamKey;
import io.weir.protocol.StreamName;

/** Where a stream is kept. */
public final class StreamKeys {
    private StreamKeys() {}

    /** The key of a name. */
    public static StreamKey key(StreamName name) {
        return new StreamKey(name.slot(), name.utf8().toByteArray());
    }
}
