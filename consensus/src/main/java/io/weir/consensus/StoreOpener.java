package io.weir.consensus;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreIdentity;
import java.nio.file.Path;

/** Opens the store of one partition. */
@FunctionalInterface
interface StoreOpener {
    /** @throws io.weir.logstore.StoreException if it cannot be opened */
    LogStore open(Path directory, StoreIdentity identity);
}
