package io.weir.jepsen.model;

/** A few neighbouring bits of a state. */
record Field(int shift, int bits) {
    int of(long state) {
        return (int) (state >>> shift) & mask();
    }

    /** The state with another value here. */
    long with(long state, int value) {
        if ((value & ~mask()) != 0) {
            throw new IllegalArgumentException(value + " does not fit into " + bits + " bits");
        }
        return (state & ~((long) mask() << shift)) | ((long) value << shift);
    }

    private int mask() {
        return (1 << bits) - 1;
    }
}
