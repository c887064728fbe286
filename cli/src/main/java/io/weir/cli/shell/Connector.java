package io.weir.cli.shell;

import io.weir.client.EventStore;
import java.time.Duration;

/** Opens a store at an address. */
@FunctionalInterface
public interface Connector {
    /**
     * @param address as {@code weir://127.0.0.1:7400,127.0.0.1:7401}
     * @param timeout of every call
     */
    EventStore connect(String address, Duration timeout);
}
