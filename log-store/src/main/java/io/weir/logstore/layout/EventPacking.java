package io.weir.logstore.layout;

import io.weir.logstore.RowEvent;
import java.util.List;

/**
 * How many events share a row: as many as fill a page. LMDB keeps a short row inside a page with others, and a longer one in pages
 * of its own. Several pages in one piece would be written faster, but LMDB finds them only by a search through its free pages,
 * which by and by takes longer than all else; so only an event that is longer than a page gets more than one.
 *
 * <p>Replicas must cut alike, so this depends on the events of one entry and on nothing else. The page size is not asked
 * for but assumed: with another one only space is wasted.
 */
public final class EventPacking {
    private static final int PAGE_BYTES = 4_096;

    /** Of every page, and of a row in pages of its own. */
    private static final int PAGE_HEAD_BYTES = 16;

    /** Where a row of several events ends at the latest. */
    private static final int MAX_ROW_BYTES = PAGE_BYTES - PAGE_HEAD_BYTES;

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
        while (count > 1 && isWasteful(rowBytes[count - 1])) {
            count--;
        }
        return count;
    }

    /** Whether a row would have a page of its own and leave more than a quarter of it empty. */
    private static boolean isWasteful(int rowBytes) {
        return rowBytes > MAX_SHARING_BYTES && PAGE_HEAD_BYTES + rowBytes < PAGE_BYTES / 4 * 3;
    }
}
