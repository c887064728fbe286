package io.weir.consensus;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.spi.EmbeddedProvider;
import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Opens embedded stores: a node without peers, whose configuration follows from its directory. It listens for peers that
 * never come on any free loopback port, because Ratis cannot do without.
 */
public final class EmbeddedNodes implements EmbeddedProvider {
    private static final String NODE_ID = "n1";
    private static final int PARTITIONS = 1;
    private static final Duration READY = Duration.ofSeconds(30);

    /** For {@link java.util.ServiceLoader}. */
    public EmbeddedNodes() {}

    @Override
    public EventStore open(Path directory) {
        Closing closing = new Closing();
        try {
            NodeDirectory locked = NodeDirectory.lock(directory);
            closing.add("directory lock", locked::close);
            NodeConfig config = config(locked.path(), locked.claim(EmbeddedNodes::identity));
            WeirNode node = WeirNode.start(
                    config, NodeAddresses.check(config), locked, WeirNode::defaultStore, port -> port, closing);
            node.awaitReady(READY);
            return new EmbeddedEventStore(node);
        } catch (CannotOpen e) {
            closing.close();
            throw e;
        } catch (EventStoreException.Unavailable | StoreException | IOException e) {
            closing.close();
            throw new CannotOpen("embedded store in " + directory + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    /** The cluster's id is drawn once and kept in the directory. */
    private static NodeIdentity identity(@Nullable NodeIdentity found) {
        String clusterId = found == null ? UUID.randomUUID().toString() : found.clusterId();
        return new NodeIdentity(clusterId, NODE_ID, PARTITIONS, List.of(NODE_ID));
    }

    private static NodeConfig config(Path directory, NodeIdentity identity) {
        MemberConfig self = new MemberConfig(NODE_ID, "127.0.0.1:0", null);
        return new NodeConfig(identity.clusterId(), NODE_ID, List.of(self), PARTITIONS, directory);
    }
}
