package io.weir.logstore.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.RowEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** How the events of an entry are cut into rows. Every replica must cut as pinned here. */
class EventPackingTest {
    private static List<Integer> rows(List<RowEvent> events) {
        List<Integer> rows = new ArrayList<>();
        for (int from = 0; from < events.size(); from += rows.get(rows.size() - 1)) {
            rows.add(EventPacking.nextRow(events.subList(from, events.size())));
        }
        return rows;
    }

    private static List<RowEvent> events(int count, int bytes) {
        return Collections.nCopies(count, new RowEvent(1, 2, 3, ByteBuffer.allocate(bytes)));
    }

    @Test
    void cutsWherePagesAreFilled() {
        assertThat(rows(events(1, 0))).containsExactly(1);
        assertThat(rows(events(7, 1_054))).containsExactly(3, 3, 1);
        assertThat(rows(events(70, 100))).containsExactly(32, 32, 6);
        assertThat(rows(events(200, 0))).containsExactly(64, 64, 64, 8);
        assertThat(rows(events(2, 1_054))).as("half of a page would stay empty").containsExactly(1, 1);
        assertThat(rows(events(2, 900)))
                .as("as long as a row may be that shares a page")
                .containsExactly(2);
        assertThat(rows(events(2, 2_008))).as("all of a page").containsExactly(2);
        assertThat(rows(events(2, 2_009))).as("a byte more").containsExactly(1, 1);
        assertThat(rows(events(2, 4_200)))
                .as("pages in one piece are hard to find")
                .containsExactly(1, 1);
        assertThat(rows(events(3, 1 << 20))).containsExactly(1, 1, 1);
    }

    @Test
    void eventsOfTwoStampsDoNotShareARow() {
        List<RowEvent> events = new ArrayList<>(events(3, 10));
        events.add(new RowEvent(1, 2, 4, ByteBuffer.allocate(10)));
        assertThat(rows(events)).containsExactly(3, 1);
    }

    /** Against the best of all ways to cut, found by dynamic programming. */
    @Property(tries = 300)
    void fewPagesAreWasted(@ForAll long seed) {
        Random random = new Random(seed);
        List<RowEvent> events = new ArrayList<>();
        for (int i = 1 + random.nextInt(100); i > 0; i--) {
            int bytes = random.nextInt(1 << (1 + random.nextInt(16)));
            events.add(new RowEvent(1, i, 3, ByteBuffer.allocate(bytes)));
        }
        double pages = 0;
        int from = 0;
        for (int count : rows(events)) {
            assertThat(count).isBetween(1, EventsLayout.MAX_EVENTS);
            pages += pages(events, from, count);
            from += count;
        }
        assertThat(from).isEqualTo(events.size());
        assertThat(pages).isLessThanOrEqualTo(1 + 1.35 * best(events));
    }

    private static double best(List<RowEvent> events) {
        double[] best = new double[events.size() + 1];
        for (int from = events.size() - 1; from >= 0; from--) {
            best[from] = Double.MAX_VALUE;
            int most = Math.min(EventsLayout.MAX_EVENTS, events.size() - from);
            for (int count = 1; count <= most; count++) {
                best[from] = Math.min(best[from], pages(events, from, count) + best[from + count]);
            }
        }
        return best[0];
    }

    /** What a row takes: its share of a page, or whole pages. */
    private static double pages(List<RowEvent> events, int from, int count) {
        int bytes = EventsLayout.rowBytes(events.subList(from, from + count));
        int perPage = 4_080 / (8 + 8 + 2 + bytes);
        if (count > 1 && bytes > 4_080) {
            return Double.MAX_VALUE / 1_000;
        }
        return bytes <= 2_022 ? 1.0 / perPage : Math.ceil((16.0 + bytes) / 4_096);
    }
}
