package io.weir.protocol;

/**
 * The sizes that every part of Weir enforces alike: the client before it sends, the front door before it proposes, the
 * state machine before it decides. All are inclusive maxima.
 */
public final class Limits {
    /** Bytes of a stream's UTF-8 name; the least is 1. */
    public static final int MAX_STREAM_NAME_BYTES = 256;

    /** Bytes of one encoded {@link Event}, all of its fields included. */
    public static final int MAX_EVENT_BYTES = 1 << 20;

    /** Bytes of all encoded events and names of one command. */
    public static final int MAX_TRANSACTION_BYTES = 4 << 20;

    /** Streams that one command may name, in appends and requirements together. */
    public static final int MAX_STREAMS_PER_TRANSACTION = 16_384;

    /** Events of one command. */
    public static final int MAX_EVENTS_PER_TRANSACTION = 65_536;

    /** Transactions of one partition that the token of a read may name. */
    public static final int MAX_TRANSACTIONS_PER_TOKEN = 4_096;

    /** Answers above the low-water mark that a partition keeps for one session. */
    public static final int MAX_ANSWERS_PER_SESSION = 4_096;

    /** The longest life of a session after its last use, in minutes of log time: 24 h. */
    public static final int MAX_SESSION_LIFE_MINUTES = 24 * 60;

    /** Streams are spread over this many slots, for ever: the slot is part of every stream's key. */
    public static final int SLOTS = 1_024;

    private Limits() {}
}
