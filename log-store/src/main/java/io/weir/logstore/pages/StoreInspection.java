package io.weir.logstore.pages;

import io.weir.logstore.RowVisitor;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.lmdb.EnvDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the last checkpoint of a store's directory holds, for people. Changes nothing and takes no lock: of a store that is open,
 * the pages of the last checkpoint are pinned, and when another one takes over the answer is {@link Moved}. Any thread.
 */
public final class StoreInspection {
    private final EnvDirectory environment;
    private final CheckpointLayout.Saved saved;
    private final @Nullable Object file;

    private StoreInspection(EnvDirectory environment) {
        this.environment = environment;
        this.file = fileKey(environment);
        this.saved = environment.readCheckpoint();
    }

    /**
     * Reads {@code CURRENT} and the checkpoint of a store's directory.
     *
     * @return null if there is no store
     * @throws StoreException.Corrupted if one of them is damaged
     * @throws StoreException.Incompatible if another version of Weir wrote them
     */
    public static @Nullable StoreInspection of(Path store) {
        EnvDirectory environment = EnvDirectory.current(store);
        return environment == null ? null : new StoreInspection(environment);
    }

    /** The checkpoint was replaced by a newer one while it was read: ask again. */
    public static final class Moved extends Exception {
        private static final long serialVersionUID = 1L;

        private Moved() {
            super("the store took another checkpoint meanwhile");
        }
    }

    /**
     * What is noted of a table.
     *
     * @param depth levels of its tree
     * @param pages all of its pages
     */
    public record TableNote(long rows, int depth, long pages) {}

    /** What can be said without reading all. */
    public record Summary(@Nullable StoreIdentity identity, Map<Table, TableNote> tables) {}

    /** Which environment it is. */
    public EnvDirectory environment() {
        return environment;
    }

    /** What the checkpoint says. */
    public CheckpointLayout.Saved saved() {
        return saved;
    }

    /** Verifies; {@link Effort#onlyWhile} is asked as well. */
    public Verification verify(Effort effort) throws Moved {
        Verification found = verifier()
                .verify(effort.onlyWhile(() -> isLast() && effort.goOn().getAsBoolean()));
        checkLast();
        return found;
    }

    /**
     * Reads the list of tables.
     *
     * @throws StoreException.Corrupted if it, or the table {@code meta}, is damaged
     */
    public Summary summary() throws Moved {
        Summary summary = visit(trees -> {
            Map<Table, TableNote> notes = new EnumMap<>(Table.class);
            for (Table table : Table.values()) {
                Tree tree = trees.tree(table);
                long pages = tree.branchPages() + tree.leafPages() + tree.overflowPages();
                notes.put(table, new TableNote(tree.rows(), tree.depth(), pages));
            }
            return new Summary(trees.identity(), Map.copyOf(notes));
        });
        // Only whoever takes another checkpoint ends the visit.
        return Objects.requireNonNull(summary);
    }

    /**
     * Visits the rows of a table whose keys are at least {@code first}, in order, until the visitor has enough.
     *
     * @throws StoreException.Corrupted at the first that is damaged
     */
    public void rows(Table table, DirectBuffer first, RowVisitor visitor) throws Moved {
        this.<Table>visit(trees -> {
            trees.table(null, table, (page, key, value) -> {
                        if (!visitor.onRow(table, key, value)) {
                            throw new WalkEnded("enough");
                        }
                    })
                    .from(first);
            return table;
        });
    }

    private <T> @Nullable T visit(PageVerifier.Visit<T> visit) throws Moved {
        try {
            T result = verifier().visit(Effort.full().onlyWhile(this::isLast), visit);
            checkLast();
            return result;
        } catch (DamageException e) {
            checkLast();
            throw new StoreException.Corrupted(environment.dataFile() + ": " + e.damage());
        }
    }

    private PageVerifier verifier() {
        return PageVerifier.ofCheckpoint(environment.dataFile(), saved);
    }

    private void checkLast() throws Moved {
        if (!isLast()) {
            throw new Moved();
        }
    }

    /** A checkpoint is always a new file with the same name. */
    private boolean isLast() {
        return Objects.equals(file, fileKey(environment));
    }

    /** Two different ones of the same file cannot be equal: a number may come back soon, but not at the same time. */
    private static @Nullable Object fileKey(EnvDirectory environment) {
        try {
            BasicFileAttributes file = Files.readAttributes(environment.checkpointFile(), BasicFileAttributes.class);
            return file.fileKey() + " " + file.lastModifiedTime();
        } catch (IOException e) {
            // It is missing: whoever reads it says so.
            return null;
        }
    }
}
