package io.weir.client;

/** Why a request was given up before anything of it had happened. */
public enum AbortReason {
    /** Others held, or kept changing, what it needed, until its deadline. */
    CONTENTION("others held its streams until its deadline"),

    /**
     * A partition's log time was past the transaction's expiry before all had agreed; or the body of {@link EventStore#transact} took
     * all the time.
     */
    EXPIRED("not all partitions had agreed to it before it expired"),

    /** Nobody had driven it to its end for a while, so a partition gave it up. */
    RECOVERED("it was not driven to its end in time, and was given up"),

    /** Somebody asked what had become of it, by {@link EventStore#status(RequestId)}, before anything had. */
    FENCED("its status was asked before it was executed");

    private final String explanation;

    AbortReason(String explanation) {
        this.explanation = explanation;
    }

    /** In words, for messages. */
    public String explanation() {
        return explanation;
    }
}
