package io.weir.jepsen.checker;

import java.util.Arrays;

/**
 * Numbers for keys: 0, 1, 2 ... in the order in which the keys first come. A hash table with open addressing and
 * without boxes.
 */
final class DenseIndex {
    /** Instead of a number: this key never came. */
    static final int ABSENT = -1;

    private static final long MIX = 0x9E3779B97F4A7C15L;

    private long[] keys = new long[16];
    private int[] slots = newSlots(32);
    private int size;

    /** One key of two integers. */
    static long key(int high, int low) {
        return ((long) high << 32) | (low & 0xFFFF_FFFFL);
    }

    /** The number of a key, a new one if it never came before. */
    int add(long key) {
        int slot = slot(key);
        if (slots[slot] != ABSENT) {
            return slots[slot];
        }
        if (size == keys.length) {
            grow();
            slot = slot(key);
        }
        keys[size] = key;
        slots[slot] = size;
        return size++;
    }

    /** The number of a key, or {@link #ABSENT}. */
    int find(long key) {
        return slots[slot(key)];
    }

    /** The key with this number. */
    long key(int number) {
        return keys[number];
    }

    int size() {
        return size;
    }

    private int slot(long key) {
        int mask = slots.length - 1;
        int slot = (int) ((key * MIX) >>> 32) & mask;
        while (slots[slot] != ABSENT && keys[slots[slot]] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        keys = Arrays.copyOf(keys, keys.length * 2);
        slots = newSlots(keys.length * 2);
        for (int i = 0; i < size; i++) {
            slots[slot(keys[i])] = i;
        }
    }

    private static int[] newSlots(int count) {
        int[] slots = new int[count];
        Arrays.fill(slots, ABSENT);
        return slots;
    }
}
