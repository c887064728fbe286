package io.weir.consensus.guard;

/** What the store beside a log holds after it has been opened. */
public sealed interface StoreMark {
    /** Nothing: it is new. The log must then begin at the very first index. */
    record Empty() implements StoreMark {}

    /**
     * All entries up to one: its last checkpoint.
     *
     * @param term of that entry
     * @param index of that entry, not negative
     * @param isRestored whether it comes from a backup and no group has run on it: then there is no log yet
     */
    record At(long term, long index, boolean isRestored) implements StoreMark {
        /** Of a store on which a group has run. */
        public At(long term, long index) {
            this(term, index, false);
        }

        public At {
            if (term < 0 || index < 0) {
                throw new IllegalArgumentException("term " + term + " and index " + index + " must not be negative");
            }
        }
    }

    /** Nobody knows: it is damaged and will be replaced by a copy. The log may then begin anywhere. */
    record Unknown() implements StoreMark {}

    /**
     * Of a checkpoint as the store reports it.
     *
     * @param index -1 for a store that has none
     * @param isRestored whether it comes from a backup, and no group has run on it
     */
    static StoreMark of(long term, long index, boolean isRestored) {
        return index < 0 ? new Empty() : new At(term, index, isRestored);
    }

    /** Index of the last entry that the store is known to hold, -1 if none is. */
    default long index() {
        return this instanceof At at ? at.index() : -1;
    }
}
