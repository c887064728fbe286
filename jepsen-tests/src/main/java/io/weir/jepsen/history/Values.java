package io.weir.jepsen.history;

import java.util.Arrays;

/** An immutable list of integers: what a read of a stream returned, in the order of the revisions. */
public final class Values {
    /** Of a stream that holds nothing, or does not exist. */
    public static final Values NONE = new Values(new int[0]);

    private final int[] values;

    private Values(int[] values) {
        this.values = values;
    }

    /** A copy of the array. */
    public static Values of(int... values) {
        return values.length == 0 ? NONE : new Values(values.clone());
    }

    /** A copy of the array's first {@code size} elements. */
    public static Values copyOf(int[] values, int size) {
        return size == 0 ? NONE : new Values(Arrays.copyOf(values, size));
    }

    /** How many there are. */
    public int size() {
        return values.length;
    }

    /** The one at {@code index}, from 0. */
    public int at(int index) {
        return values[index];
    }

    /** The first {@code size} of them. */
    public Values first(int size) {
        return size == values.length ? this : copyOf(values, size);
    }

    /** These and one more. */
    public Values plus(int value) {
        int[] longer = Arrays.copyOf(values, values.length + 1);
        longer[values.length] = value;
        return new Values(longer);
    }

    /** How many at the beginning are the same in both: the smaller size, if one begins with the other. */
    public int commonPrefix(Values other) {
        int mismatch = Arrays.mismatch(values, other.values);
        return mismatch < 0 ? values.length : mismatch;
    }

    /** A copy. */
    public int[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Values that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** As in EDN: {@code [1 2 3]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : " ").append(values[i]);
        }
        return text.append(']').toString();
    }
}
