package io.weir.consensus.repair;

import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreReceiver;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The stores of a node's partitions. Any thread; the store of one partition is opened by one thread at a time. */
public interface Stores {
    /** Where a partition's store lies. */
    Path directory(int partition);

    /**
     * Checks a partition's store before it is opened: what is not a store of ours, or damaged, must not come to LMDB, which
     * ends the process over it. Changes nothing.
     *
     * @param all whether to read everything; else as much as can be read in a fraction of a second
     * @throws io.weir.logstore.StoreException if it must not be opened
     */
    void check(int partition, boolean all);

    /**
     * Opens a partition's store, or creates it if its directory is not there.
     *
     * @throws io.weir.logstore.StoreException if it cannot be opened
     */
    LogStore open(int partition);

    /**
     * Puts a copy into a directory in which there is no store, and makes it the store if it is whole and sound.
     *
     * @param pull has the chunks accepted; what it throws ends the copy
     * @return the running values of the copy
     * @throws io.weir.logstore.StoreException if it is not whole, not sound, or cannot be written
     */
    PartitionState receive(int partition, Consumer<StoreReceiver> pull);
}
