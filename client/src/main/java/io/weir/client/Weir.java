package io.weir.client;

import io.weir.client.grpc.GrpcTransport;
import io.weir.client.internal.RoutedEventStore;
import io.weir.client.spi.EmbeddedProvider;
import io.weir.protocol.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** Where to begin: opens an {@link EventStore}. */
public final class Weir {
    private Weir() {}

    /**
     * Connects to a cluster, with {@link ClientConfig#DEFAULT}.
     *
     * @param uri some of its nodes, {@code weir://host:port,host:port}: one that answers is enough, it names the others
     * @throws EventStoreException.InvalidRequest if the text is not of that form
     * @throws EventStoreException.Unavailable if no node answers within the default timeout
     */
    public static EventStore connect(String uri) {
        return connect(uri, ClientConfig.DEFAULT);
    }

    /** As {@link #connect(String)}, with a configuration. */
    public static EventStore connect(String uri, ClientConfig config) {
        List<Member> seeds = Seeds.parse(uri);
        return new RoutedEventStore(new GrpcTransport(), seeds, config);
    }

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
