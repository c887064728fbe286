package io.weir.consensus.guard;

/**
 * Which entries a log holds.
 *
 * @param first index of the first one; where the next one will go if there is none
 * @param last index of the last one; one below {@code first} if there is none
 * @param lastTerm term of the last one; of the store's last entry if there is none, -1 if that has none either
 */
public record LogRange(long first, long last, long lastTerm) {
    public boolean isEmpty() {
        return first > last;
    }
}
