package io.weir.logstore.pages;

import io.weir.logstore.StoreException;
import io.weir.logstore.layout.Table;
import io.weir.logstore.support.TableSums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A check of LMDB's data file without LMDB: that the trees which begin in the trusted metas hold together, and that every row
 * is what was written. Checked are page numbers, flags, offsets, depths, the order of keys, the noted numbers of pages and
 * rows, that no page is used twice or is free as well, each row's checksum, and each table's digest.
 *
 * <p><b>Proof against any bytes:</b> whatever the file holds, the answer is a {@link Verification}, in time proportional to the
 * file and in memory of a bit for each page, one page for each level and the longest value.
 *
 * <p><b>While the store is open</b> it may run on the metas of the checkpoint: its reader keeps their pages from being used
 * again, and a page in use is never written in place. {@link Effort#onlyWhile} must then say whether that checkpoint is still
 * the last one: when it is not, its pages may be anything.
 *
 * <p>Immutable; each verification belongs to the thread that runs it.
 */
public final class PageVerifier {
    private final Path dataFile;
    private final @Nullable ByteBuffer first;
    private final @Nullable ByteBuffer second;
    private final long leastFileBytes;

    private PageVerifier(Path dataFile, @Nullable ByteBuffer first, @Nullable ByteBuffer second, long leastFileBytes) {
        this.dataFile = dataFile;
        this.first = first;
        this.second = second;
        this.leastFileBytes = leastFileBytes;
    }

    /** Trusts the newer of the file's own metas. For files that nobody writes. */
    public static PageVerifier ofFile(Path dataFile) {
        return new PageVerifier(dataFile, null, null, 0);
    }

    /**
     * Trusts saved metas instead of the file's.
     *
     * @param first meta page 0, from the buffer's position; not copied
     * @param second meta page 1
     * @param leastFileBytes what the file must have at least
     */
    public static PageVerifier ofMetas(Path dataFile, ByteBuffer first, ByteBuffer second, long leastFileBytes) {
        return new PageVerifier(dataFile, first.slice(), second.slice(), leastFileBytes);
    }

    /**
     * Checks as much as the effort allows. With a bound in time: first all upper levels, then where events and runs end,
     * because that is where the last writes went, then everything in order.
     *
     * @throws StoreException.Failed if the file cannot be opened
     * @throws StoreException.Incompatible if another version of Weir or LMDB wrote it
     */
    public Verification verify(Effort effort) {
        Findings findings = new Findings();
        try (FileChannel file = FileChannel.open(dataFile, StandardOpenOption.READ)) {
            Meta meta = trustedMeta(file);
            findings.pages = new Pages(file, meta, effort);
            check(findings, findings.pages, meta, effort.isBounded());
        } catch (DamageException e) {
            // The bytes may have been judged although nobody vouched for them any more: a failed read asks nobody.
            findings.damage = effort.goOn().getAsBoolean() ? e.damage() : null;
        } catch (WalkEnded | ClosedByInterruptException e) {
            findings.complete = false;
        } catch (IOException e) {
            throw new StoreException.Failed("cannot verify " + dataFile + ": " + e, e);
        }
        return findings.result();
    }

    private static void check(Findings findings, Pages pages, Meta meta, boolean mostTellingFirst) {
        if (mostTellingFirst) {
            checkMostTelling(new StoreTrees(pages, meta));
        }
        PageAccount account = new PageAccount(pages);
        StoreTrees trees = new StoreTrees(pages, meta);
        findings.trees = trees;
        trees.free(account).all();
        trees.find(account);
        TableSums sums = new TableSums();
        for (Table table : Table.OF_ROWS) {
            TreeWalk walk = trees.table(account, table, (page, key, value) -> sums.add(table, value));
            walk.all();
            findings.rows.put(table, walk.rowCount());
        }
        trees.checkDigests(sums.digests());
        findings.lostPages = meta.lastPage() + 1 - PageLayout.METAS - account.count();
        findings.complete = true;
    }

    private static void checkMostTelling(StoreTrees trees) {
        trees.find(null);
        for (int level = 1; level < trees.depth(); level++) {
            trees.free(null).levels(level);
            for (Table table : Table.values()) {
                trees.table(null, table).levels(level);
            }
        }
        trees.table(null, Table.EVENTS).rightEdge();
        trees.table(null, Table.RUNS).rightEdge();
    }

    private Meta trustedMeta(FileChannel file) throws IOException {
        if (file.size() < leastFileBytes) {
            throw new DamageException(
                    Damage.NO_PAGE, null, null, "has " + file.size() + " bytes, fewer than " + leastFileBytes);
        }
        if (first != null && second != null) {
            return Meta.newest(Meta.decode(0, first), Meta.decode(1, second));
        }
        Meta meta = Meta.decode(0, head(file, 0));
        return Meta.newest(meta, Meta.decode(1, head(file, meta.pageBytes())));
    }

    private static ByteBuffer head(FileChannel file, long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PageLayout.META_BYTES);
        int read = 0;
        while (read >= 0 && bytes.hasRemaining()) {
            read = file.read(bytes, at + bytes.position());
        }
        return bytes.flip();
    }

    /** What a verification knows so far. */
    private static final class Findings {
        private final Map<Table, Long> rows = new EnumMap<>(Table.class);
        private @Nullable Pages pages;
        private @Nullable StoreTrees trees;
        private @Nullable Damage damage;
        private long lostPages;
        private boolean complete;

        Verification result() {
            return new Verification(
                    complete,
                    pages == null ? 0 : pages.pagesRead(),
                    Map.copyOf(rows),
                    lostPages,
                    trees == null ? null : trees.state(),
                    damage);
        }
    }
}
