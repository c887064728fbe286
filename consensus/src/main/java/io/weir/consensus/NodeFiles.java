package io.weir.consensus;

import io.weir.consensus.guard.LogGuard;
import io.weir.consensus.guard.StoreMark;
import io.weir.consensus.repair.ReplicaRecord;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.lmdb.EnvDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of a node lie, for those who look at a directory without opening it. Reads only.
 *
 * @param directory the node's
 * @param clusterId name of the cluster
 * @param nodeId name of the node
 * @param partitions how many
 * @param members ids of all members
 */
public record NodeFiles(Path directory, String clusterId, String nodeId, int partitions, Set<String> members) {
    /**
     * Reads whose directory it is.
     *
     * @return null if it is no node's
     * @throws io.weir.client.EventStoreException.CannotOpen if its identity is damaged, or of a later version
     */
    public static @Nullable NodeFiles of(Path directory) throws IOException {
        NodeIdentity identity = NodeIdentity.read(directory);
        if (identity == null) {
            return null;
        }
        Set<String> members = identity.members().stream()
                .map(member -> member.split(" ", 2)[0])
                .collect(Collectors.toUnmodifiableSet());
        return new NodeFiles(directory, identity.clusterId(), identity.nodeId(), identity.partitions(), members);
    }

    /** The guard of a partition's Raft log. */
    public LogGuard guard(int partition) {
        return LogGuard.of(directory, LogGuard.groupId(clusterId, partition));
    }

    /**
     * What a partition's store holds for certain: its last checkpoint, at which it opens.
     *
     * @return unknown if its files are damaged
     */
    public StoreMark storeMark(int partition) {
        try {
            EnvDirectory current = EnvDirectory.current(directory.resolve("store-" + partition));
            if (current == null) {
                return new StoreMark.Empty();
            }
            PartitionState state = current.readCheckpoint().state();
            boolean isRestored = ReplicaRecord.isRestored(directory, partition);
            return StoreMark.of(state.appliedTerm(), state.appliedIndex(), isRestored);
        } catch (StoreException e) {
            return new StoreMark.Unknown();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where files go that cannot be trusted. */
    public Path quarantine() {
        return directory.resolve("quarantine");
    }

    /** Whether a node runs on the directory now, in this process or another. */
    public boolean isRunning() throws IOException {
        Path file = directory.resolve("weir.lock");
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }
}
