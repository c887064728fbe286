package io.weir.logstore.lmdb;

import io.weir.logstore.LogStore;
import io.weir.logstore.LogStoreRulesContract;
import io.weir.logstore.StoreFixtures;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The rules on LMDB. */
class LmdbRulesTest extends LogStoreRulesContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Override
    protected LogStore open() {
        return LmdbLogStore.open(directory, StoreFixtures.IDENTITY, Settings.defaults());
    }
}
