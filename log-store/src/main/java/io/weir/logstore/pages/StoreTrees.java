package io.weir.logstore.pages;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.RowCheck;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The trees of one store's file: the free pages, the tables, and the rule for the rows of each. One thread. */
final class StoreTrees {
    private static final String FREE_PAGES = "free pages";
    private static final String TABLES = "list of tables";
    private static final Map<String, Table> BY_NAME = new HashMap<>();

    static {
        for (Table table : Table.values()) {
            BY_NAME.put(table.tableName(), table);
        }
    }

    private final Pages pages;
    private final Meta meta;
    private final Map<Table, Tree> trees = new EnumMap<>(Table.class);
    private final Checksum checksum = new Checksum();
    private final RowCheck check = new RowCheck();
    private final DirectBuffer identityKey = MetaLayout.identityKey(new Scratch());
    private final DirectBuffer stateKey = MetaLayout.stateKey(new Scratch());
    private final DirectBuffer digestsKey = DigestsLayout.tablesKey(new Scratch());
    private @Nullable StoreIdentity identity;
    private @Nullable PartitionState state;
    private @Nullable TableDigests digests;

    StoreTrees(Pages pages, Meta meta) {
        this.pages = pages;
        this.meta = meta;
    }

    /** The running values, once the table {@code meta} was checked. */
    @Nullable
    PartitionState state() {
        return state;
    }

    /** Whose data it is, once the table {@code meta} was checked. */
    @Nullable
    StoreIdentity identity() {
        return identity;
    }

    /** Levels of the deepest tree known. */
    int depth() {
        int depth = meta.free().depth();
        for (Tree tree : trees.values()) {
            depth = Math.max(depth, tree.depth());
        }
        return depth;
    }

    /**
     * Learns where the tables begin, and checks the table {@code meta}: whether the rest may be read.
     *
     * @throws io.weir.logstore.StoreException.Incompatible if it may not
     */
    void find(@Nullable PageAccount account) {
        if (meta.tables().flags() != 0) {
            throw new DamageException(
                    Damage.NO_PAGE,
                    TABLES,
                    null,
                    "has the flags " + meta.tables().flags());
        }
        String[] unknown = new String[1];
        walk(account, TABLES, PageLayout.SUB_DATA, meta.tables(), (page, key, value) -> {
                    String name = key.getStringWithoutLengthAscii(0, key.capacity());
                    Table table = BY_NAME.get(name);
                    if (table == null) {
                        unknown[0] = name;
                    } else {
                        trees.put(table, tree(page, name, value));
                    }
                })
                .all();
        if (trees.containsKey(Table.META)) {
            table(account, Table.META).all();
        }
        if (unknown[0] != null || trees.size() != BY_NAME.size()) {
            throw new DamageException(
                    meta.tables().root(), TABLES, null, "has " + trees.keySet() + " and " + unknown[0]);
        }
    }

    private Tree tree(long page, String name, DirectBuffer value) {
        if (value.capacity() != PageLayout.TREE_BYTES) {
            throw new DamageException(page, TABLES, null, "table " + name + " has " + value.capacity() + " bytes");
        }
        byte[] bytes = new byte[PageLayout.TREE_BYTES];
        value.getBytes(0, bytes);
        Tree tree = Tree.at(ByteBuffer.wrap(bytes).order(PageLayout.ORDER), 0);
        if (tree.flags() != 0) {
            throw new DamageException(page, TABLES, null, "table " + name + " has the flags " + tree.flags());
        }
        return tree;
    }

    /** A walk through a table that checks its rows. */
    TreeWalk table(@Nullable PageAccount account, Table table) {
        return table(account, table, (page, key, value) -> {});
    }

    /** As {@link #table(PageAccount, Table)}, handing on the rows that are sound. */
    TreeWalk table(@Nullable PageAccount account, Table table, TreeWalk.Rows then) {
        return walk(account, owner(table), 0, tree(table), (page, key, value) -> {
            check.verify(table, key, value);
            if (table == Table.META) {
                metaRow(key, value);
            }
            then.row(page, key, value);
        });
    }

    /** What is noted of a table. */
    Tree tree(Table table) {
        Tree tree = trees.get(table);
        if (tree == null) {
            throw new DamageException(meta.tables().root(), TABLES, null, "has no " + table.tableName());
        }
        return tree;
    }

    private void metaRow(DirectBuffer key, DirectBuffer value) {
        if (KeyOrder.BYTES.compare(key, identityKey) == 0) {
            identity = MetaLayout.identity(checksum, key, value);
        } else if (KeyOrder.BYTES.compare(key, stateKey) == 0) {
            state = MetaLayout.state(checksum, key, value);
        } else if (KeyOrder.BYTES.compare(key, digestsKey) == 0) {
            digests = DigestsLayout.tables(checksum, key, value);
        }
    }

    /** Compares what a table has with what was kept count of while it was written. */
    void checkDigest(Table table, TableDigests found) {
        TableDigests kept = digests;
        if (kept == null || state == null || identity == null) {
            throw new DamageException(tree(Table.META).root(), owner(Table.META), null, "lacks a row");
        }
        if (kept.rows(table) != found.rows(table) || kept.sum(table) != found.sum(table)) {
            throw new DamageException(
                    tree(table).root(),
                    owner(table),
                    null,
                    String.format(
                            "has %d rows with digest %016x, not %d with %016x",
                            found.rows(table), found.sum(table), kept.rows(table), kept.sum(table)));
        }
    }

    private static String owner(Table table) {
        return "table " + table.tableName();
    }

    private TreeWalk walk(@Nullable PageAccount account, String owner, int nodeFlags, Tree tree, TreeWalk.Rows rows) {
        return new TreeWalk(pages, account, owner, KeyOrder.BYTES, nodeFlags, tree, rows);
    }

    /** A walk through the free pages. */
    TreeWalk free(@Nullable PageAccount account) {
        return new TreeWalk(pages, account, FREE_PAGES, KeyOrder.INTEGERS, 0, meta.free(), (page, key, value) -> {
            checkTransaction(page, key);
            checkFreed(page, account, new UnsafeBuffer(value));
        });
    }

    private void checkTransaction(long page, DirectBuffer key) {
        long transaction = key.getLong(0, ByteOrder.LITTLE_ENDIAN);
        if (Long.compareUnsigned(transaction, meta.transaction()) > 0) {
            throw new DamageException(
                    page, FREE_PAGES, null, "are of transaction " + transaction + ", after " + meta.transaction());
        }
    }

    private void checkFreed(long page, @Nullable PageAccount account, DirectBuffer list) {
        int longs = list.capacity() / Long.BYTES;
        long count = longs == 0 ? -1 : list.getLong(0, ByteOrder.LITTLE_ENDIAN);
        if (list.capacity() % Long.BYTES != 0 || count < 0 || count >= longs) {
            throw new DamageException(
                    page, FREE_PAGES, null, "lists " + count + " pages in " + list.capacity() + " bytes");
        }
        long previous = Long.MAX_VALUE;
        for (int i = 1; i <= count; i++) {
            long freed = list.getLong(i * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
            if (freed >= previous) {
                throw new DamageException(page, FREE_PAGES, null, "page " + freed + " is out of order");
            }
            if (account != null) {
                account.takeFree(freed, page, FREE_PAGES);
            }
            previous = freed;
        }
    }
}
