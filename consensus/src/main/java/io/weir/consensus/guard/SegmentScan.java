package io.weir.consensus.guard;

import org.jspecify.annotations.Nullable;

/**
 * What one segment was found to hold.
 *
 * @param name the segment
 * @param entries how many sound entries it begins with
 * @param firstTerm term of the first one, -1 if there is none
 * @param lastTerm term of the last one, -1 if there is none
 * @param soundBytes how many bytes those entries take, with the header
 * @param fileBytes how many bytes the file has
 * @param damage what follows the sound entries and is no entry; null if they end as Ratis would end them
 */
public record SegmentScan(
        SegmentName name,
        long entries,
        long firstTerm,
        long lastTerm,
        long soundBytes,
        long fileBytes,
        @Nullable String damage) {

    /** Index of the last sound entry; one below the first index if there is none. */
    long soundLast() {
        return name.first() + entries - 1;
    }

    /** Where the segment should end: by its name if that says so. */
    long statedLast() {
        return name.isOpen() ? soundLast() : name.last();
    }

    /** Whether Ratis would read other entries from it than the name says, or none at all because it fails. */
    boolean isBroken() {
        return damage != null || soundLast() != statedLast();
    }

    /** What is wrong, in words. */
    String problem() {
        return name.file() + " "
                + (damage != null
                        ? damage + " where entry " + (soundLast() + 1) + " is expected, at byte " + soundBytes
                        : "ends after entry " + soundLast() + ", not " + statedLast());
    }
}
