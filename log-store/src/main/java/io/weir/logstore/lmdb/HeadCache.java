package io.weir.logstore.lmdb;

import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ends of hot streams, for the writer alone: readers look at their own snapshot. What a batch learns or writes is
 * staged until its commit has succeeded; otherwise an aborted batch would leave a head that never was.
 *
 * <p>Bounded; which entries are kept depends on history, no answer does: a miss is looked up in the tables.
 */
final class HeadCache {
    private final Map<StreamKey, StreamHead> committed;
    private final Map<StreamKey, StreamHead> staged = new HashMap<>();

    HeadCache(int capacity) {
        committed = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<StreamKey, StreamHead> eldest) {
                return size() > capacity;
            }
        };
    }

    @Nullable
    StreamHead get(StreamKey key) {
        StreamHead head = staged.get(key);
        return head != null ? head : committed.get(key);
    }

    /** Remembers a head that the running batch read or wrote. */
    void stage(StreamKey key, StreamHead head) {
        staged.put(key, head);
    }

    /** After the commit. */
    void publish() {
        committed.putAll(staged);
        staged.clear();
    }

    /** The batch left no trace. */
    void drop() {
        staged.clear();
    }
}
