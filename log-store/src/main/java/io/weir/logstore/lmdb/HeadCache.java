package io.weir.logstore.lmdb;

import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ends of hot streams, for the writer alone: readers look at their own snapshot. What a batch learns or writes is here at
 * once; a batch that ends without a commit takes the whole cache with it, since otherwise it would leave a head that never
 * was. That is rare, and a miss is looked up in the tables: which entries are kept depends on history, no answer does.
 *
 * <p>Bounded: a stream has one of a few places, and the longest unused of them makes room. Flat: every append of every
 * transaction looks here, and with thousands of streams each object on the way is a cache miss of the processor.
 */
final class HeadCache {
    private static final int MAX_WAYS = 4;
    /** Spreads keys whose hashes differ in their low bits only: 2^32 divided by the golden ratio. */
    private static final int SPREAD = 0x9E3779B9;

    private static final int ID = 0;
    private static final int REVISION = 1;
    private static final int POSITION = 2;
    private static final int LAST_USE = 3;
    private static final int FIELDS = 4;

    private final int ways;
    private final int shift;
    private final int[] hashes;
    private final @Nullable StreamKey[] keys;
    /** {@link #FIELDS} of each place. */
    private final long[] fields;

    private long uses;
    private boolean staged;

    /** @param capacity ends to remember at most; rounded down to a power of two, and at least one */
    HeadCache(int capacity) {
        int places = Integer.highestOneBit(Math.max(1, capacity));
        ways = Math.min(MAX_WAYS, places);
        shift = Integer.SIZE - Integer.numberOfTrailingZeros(places / ways);
        hashes = new int[places];
        keys = new StreamKey[places];
        fields = new long[places * FIELDS];
    }

    @Nullable
    StreamHead get(StreamKey key) {
        int place = find(key);
        if (place < 0) {
            return null;
        }
        int at = place * FIELDS;
        fields[at + LAST_USE] = ++uses;
        return new StreamHead(fields[at + ID], fields[at + REVISION], fields[at + POSITION]);
    }

    /** Remembers a head that the running batch read or wrote. */
    void stage(StreamKey key, StreamHead head) {
        staged = true;
        int place = find(key);
        if (place < 0) {
            place = longestUnused(firstPlace(key));
            hashes[place] = key.hashCode();
            keys[place] = key;
        }
        int at = place * FIELDS;
        fields[at + ID] = head.streamId();
        fields[at + REVISION] = head.lastRevision();
        fields[at + POSITION] = head.lastPosition();
        fields[at + LAST_USE] = ++uses;
    }

    private int find(StreamKey key) {
        int hash = key.hashCode();
        int first = firstPlace(key);
        for (int place = first; place < first + ways; place++) {
            if (hashes[place] == hash && key.equals(keys[place])) {
                return place;
            }
        }
        return -1;
    }

    private int firstPlace(StreamKey key) {
        // With a single set there is nothing to choose, and Java takes a shift by 32 for one by 0.
        return shift == Integer.SIZE ? 0 : ((key.hashCode() * SPREAD) >>> shift) * ways;
    }

    private int longestUnused(int first) {
        int oldest = first;
        for (int place = first + 1; place < first + ways; place++) {
            if (fields[place * FIELDS + LAST_USE] < fields[oldest * FIELDS + LAST_USE]) {
                oldest = place;
            }
        }
        return oldest;
    }

    /** After the commit. */
    void publish() {
        staged = false;
    }

    /** The batch left no trace, unless it was published. */
    void drop() {
        if (staged) {
            Arrays.fill(keys, null);
            Arrays.fill(fields, 0);
            staged = false;
        }
    }
}
