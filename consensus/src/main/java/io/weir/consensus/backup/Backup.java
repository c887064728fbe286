package io.weir.consensus.backup;

import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.EventStoreException.StoreCorrupted;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.copy.ChunkInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A backup in its directory, which nobody changes any more.
 *
 * <pre>
 *   partition-N.copy   the chunks of a copy of partition N, as nodes send them to each other
 *   backup.json        what it is, and what each file must be; written last
 * </pre>
 *
 * Not for several threads.
 */
public final class Backup {
    static final String MANIFEST = "backup.json";

    private static final int MAX_MANIFEST_BYTES = 64 << 10;

    private final Path directory;
    private final BackupManifest manifest;
    private long rows;
    private long bytes;

    Backup(Path directory, BackupManifest manifest) {
        this.directory = directory;
        this.manifest = manifest;
    }

    /**
     * Reads what a backup says of itself.
     *
     * @throws CannotOpen if there is none, or it is unfinished, or of another format
     * @throws StoreCorrupted if it is damaged
     */
    public static Backup open(Path directory) {
        Path file = directory.resolve(MANIFEST);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] text = in.readNBytes(MAX_MANIFEST_BYTES);
            return new Backup(directory, ManifestFormat.decode(new String(text, StandardCharsets.UTF_8)));
        } catch (NoSuchFileException e) {
            throw new CannotOpen(
                    directory + " has no " + MANIFEST + ": it is no backup, or one that was not finished; only a backup"
                            + " that was created to its end can be used",
                    e);
        } catch (IOException e) {
            throw new CannotOpen(file + " cannot be read: " + e, e);
        } catch (StoreException.Incompatible e) {
            throw new CannotOpen(file + ": " + e.getMessage(), e);
        } catch (StoreException.Corrupted e) {
            throw new StoreCorrupted(file + " is damaged: " + e.getMessage() + "; use another backup", e);
        }
    }

    public Path directory() {
        return directory;
    }

    public BackupManifest manifest() {
        return manifest;
    }

    /** Reads all files, once, and says of each whether it holds what was written. */
    public List<PartCheck> verify(BackupProgress progress) {
        rows = 0;
        bytes = 0;
        List<PartCheck> checks = new ArrayList<>();
        for (BackupPart part : manifest.parts()) {
            try {
                read(part, progress, chunk -> {});
                checks.add(new PartCheck(part, ""));
            } catch (StoreCorrupted e) {
                checks.add(new PartCheck(part, String.valueOf(e.getMessage())));
            }
        }
        return checks;
    }

    /** Takes chunks. */
    public interface ChunkConsumer {
        /** One chunk, which has been checked by itself; valid inside this call only. */
        void chunk(ByteBuffer chunk);
    }

    /**
     * Reads one partition, verifying as it goes.
     *
     * @param chunks gets every chunk; what it was given counts only when this returns
     * @throws StoreCorrupted if the file is not what was written
     */
    public void read(BackupPart part, BackupProgress progress, ChunkConsumer chunks) {
        Path file = directory.resolve(part.file());
        StoreIdentity identity = new StoreIdentity(manifest.clusterId(), part.partition());
        ChunkCheck check = new ChunkCheck(identity, progress, rows, bytes);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ChunkInput input = new ChunkInput(in);
            for (byte[] next = input.next(); next != null; next = input.next()) {
                ByteBuffer chunk = ByteBuffer.wrap(next).asReadOnlyBuffer();
                check.accept(chunk);
                chunks.chunk(chunk);
            }
            BackupPart found = check.part();
            if (!found.equals(part)) {
                throw new StoreException.Corrupted("it holds " + found + ", " + MANIFEST + " says " + part);
            }
        } catch (NoSuchFileException e) {
            throw new StoreCorrupted(file + " is missing", e);
        } catch (IOException e) {
            throw new StoreCorrupted(file + " cannot be read: " + e, e);
        } catch (StoreException.Corrupted | StoreException.Incompatible e) {
            throw new StoreCorrupted(file + " is damaged: " + e.getMessage(), e);
        } finally {
            rows = check.rowsAfter();
            bytes = check.bytesAfter();
        }
    }
}
