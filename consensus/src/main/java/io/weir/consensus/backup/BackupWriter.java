package io.weir.consensus.backup;

import io.weir.client.EventStoreException.CannotOpen;
import io.weir.consensus.guard.Durable;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes a backup of a cluster, one partition after the other. One use, one thread. */
public final class BackupWriter {
    private final Path directory;
    private final BackupSource source;
    private final InstantSource clock;
    private final BackupProgress progress;
    private long rows;
    private long bytes;

    private BackupWriter(Path directory, BackupSource source, InstantSource clock, BackupProgress progress) {
        this.directory = directory;
        this.source = source;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Saves a cluster. When this returns, everything is on the disk, and every row has been verified on its way.
     *
     * @param directory is created; or is empty
     * @throws CannotOpen if the directory is not empty or cannot be written
     * @throws io.weir.client.EventStoreException.Unavailable if a partition cannot be had; the directory stays, unfinished
     */
    public static Backup create(Path directory, BackupSource source, BackupProgress progress) {
        return create(directory, source, UUID.randomUUID(), InstantSource.system(), progress);
    }

    static Backup create(Path directory, BackupSource source, UUID id, InstantSource clock, BackupProgress progress) {
        try {
            requireEmpty(directory);
            Durable.createDirectories(directory);
            return new BackupWriter(directory, source, clock, progress).write(id);
        } catch (StoreException.Incompatible e) {
            throw new CannotOpen(e.getMessage() + "; save the cluster with the version of Weir that it runs", e);
        } catch (IOException | UncheckedIOException e) {
            throw new CannotOpen(
                    "the backup in " + directory + " cannot be written: " + e + "; remove what is there, and use a"
                            + " directory with enough space",
                    e);
        }
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new CannotOpen(
                        directory + " is not empty; a backup begins in a new directory or an empty one", null);
            }
        }
    }

    private Backup write(UUID id) throws IOException {
        Instant begun = now();
        List<BackupPart> parts = new ArrayList<>();
        for (int partition = 0; partition < source.partitions(); partition++) {
            try (PartFile file = new PartFile(partition)) {
                source.pull(partition, file);
                parts.add(file.part());
            }
        }
        BackupManifest manifest = new BackupManifest(id, version(), source.clusterId(), begun, now(), parts);
        // Forces the directory too, and with it the names of all files.
        Durable.write(directory.resolve(Backup.MANIFEST), ManifestFormat.encode(manifest));
        return new Backup(directory, manifest);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static String version() {
        String version = BackupWriter.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The file of one partition; emptied whenever another attempt begins. */
    private final class PartFile implements BackupSource.Attempt, AutoCloseable {
        private final int partition;
        private final FileChannel channel;
        private ChunkCheck check;
        private @Nullable BackupPart part;

        PartFile(int partition) throws IOException {
            this.partition = partition;
            this.check = newCheck();
            this.channel = FileChannel.open(
                    directory.resolve(BackupPart.file(partition)),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        }

        private ChunkCheck newCheck() {
            return new ChunkCheck(new StoreIdentity(source.clusterId(), partition), progress, rows, bytes);
        }

        @Override
        public void begin() {
            check = newCheck();
            try {
                channel.truncate(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void chunk(ByteBuffer chunk) {
            check.accept(chunk);
            ByteBuffer rest = chunk.duplicate();
            try {
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void end() {
            part = check.part();
        }

        /** What is in the file, on the disk from now on. */
        BackupPart part() throws IOException {
            BackupPart whole = part;
            if (whole == null) {
                throw new IllegalStateException("partition " + partition + " has no end");
            }
            channel.force(true);
            rows = check.rowsAfter();
            bytes = check.bytesAfter();
            return whole;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
