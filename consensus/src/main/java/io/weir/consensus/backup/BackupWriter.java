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

/** Writes a backup of a cluster, one partition after the other, all as they were in one cut. One use, one thread. */
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
        List<BackupPart> parts;
        try (PartFiles files = new PartFiles()) {
            source.pull(files);
            parts = files.parts();
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

    /** The files of the partitions, one after the other; from the first on again whenever another attempt begins. */
    private final class PartFiles implements BackupSource.Attempt, AutoCloseable {
        private final List<BackupPart> parts = new ArrayList<>();
        private @Nullable PartFile writing;

        @Override
        public void begin() {
            close();
            parts.clear();
            rows = 0;
            bytes = 0;
        }

        @Override
        public void chunk(int partition, ByteBuffer chunk) {
            try {
                PartFile file = writing;
                if (file == null) {
                    file = new PartFile(partition);
                    writing = file;
                }
                file.write(chunk);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void end(int partition) {
            PartFile file = writing;
            if (file == null) {
                throw new StoreException.Corrupted("the copy of partition " + partition + " is empty");
            }
            try {
                parts.add(file.end());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            close();
        }

        List<BackupPart> parts() {
            return parts;
        }

        @Override
        public void close() {
            PartFile file = writing;
            writing = null;
            if (file != null) {
                try {
                    file.channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** The file of one partition; what an earlier attempt has left in it goes. */
    private final class PartFile {
        private final FileChannel channel;
        private final ChunkCheck check;

        PartFile(int partition) throws IOException {
            this.check = new ChunkCheck(new StoreIdentity(source.clusterId(), partition), progress, rows, bytes);
            this.channel = FileChannel.open(
                    directory.resolve(BackupPart.file(partition)),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        }

        void write(ByteBuffer chunk) throws IOException {
            check.accept(chunk);
            ByteBuffer rest = chunk.duplicate();
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }

        /** What is in the file, on the disk from now on. */
        BackupPart end() throws IOException {
            BackupPart part = check.part();
            channel.force(true);
            rows = check.rowsAfter();
            bytes = check.bytesAfter();
            return part;
        }
    }
}
