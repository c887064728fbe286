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
    private final long leastUsableBytes;

    Blocked(By by, String message) {
        this(by, message, 0);
    }

    private Blocked(By by, String message, long leastUsableBytes) {
        super(message);
        this.by = by;
        this.leastUsableBytes = leastUsableBytes;
    }

    /** The disk has less than this usable, and needs it. */
    static Blocked bySpace(String message, long leastUsableBytes) {
        return new Blocked(By.SPACE, message, leastUsableBytes);
    }

    /** What the disk must have at least; 0 if that is not known. */
    long leastUsableBytes() {
        return leastUsableBytes;
    }

    By by() {
        return by;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
