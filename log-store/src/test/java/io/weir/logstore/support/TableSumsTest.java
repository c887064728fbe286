package io.weir.logstore.support;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.StoreException;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What the sums of the rows tell apart, and what they do not. */
class TableSumsTest {
    private record Row(Table table, UnsafeBuffer key, UnsafeBuffer value) {}

    private final Checksum checksum = new Checksum();

    private Row row(Table table, int key, String content) {
        UnsafeBuffer keyBuffer = new UnsafeBuffer(new byte[8]);
        keyBuffer.putLong(0, key);
        UnsafeBuffer value = new UnsafeBuffer(new byte[Checksum.END_OFFSET + content.length()]);
        value.putStringWithoutLengthAscii(Checksum.END_OFFSET, content);
        checksum.seal(table, keyBuffer, value);
        return new Row(table, keyBuffer, value);
    }

    private static TableDigests digests(List<Row> rows) {
        TableSums sums = new TableSums();
        rows.forEach(row -> sums.onRow(row.table, row.key, row.value));
        return sums.digests();
    }

    @Test
    void theOrderOfRowsDoesNotMatter() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(row(Table.EVENTS, i, "event " + i % 7));
            rows.add(row(Table.ANSWERS, i, "answer"));
        }
        TableDigests before = digests(rows);
        Collections.shuffle(rows, new Random(1));
        assertThat(digests(rows)).isEqualTo(before).hasToString(before.toString());
        assertThat(before.rows(Table.EVENTS)).isEqualTo(100);
        assertThat(before.rows(Table.RUNS)).isZero();
    }

    @Test
    void keysTablesContentsAndCountsMatter() {
        Row a = row(Table.EVENTS, 1, "a");
        Row b = row(Table.EVENTS, 2, "b");
        TableDigests both = digests(List.of(a, b));
        assertThat(List.of(
                        digests(List.of(row(Table.EVENTS, 1, "b"), row(Table.EVENTS, 2, "a"))),
                        digests(List.of(a, row(Table.EVENTS, 3, "b"))),
                        digests(List.of(a, row(Table.RUNS, 2, "b"))),
                        digests(List.of(a, row(Table.EVENTS, 2, "b\0"))),
                        digests(List.of(a)),
                        digests(List.of(a, b, b)),
                        digests(List.of(a, a))))
                .doesNotContain(both)
                .doesNotHaveDuplicates();
    }

    /** A sum of bare checksums would take two such changes for none. */
    @Test
    void oppositeChangesOfTwoChecksumsDoNotCancelOut() {
        Row a = row(Table.EVENTS, 1, "a");
        Row b = row(Table.EVENTS, 2, "b");
        TableDigests before = digests(List.of(a, b));
        a.value.putInt(0, a.value.getInt(0, BIG_ENDIAN) + 1_000, BIG_ENDIAN);
        b.value.putInt(0, b.value.getInt(0, BIG_ENDIAN) - 1_000, BIG_ENDIAN);
        assertThat(digests(List.of(a, b))).isNotEqualTo(before);
    }

    @Test
    void goesOnFromKnownDigestsAndBack() {
        Row a = row(Table.SESSIONS, 1, "a");
        Row b = row(Table.SESSIONS, 2, "b");
        TableDigests one = digests(List.of(a));
        TableSums sums = new TableSums(one);
        sums.add(b.table, b.value);
        assertThat(sums.digests()).isEqualTo(digests(List.of(a, b)));
        sums.remove(a.table, a.value);
        sums.remove(b.table, b.value);
        assertThat(sums.digests()).isEqualTo(TableDigests.EMPTY);
        assertThatThrownBy(() -> sums.remove(b.table, b.value))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("table sessions");
    }
}
