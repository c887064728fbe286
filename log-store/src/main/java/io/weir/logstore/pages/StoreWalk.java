package io.weir.logstore.pages;

import io.weir.logstore.layout.Table;
import io.weir.logstore.support.TableSums;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One verification under way: what was walked, and how far it came. One thread. */
final class StoreWalk {
    /** A row: everything before it was checked. The key is not copied. */
    record Place(Table table, DirectBuffer key) {}

    private final Pages pages;
    private final Meta meta;
    private final StoreTrees trees;
    private final TableSums sums = new TableSums();
    private final Map<Table, Long> rows = new EnumMap<>(Table.class);
    private final UnsafeBuffer lastKey = new UnsafeBuffer(new byte[PageLayout.MAX_KEY_BYTES]);
    private @Nullable Table lastTable;
    private long lostPages;

    StoreWalk(Pages pages, Meta meta) {
        this.pages = pages;
        this.meta = meta;
        this.trees = new StoreTrees(pages, meta);
    }

    /** Upper levels of all trees, then the ends of events and runs. */
    void mostTelling() {
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

    /** Everything, each page noted. */
    void all() {
        PageAccount account = new PageAccount(pages);
        trees.free(account).all();
        trees.find(account);
        for (Table table : Table.OF_ROWS) {
            all(account, table);
        }
        lostPages = meta.lastPage() + 1 - PageLayout.METAS - account.count();
    }

    /** Everything that another walk, through an older checkpoint, has not seen: rows from a place on. */
    void from(Place place) {
        trees.free(null).all();
        trees.find(null);
        rows(null, place.table()).from(place.key());
        for (Table table : Table.OF_ROWS) {
            if (table.compareTo(place.table()) > 0) {
                all(null, table);
            }
        }
    }

    private void all(@Nullable PageAccount account, Table table) {
        TreeWalk walk = rows(account, table);
        walk.all();
        rows.put(table, walk.rowCount());
        trees.checkDigest(table, sums.digests());
    }

    private TreeWalk rows(@Nullable PageAccount account, Table table) {
        return trees.table(account, table, (page, key, value) -> {
            sums.add(table, value);
            lastTable = table;
            key.getBytes(0, lastKey.byteArray(), 0, key.capacity());
            lastKey.wrap(lastKey.byteArray(), 0, key.capacity());
        });
    }

    /** Where to go on, null for the start. */
    @Nullable
    Place place() {
        return lastTable == null ? null : new Place(lastTable, lastKey);
    }

    Verification result(boolean complete, @Nullable Damage damage) {
        return new Verification(
                complete, pages.pagesRead(), Map.copyOf(rows), lostPages, trees.identity(), trees.state(), damage);
    }
}
