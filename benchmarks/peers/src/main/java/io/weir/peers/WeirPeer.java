package io.weir.peers;

import io.weir.benchmarks.Load;
import io.weir.client.AppendResult;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** Weir as it is built: three nodes that run its jar. */
final class WeirPeer implements Peer {
    /** The one that the others are compared with. */
    static final String NAME = "weir";

    private final Setup setup;
    private @Nullable LocalCluster cluster;
    private @Nullable EventStore store;

    WeirPeer(Setup setup) {
        this.setup = setup;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String promise() {
        return "fsynced by a majority of three";
    }

    @Override
    public String versions() {
        try (JarFile jar = new JarFile(setup.weirJar().toFile())) {
            String version = jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
            return "weir " + Objects.requireNonNullElse(version, "of unknown version");
        } catch (IOException e) {
            return "weir " + setup.weirJar();
        }
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.values());
    }

    @Override
    public void start(Path directory) throws CannotRunException {
        try {
            cluster = LocalCluster.start(LocalCluster.Options.ofJar(
                    directory.resolve("nodes"), Setup.REPLICAS, setup.partitions(), setup.weirJar(), setup.heapMib()));
            store = Weir.connect(cluster.uri(), ClientConfig.DEFAULT.withTimeout(Setup.PATIENCE));
        } catch (EventStoreException e) {
            throw new CannotRunException(Reasons.of(e), "\"weir doctor\" looks at this machine");
        }
    }

    @Override
    public Appender appender(Workload workload) {
        Load load = new Load(store(), Load.inTurn(setup.streamNames()), setup.eventBytes());
        return new Appender() {
            @Override
            public CompletableFuture<AppendResult> append() {
                return load.append();
            }
        };
    }

    @Override
    public Transactor transactor(int number) {
        List<List<String>> streams = Load.newNamesByPartition(store(), setup.txStreams());
        return new WeirTransactor(store(), streams, setup.payload(), number);
    }

    private EventStore store() {
        return Objects.requireNonNull(store, "not started");
    }

    @Override
    public Collection<ProcessHandle> processes() {
        LocalCluster started = Objects.requireNonNull(cluster, "not started");
        return started.nodeIds().stream()
                .map(id -> ProcessHandle.of(started.pid(id)).orElseThrow())
                .toList();
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
            store = null;
        }
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
    }
}
