package io.weir.logstore.memory;

import io.weir.logstore.LogStore;
import io.weir.logstore.LogStoreRulesContract;
import io.weir.logstore.StoreFixtures;

/** The rules on the memory store. */
class MemoryRulesTest extends LogStoreRulesContract {
    @Override
    protected LogStore open() {
        return new MemoryLogStore(StoreFixtures.IDENTITY);
    }
}
