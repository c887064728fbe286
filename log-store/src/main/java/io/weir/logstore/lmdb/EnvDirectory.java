package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.layout.CurrentLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one LMDB environment inside a store's directory.
 *
 * <pre>
 *   weir.lock           keeps a second store out
 *   CURRENT             names the environment that is the store
 *   env-&lt;uuid&gt;/
 *     data.mdb          LMDB's file
 *     lock.mdb          LMDB's table of readers, made anew at every open
 *     checkpoint        what the next open goes back to
 *     unfinished        the environment was never the store: a crash while it was built
 * </pre>
 *
 * A new environment, of a new store or of a received copy, is built beside the current one and marked as unfinished. It gets
 * its first checkpoint before {@link #activate()} lets {@code CURRENT} name it. So there is always one whole store, or none.
 *
 * <p>Nothing here locks: a caller that changes something holds the store's lock.
 *
 * @param store the store's directory
 * @param id of the environment
 */
public record EnvDirectory(Path store, UUID id) {
    private static final Logger LOG = LoggerFactory.getLogger(EnvDirectory.class);
    private static final String CURRENT = "CURRENT";
    private static final String PREFIX = "env-";
    private static final String DATA = "data.mdb";
    private static final String LOCK = "lock.mdb";
    private static final String CHECKPOINT = "checkpoint";
    private static final String UNFINISHED = "unfinished";

    /** Both are at least what LMDB takes; of a table that is larger than it asked for, it uses all. */
    private static final int LOCK_HEADER_BYTES = 4_096;

    private static final int LOCK_BYTES_PER_READER = 64;

    /** {@code env-<uuid>}. */
    public Path path() {
        return store.resolve(PREFIX + id);
    }

    /** LMDB's data file. */
    public Path dataFile() {
        return path().resolve(DATA);
    }

    private Path lockFile() {
        return path().resolve(LOCK);
    }

    /**
     * Makes LMDB's table of readers anew, empty, with all of its bytes written. LMDB itself would make a file of holes and map
     * it: on a disk that is full by then, the first reader on a page of it ends the process.
     *
     * @throws IOException if there is no room for it
     */
    void makeLockFile(int readers) throws IOException {
        Files.deleteIfExists(lockFile());
        Files.write(lockFile(), new byte[LOCK_HEADER_BYTES + readers * LOCK_BYTES_PER_READER]);
    }

    /** The file of the last checkpoint. */
    public Path checkpointFile() {
        return path().resolve(CHECKPOINT);
    }

    private Path unfinishedFile() {
        return path().resolve(UNFINISHED);
    }

    /**
     * The environment that is the store, or null if the directory has none yet.
     *
     * @throws StoreException.Corrupted if {@code CURRENT} is damaged, or missing beside a finished environment
     * @throws StoreException.Incompatible if the store has another format
     * @throws StoreException.Failed if the directory cannot be read
     */
    public static @Nullable EnvDirectory current(Path store) {
        Path file = store.resolve(CURRENT);
        try {
            byte[] bytes = readIfThere(file);
            if (bytes != null) {
                return new EnvDirectory(store, named(file, () -> CurrentLayout.decode(bytes)));
            }
            if (Files.exists(store.resolve(DATA))) {
                throw new StoreException.Incompatible("the store in " + store + " has format 1, which keeps " + DATA
                        + " there itself; this version of Weir does not read it. It was left as it is. Run the version"
                        + " that wrote it to read the events and append them to a new cluster, or give the node"
                        + " another directory");
            }
            for (EnvDirectory environment : all(store)) {
                if (!environment.isUnfinished()) {
                    throw new StoreException.Corrupted(file + ": it is missing, but there is "
                            + environment.path().getFileName());
                }
            }
            return null;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Environments in the directory that are not the store: unfinished, or replaced. The caller may move them away. */
    public static List<EnvDirectory> others(Path store) {
        EnvDirectory current = current(store);
        try {
            List<EnvDirectory> others = new ArrayList<>(all(store));
            others.remove(current);
            return others;
        } catch (IOException e) {
            throw failed(store, e);
        }
    }

    /** Removes what crashes have left of environments that were never the store; nothing, if nobody knows which one is. */
    static void removeUnfinished(Path store) {
        try {
            for (EnvDirectory environment : others(store)) {
                if (environment.isUnfinished()) {
                    environment.remove();
                }
            }
        } catch (StoreException.Corrupted e) {
            LOG.warn("{}: what earlier copies may have left stays where it is: {}", store, e.getMessage());
        } catch (IOException e) {
            throw failed(store, e);
        }
    }

    /** Removes the environment with all files, the data last: what is left after a crash is still unfinished. */
    void remove() throws IOException {
        for (Path file : List.of(lockFile(), checkpointFile(), dataFile(), unfinishedFile())) {
            Files.deleteIfExists(file);
        }
        try (Stream<Path> rest = Files.list(path())) {
            for (Path file : rest.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(path());
    }

    private static List<EnvDirectory> all(Path store) throws IOException {
        try (Stream<Path> paths = Files.list(store)) {
            return paths.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .filter(name -> name.matches(PREFIX + "\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}"))
                    .sorted()
                    .map(name -> new EnvDirectory(store, UUID.fromString(name.substring(PREFIX.length()))))
                    .toList();
        }
    }

    /** The mark is on disk before the first file, so a crash before the mark leaves an empty directory. */
    private boolean isUnfinished() {
        return Files.exists(unfinishedFile()) || !(Files.exists(dataFile()) || Files.exists(checkpointFile()));
    }

    /** Makes the directory of a new environment, marked as unfinished. */
    public static EnvDirectory create(Path store) {
        EnvDirectory environment = new EnvDirectory(store, UUID.randomUUID());
        try {
            Files.createDirectory(environment.path());
            Files.createFile(environment.unfinishedFile());
            DurableFile.forcePath(environment.path().toAbsolutePath());
            return environment;
        } catch (IOException e) {
            throw failed(environment.path(), e);
        }
    }

    /**
     * Lets {@code CURRENT} name this environment, durably. It must have a checkpoint. What was current becomes one of the
     * {@link #others}.
     *
     * @throws StoreException.Corrupted if it has no sound checkpoint
     * @throws StoreException.Failed if the disk refused; the next open finds either environment
     */
    public void activate() {
        readCheckpoint();
        Path file = store.resolve(CURRENT);
        try {
            DurableFile.replace(file, CurrentLayout.encode(id));
            finish();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Takes the mark away, which a crash after {@code CURRENT} moved has left. */
    void finish() throws IOException {
        if (Files.deleteIfExists(unfinishedFile())) {
            DurableFile.forceDirectory(path());
        }
    }

    /**
     * The last checkpoint.
     *
     * @throws StoreException.Corrupted if it is missing, damaged, or of another environment
     * @throws StoreException.Incompatible if it has another format
     */
    public CheckpointLayout.Saved readCheckpoint() {
        Path file = checkpointFile();
        try {
            byte[] bytes = readIfThere(file);
            if (bytes == null) {
                throw new StoreException.Corrupted(file + ": it is missing");
            }
            CheckpointLayout.Saved saved = named(file, () -> CheckpointLayout.decode(bytes));
            if (!saved.environment().equals(id)) {
                throw new StoreException.Corrupted(file + ": it belongs to environment " + saved.environment());
            }
            return saved;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static byte @Nullable [] readIfThere(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static <T> T named(Path file, Supplier<T> decoder) {
        try {
            return decoder.get();
        } catch (StoreException.Corrupted e) {
            throw new StoreException.Corrupted(file + ": " + e.getMessage());
        } catch (StoreException.Incompatible e) {
            throw new StoreException.Incompatible(file + ": " + e.getMessage());
        }
    }

    private static StoreException failed(Path path, IOException e) {
        return new StoreException.Failed("cannot use " + path + ": " + e, e);
    }
}
