package io.weir.logstore.layout;

import io.weir.logstore.RowEvent;
import java.util.List;

/**
 * How many events share a row: LMDB keeps a short row inside a page with others, and a long one in whole pages of its own, which
 * it writes in one piece. The more events a long row has, the less of its last page matters; but it should not end with a nearly
 * empty one.
 *
 * <p>Replicas must cut alike, so this depends on the events of one entry and on nothing else. The page size is not asked
 * for but assumed: with another one only space is wasted.
 */
public final class EventPacking {
    private static final int PAGE_BYTES = 4_096;

    /** Of every page, and of a row in pages of its own. */
    private static final int PAGE_HEAD_BYTES = 16;

    /** Where a row ends at the latest, so that free pages in one piece are found for it; one event may be longer. */
    private static final int MAX_ROW_BYTES = 16 * PAGE_BYTES - PAGE_HEAD_BYTES;

    /** The longest value that shares a page: two nodes must fit, each with its head, this table's key, and its slot. */
    private static final int MAX_SHARING_BYTES =
            (PAGE_BYTES - PAGE_HEAD_BYTES) / 2 - Short.BYTES - Long.BYTES - EventsLayout.KEY_BYTES;

    private EventPacking() {}

    /**
     * How many of the events go into the next row.
     *
     * @param events of one entry, those that have no row yet; at least one
     * @return 1 to {@link EventsLayout#MAX_EVENTS}
     */
    public static int nextRow(List<RowEvent> events) {
        int[] rowBytes = new int[Math.min(events.size(), EventsLayout.MAX_EVENTS)];
        long stampMs = events.get(0).stampMs();
        int eventBytes = 0;
        int count = 0;
        while (count < rowBytes.length && events.get(count).stampMs() == stampMs) {
            eventBytes += events.get(count).bytes().remaining();
            rowBytes[count] = EventsLayout.rowBytes(count + 1, eventBytes);
            if (count > 0 && rowBytes[count] > MAX_ROW_BYTES) {
                break;
            }
            count++;
        }
        return fullest(rowBytes, count);
    }

    /** The longest row that wastes little; if there is none, the longest of all, rather than a wasteful one of each event. */
    private static int fullest(int[] rowBytes, int longest) {
        for (int count = longest; count > 0; count--) {
            if (!isWasteful(rowBytes[count - 1])) {
                return count;
            }
        }
        return longest;
    }

    /** Whether less than three quarters of the pages that a row needs would be used. */
    private static boolean isWasteful(int rowBytes) {
        int used = PAGE_HEAD_BYTES + rowBytes;
        int pages = (used + PAGE_BYTES - 1) / PAGE_BYTES;
        return rowBytes > MAX_SHARING_BYTES && used < pages * PAGE_BYTES / 4 * 3;
    }
}
