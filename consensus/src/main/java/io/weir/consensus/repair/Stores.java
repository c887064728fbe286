package io.weir.consensus.repair;

import io.weir.logstore.LogStore;
import java.nio.file.Path;

/** The stores of a node's partitions. Any thread; the store of one partition is opened by one thread at a time. */
public interface Stores {
    /** Where a partition's store lies. */
    Path directory(int partition);

    /**
     * Opens a partition's store, or creates it if its directory is not there.
     *
     * @throws io.weir.logstore.StoreException if it cannot be opened
     */
    LogStore open(int partition);
}
