package io.weir.peers;

/** A client that commits transactions of two events in two partitions, one at a time. For one thread. */
interface Transactor extends AutoCloseable {
    /**
     * Commits one, and returns when it is acknowledged.
     *
     * @return false if it gave way to others and nothing happened
     */
    boolean commit();

    @Override
    default void close() {}
}
