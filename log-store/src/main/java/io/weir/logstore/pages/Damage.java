package io.weir.logstore.pages;

import org.jspecify.annotations.Nullable;

/**
 * The first thing in a data file that is not as it was written.
 *
 * @param page the page that shows it, -1 if it is about the whole file
 * @param table the table's name, or what else the page belongs to; null if that is not known
 * @param key the row's key in hexadecimal, null if it is not about one row
 * @param what is wrong, to be read after the place
 */
public record Damage(
        long page, @Nullable String table, @Nullable String key, String what) {
    /** Of something that is about the whole file. */
    public static final long NO_PAGE = -1;

    /** Such as {@code page 17, table events, key 0000000000000003: checksum is ...}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(page == NO_PAGE ? "file" : "page " + page);
        if (table != null) {
            text.append(", ").append(table);
        }
        if (key != null) {
            text.append(", key ").append(key);
        }
        return text.append(": ").append(what).toString();
    }
}
