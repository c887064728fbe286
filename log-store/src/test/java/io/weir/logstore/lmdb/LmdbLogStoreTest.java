package io.weir.logstore.lmdb;

import io.weir.logstore.LogStore;
import io.weir.logstore.LogStoreContract;
import io.weir.logstore.StoreFixtures;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on LMDB. */
class LmdbLogStoreTest extends LogStoreContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Override
    protected LogStore open() {
        return LmdbLogStore.open(directory, StoreFixtures.IDENTITY, Settings.defaults());
    }
}
