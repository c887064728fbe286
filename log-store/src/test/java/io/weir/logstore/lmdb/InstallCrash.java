package io.weir.logstore.lmdb;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.copy.Copies;
import java.nio.file.Path;

/** The child that {@link InstallCrashIT} lets die: replaces what a store holds by a copy. */
final class InstallCrash {
    static final Settings SETTINGS = new Settings(64 << 20, 8 << 20, 8, 100, 1_000);

    private InstallCrash() {}

    public static void main(String[] arguments) {
        try (LogStore store = LmdbLogStore.open(Path.of(arguments[0]), StoreFixtures.IDENTITY, SETTINGS)) {
            try (StoreReceiver receiver = store.receive();
                    LogStore other = Copies.history(Long.parseLong(arguments[1]))) {
                Copies.accept(receiver, Copies.chunks(other));
                receiver.finish();
                store.install(receiver);
            }
        }
    }
}
