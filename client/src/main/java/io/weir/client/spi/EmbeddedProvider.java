package io.weir.client.spi;

import io.weir.client.EventStore;
import java.nio.file.Path;

/** Opens embedded stores; found through {@link java.util.ServiceLoader}. */
public interface EmbeddedProvider {
    /** See {@link io.weir.client.Weir#open(Path)}. */
    EventStore open(Path directory);
}
