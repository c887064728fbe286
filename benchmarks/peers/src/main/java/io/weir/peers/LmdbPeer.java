package io.weir.peers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Meta;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/** LMDB alone: rows appended under ascending keys, each commit synced. */
final class LmdbPeer implements Peer {
    /** Only of the address space; the file grows as it is written. */
    private static final long MAP_BYTES = 256L << 30;

    private final Setup setup;
    private final int eventsPerCommit;
    private @Nullable Env<byte[]> env;

    LmdbPeer(Setup setup, int eventsPerCommit) {
        this.setup = setup;
        this.eventsPerCommit = eventsPerCommit;
    }

    @Override
    public String name() {
        return "lmdb-" + eventsPerCommit;
    }

    @Override
    public String promise() {
        return "on one disk, no replica; one synced commit for " + eventsPerCommit;
    }

    @Override
    public String versions() {
        Meta.Version version = Meta.version();
        return "lmdb " + version.major + "." + version.minor + "." + version.patch;
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.append);
    }

    @Override
    public void start(Path directory) throws CannotRunException {
        try {
            env = Env.create(ByteArrayProxy.PROXY_BA)
                    .setMapSize(MAP_BYTES)
                    .setMaxDbs(1)
                    .open(directory.toFile());
        } catch (LinkageError e) {
            throw new CannotRunException(
                    "LMDB's native library cannot be loaded: " + e,
                    "-Dlmdbjava.extract.dir names a directory that allows execution");
        }
    }

    @Override
    public Appender appender(Workload workload) {
        return new Rows(Objects.requireNonNull(env, "not started"), setup.payload(), eventsPerCommit);
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return List.of(ProcessHandle.current());
    }

    @Override
    public void close() {
        if (env != null) {
            env.close();
            env = null;
        }
    }

    /** Commits a batch of rows at a time. */
    private static final class Rows implements Appender {
        private final Env<byte[]> env;
        private final Dbi<byte[]> table;
        private final byte[] payload;
        private final int eventsPerCommit;
        private long next;

        Rows(Env<byte[]> env, byte[] payload, int eventsPerCommit) {
            this.env = env;
            this.table = env.openDbi("rows", DbiFlags.MDB_CREATE);
            this.payload = payload;
            this.eventsPerCommit = eventsPerCommit;
        }

        @Override
        public CompletableFuture<?> append() {
            try (Txn<byte[]> transaction = env.txnWrite()) {
                for (int n = 0; n < eventsPerCommit; n++) {
                    byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(next++).array();
                    table.put(transaction, key, payload, PutFlags.MDB_APPEND);
                }
                transaction.commit();
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public int eventsPerAppend() {
            return eventsPerCommit;
        }

        @Override
        public boolean isSynchronous() {
            return true;
        }
    }
}
