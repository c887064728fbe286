package io.weir.logstore;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where a stream is kept: its slot and its name. Immutable: the array is not copied and must not change. Order is by slot,
 * then by the name's bytes, unsigned: the order of the streams table.
 */
public final class StreamKey implements Comparable<StreamKey> {
    /** Slots are 0 to this, exclusive. */
    public static final int SLOTS = 1_024;

    /** Bytes of a name; the least is 1. LMDB's keys end at 511 bytes. */
    public static final int MAX_NAME_BYTES = 256;

    private final int slot;
    private final byte[] name;
    private final int hash;

    /**
     * @param slot 0 to {@link #SLOTS} - 1
     * @param name 1 to {@link #MAX_NAME_BYTES} bytes of UTF-8
     * @throws StoreException.LimitExceeded if either is out of range
     */
    public StreamKey(int slot, byte[] name) {
        if (slot < 0 || slot >= SLOTS) {
            throw new StoreException.LimitExceeded("slot", slot, SLOTS - 1);
        }
        if (name.length == 0 || name.length > MAX_NAME_BYTES) {
            throw new StoreException.LimitExceeded("bytes of a stream name", name.length, MAX_NAME_BYTES);
        }
        this.slot = slot;
        this.name = name;
        this.hash = Arrays.hashCode(name);
    }

    public int slot() {
        return slot;
    }

    /** The name's bytes: not a copy. */
    public byte[] name() {
        return name;
    }

    @Override
    public int compareTo(StreamKey other) {
        int bySlot = Integer.compare(slot, other.slot);
        return bySlot != 0 ? bySlot : Arrays.compareUnsigned(name, other.name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamKey that && slot == that.slot && Arrays.equals(name, that.name);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(name, StandardCharsets.UTF_8) + "@" + slot;
    }
}
