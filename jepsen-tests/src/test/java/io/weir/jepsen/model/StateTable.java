package io.weir.jepsen.model;

/**
 * The states that were visited, in the order in which they were found, each with the one that led to it. Takes 12 bytes for a
 * state, and 4 to 11 more for the hash table of their numbers.
 */
final class StateTable {
    private static final int CHUNK_BITS = 18;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int MAX_CHUNKS = 1 << 10;

    private final long[][] states = new long[MAX_CHUNKS][];
    private final int[][] parents = new int[MAX_CHUNKS][];
    private int size;
    /** Numbers of states plus one, at the place of their hash or behind; zero is free. */
    private int[] places = new int[1 << 16];

    int size() {
        return size;
    }

    long state(int number) {
        return states[number >>> CHUNK_BITS][number & (CHUNK - 1)];
    }

    int parent(int number) {
        return parents[number >>> CHUNK_BITS][number & (CHUNK - 1)];
    }

    /** Returns whether the state is new. */
    boolean add(long state, int parent) {
        int place = placeOf(state);
        if (places[place] != 0) {
            return false;
        }
        append(state, parent);
        places[place] = size;
        if (size > places.length / 4 * 3) {
            grow();
        }
        return true;
    }

    private int placeOf(long state) {
        int mask = places.length - 1;
        int place = hash(state) & mask;
        while (places[place] != 0 && state(places[place] - 1) != state) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private void append(long state, int parent) {
        int chunk = size >>> CHUNK_BITS;
        if (chunk == MAX_CHUNKS) {
            throw new IllegalStateException("more than " + size + " states");
        }
        if (states[chunk] == null) {
            states[chunk] = new long[CHUNK];
            parents[chunk] = new int[CHUNK];
        }
        states[chunk][size & (CHUNK - 1)] = state;
        parents[chunk][size & (CHUNK - 1)] = parent;
        size++;
    }

    private void grow() {
        int length = places.length * 2;
        places = new int[0]; // free before the larger one is made
        places = new int[length];
        for (int number = 0; number < size; number++) {
            places[placeOf(state(number))] = number + 1;
        }
    }

    /** The finalizer of MurmurHash3 by Austin Appleby. */
    private static int hash(long state) {
        long h = state;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return (int) (h ^ (h >>> 33));
    }
}
