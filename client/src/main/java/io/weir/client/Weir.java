package io.weir.client;

import io.weir.client.spi.EmbeddedProvider;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** Where to begin: opens an {@link EventStore}. */
public final class Weir {
    private Weir() {}

    /**
     * Opens a store in this process: one node, one replica, no network, no configuration. Creates the directory if need be.
     *
     * @throws EventStoreException.CannotOpen if that fails; the message says how to go on
     */
    public static EventStore open(Path directory) {
        return ServiceLoader.load(EmbeddedProvider.class, Weir.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new EventStoreException.CannotOpen(
                        "an embedded store needs the artifact io.weir:weir-consensus on the class path; add it, or use"
                                + " Weir.connect(\"weir://host:port\") for a remote one",
                        null))
                .open(directory);
    }
}
