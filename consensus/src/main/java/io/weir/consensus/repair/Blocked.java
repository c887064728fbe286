package io.weir.consensus.repair;

/** A replica cannot go on now; the message says why, the kind what may help. */
@SuppressWarnings("serial") // never leaves the process
final class Blocked extends Exception {
    /** What may help. */
    enum By {
        /** Time: a peer comes back, a majority forms, the disk answers again. */
        OTHERS,
        /** Space on the disk. */
        SPACE,
        /** A decision that only a human can make. */
        NOBODY
    }

    private final By by;

    Blocked(By by, String message) {
        super(message);
        this.by = by;
    }

    By by() {
        return by;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
