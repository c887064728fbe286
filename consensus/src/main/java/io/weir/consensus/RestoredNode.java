package io.weir.consensus;

import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.EventStoreException.StoreCorrupted;
import io.weir.consensus.backup.Backup;
import io.weir.consensus.backup.BackupManifest;
import io.weir.consensus.backup.BackupPart;
import io.weir.consensus.backup.BackupProgress;
import io.weir.consensus.guard.Durable;
import io.weir.consensus.repair.Incarnations;
import io.weir.consensus.repair.Origin;
import io.weir.consensus.repair.ReplicaRecord;
import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.copy.CopyHead;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.LmdbReceiver;
import io.weir.logstore.lmdb.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the directory of one node of a cluster that begins with a backup. Every node of the new cluster is written from the same
 * backup, with the same id, members and partitions; then all of them are started.
 *
 * <p>The new cluster has a Raft log of its own, which begins behind an entry that nobody wrote ({@link #TERM}, {@link #INDEX}).
 * The backup takes its place. So a node that holds nothing has less of the log than one that was restored, and cannot be elected
 * by it.
 */
public final class RestoredNode {
    /**
     * The term of the entry that stands for the backup. Not 0: Ratis tells others of an empty log as of one that ends with
     * entry 0 of term 0, and who has as much gets the vote.
     */
    static final long TERM = 1;

    /** The index of the entry that stands for the backup: the log begins with the next one. */
    static final long INDEX = 0;

    private final Backup backup;
    private final NodeConfig config;
    private final Origin origin;

    private RestoredNode(Backup backup, NodeConfig config) {
        this.backup = backup;
        this.config = config;
        this.origin = new Origin(backup.manifest().id());
    }

    /**
     * Writes the directory that the configuration names. All of it is on the disk when this returns; after a crash the directory
     * is whole, or refused by every node.
     *
     * @param config with another cluster id than the backup's, and as many partitions; its directory is created, or empty
     * @throws CannotOpen if the configuration or the directory does not fit, or the directory cannot be written
     * @throws StoreCorrupted if the backup is damaged: then the directory is not whole
     */
    public static void write(Backup backup, NodeConfig config, BackupProgress progress) {
        RestoredNode node = new RestoredNode(backup, config);
        node.requireFitting();
        try {
            node.requireEmpty();
            try (NodeDirectory directory = NodeDirectory.lock(config.directory())) {
                node.writeAll(directory, progress);
            }
        } catch (StoreException | IOException e) {
            throw new CannotOpen(
                    "cannot restore into " + config.directory() + ": " + e.getMessage()
                            + "; empty it before the next attempt",
                    e);
        }
    }

    private void requireFitting() {
        BackupManifest manifest = backup.manifest();
        if (config.clusterId().equals(manifest.clusterId())) {
            throw new CannotOpen(
                    "the backup is of cluster \"" + manifest.clusterId()
                            + "\", and a restored cluster needs another id, so"
                            + " that no node of the old one can ever take part in it; choose one that was never used",
                    null);
        }
        if (config.partitions() != manifest.partitions()) {
            throw new CannotOpen(
                    "partitions: " + config.partitions() + "; the backup has " + manifest.partitions()
                            + ", and streams stay in their partitions",
                    null);
        }
    }

    private void requireEmpty() throws IOException {
        if (!Files.exists(config.directory())) {
            return;
        }
        try (Stream<Path> entries = Files.list(config.directory())) {
            List<String> found = entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> !name.equals("weir.lock"))
                    .sorted()
                    .toList();
            if (!found.isEmpty()) {
                throw new CannotOpen(
                        "directory " + config.directory() + " is not empty (" + found.get(0)
                                + "); only a new node is restored, never one that has run: name another directory",
                        null);
            }
        }
    }

    private void writeAll(NodeDirectory directory, BackupProgress progress) throws IOException {
        Path path = directory.path();
        Path restoring = path.resolve(NodeDirectory.RESTORING);
        Durable.write(restoring, origin + "\n");
        for (BackupPart part : backup.manifest().parts()) {
            writeStore(directory.store(part.partition()), part, progress);
            ReplicaRecord.restored(path, part.partition(), origin);
        }
        Incarnations.restored(path, origin, config.members().size() == 1);
        NodeIdentity.of(config).write(path); // with it, the directory is a node's
        Files.delete(restoring);
    }

    private void writeStore(Path store, BackupPart part, BackupProgress progress) {
        StoreIdentity identity = new StoreIdentity(config.clusterId(), part.partition());
        try (LmdbReceiver receiver = LmdbLogStore.receive(store, identity, Settings.defaults())) {
            boolean[] hasHead = {false};
            backup.read(part, progress, chunk -> {
                receiver.accept(hasHead[0] ? chunk : head(identity, chunk));
                hasHead[0] = true;
            });
            receiver.finish();
            receiver.activate();
        }
    }

    /** The same values, of another cluster, and behind its first entry. Marks of the old log mean nothing in the new one. */
    private static ByteBuffer head(StoreIdentity identity, ByteBuffer chunk) {
        PartitionState saved = CopyHead.parse(chunk).state();
        PartitionState state = new PartitionState(
                TERM, INDEX, saved.nextPosition(), saved.nextStreamId(), saved.logTimeMs(), saved.digest());
        return ByteBuffer.wrap(new CopyHead(identity, state, DigestMark.NONE).toChunk());
    }
}
