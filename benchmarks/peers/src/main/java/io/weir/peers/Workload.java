package io.weir.peers;

/** What is asked of a peer. The names are those of the option's values. */
enum Workload {
    /** Appends as fast as they are acknowledged, a bounded number under way. */
    append,
    /** Appends at a fixed rate, each timed from when it was due. */
    latency,
    /** Transactions of two events in two partitions, each client one at a time. */
    tx
}
