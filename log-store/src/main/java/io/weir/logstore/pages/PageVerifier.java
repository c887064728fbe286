package io.weir.logstore.pages;

import io.weir.logstore.StoreException;
import io.weir.logstore.layout.CheckpointLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

    /** Trusts the metas that a checkpoint saved. */
    static PageVerifier ofCheckpoint(Path dataFile, CheckpointLayout.Saved saved) {
        ByteBuffer metas = ByteBuffer.wrap(saved.metas().bytes());
        int pageBytes = saved.metas().pageBytes();
        return ofMetas(dataFile, metas.slice(0, pageBytes), metas.slice(pageBytes, pageBytes), saved.fileBytes());
    }

    /**
     * Checks as much as the effort allows. With a bound in time: first all upper levels, then where events and runs end,
     * because that is where the last writes went, then everything in order.
     *
     * @throws StoreException.Failed if the file cannot be opened; a missing one is damage
     * @throws StoreException.Incompatible if another version of Weir or LMDB wrote it
     */
    public Verification verify(Effort effort) {
        return run(effort, null).verification();
    }

    /**
     * What a run found, and where it ended.
     *
     * @param place null if it did not come to a row
     */
    record Run(Verification verification, StoreWalk.@Nullable Place place) {}

    /** As {@link #verify}, but from where the run through an older checkpoint ended. */
    Run run(Effort effort, StoreWalk.@Nullable Place from) {
        StoreWalk walk = null;
        Damage damage = null;
        boolean complete = false;
        try (FileChannel file = FileChannel.open(dataFile, StandardOpenOption.READ)) {
            Meta meta = trustedMeta(file);
            walk = new StoreWalk(new Pages(file, meta, effort), meta);
            check(walk, effort, from);
            complete = true;
        } catch (DamageException e) {
            // The bytes may have been judged although nobody vouched for them any more: a failed read asks nobody.
            damage = effort.goOn().getAsBoolean() ? e.damage() : null;
        } catch (NoSuchFileException e) {
            damage = new Damage(Damage.NO_PAGE, null, null, "is missing");
        } catch (WalkEnded | ClosedByInterruptException e) {
            complete = false;
        } catch (IOException e) {
            throw new StoreException.Failed("cannot verify " + dataFile + ": " + e, e);
        }
        return walk == null
                ? new Run(new Verification(false, 0, Map.of(), 0, null, null, damage), null)
                : new Run(walk.result(complete, damage), walk.place());
    }

    private static void check(StoreWalk walk, Effort effort, StoreWalk.@Nullable Place from) {
        if (effort.isBounded()) {
            walk.mostTelling();
        }
        if (from == null) {
            walk.all();
        } else {
            walk.from(from);
        }
    }

    /** Looks at some rows. */
    @FunctionalInterface
    interface Visit<T> {
        T of(StoreTrees trees);
    }

    /**
     * Finds the tables, then does what {@code visit} says.
     *
     * @return null if the visit was ended
     * @throws DamageException at the first damage
     */
    <T> @Nullable T visit(Effort effort, Visit<T> visit) {
        try (FileChannel file = FileChannel.open(dataFile, StandardOpenOption.READ)) {
            Meta meta = trustedMeta(file);
            StoreTrees trees = new StoreTrees(new Pages(file, meta, effort), meta);
            trees.find(null);
            return visit.of(trees);
        } catch (WalkEnded e) {
            return null;
        } catch (IOException e) {
            throw new StoreException.Failed("cannot read " + dataFile + ": " + e, e);
        }
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
}
