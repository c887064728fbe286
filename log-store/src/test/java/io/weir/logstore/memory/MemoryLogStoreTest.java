package io.weir.logstore.memory;

import io.weir.logstore.LogStore;
import io.weir.logstore.LogStoreContract;
import io.weir.logstore.StoreFixtures;

/** The contract on the memory store. */
class MemoryLogStoreTest extends LogStoreContract {
    @Override
    protected LogStore open() {
        return new MemoryLogStore(StoreFixtures.IDENTITY);
    }
}
