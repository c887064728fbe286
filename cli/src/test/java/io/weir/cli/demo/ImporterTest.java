package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImporterTest {
    private final FakeCluster cluster = new FakeCluster(3, 2);
    private final EventStore store = cluster.connect();
    private final Importer importer = new Importer(store);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aUnitIsOneTransactionForEachPartition() throws Exception {
        importer.append(List.of(write("a", 1), write("b", 1), write("c", 1), write("a", 1)));
        importer.drain();

        assertThat(importer.transactions()).isEqualTo(2);
        assertThat(importer.unitsOverPartitions()).isEqualTo(1);
        assertThat(importer.unitsSplit()).isZero();
        assertThat(importer.written().events("a")).isEqualTo(2);
        assertThat(stored()).isEqualTo(4);
    }

    @Test
    void moreStreamsThanATransactionHoldsAreSplit() throws Exception {
        List<Write> unit = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            unit.add(write("stream-" + i, 1));
        }
        importer.append(unit);
        importer.drain();

        assertThat(importer.unitsSplit()).isEqualTo(1);
        assertThat(importer.transactions()).isEqualTo(4);
        assertThat(stored()).isEqualTo(40_000);
    }

    @Test
    void moreBytesThanATransactionHoldsAreSplitAndItsOrderIsKept() throws Exception {
        List<Write> unit = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            unit.add(write("big", 1_000_000));
        }
        importer.append(unit);
        importer.append(List.of(write("big", 1)));
        importer.drain();

        assertThat(importer.transactions()).isEqualTo(4);
        assertThat(cluster.largestTransactionBytes).isBetween(4_000_000L, 4L << 20);
    }

    @Test
    void everythingSentAcrossADeathIsThere() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            if (i == 700) {
                cluster.kill("n1");
            }
            importer.append(List.of(write("a" + i % 7, 1), write("b" + i % 11, 1)));
        }
        importer.drain();
        assertThat(stored()).isEqualTo(6_000);
    }

    @Test
    void anotherWriterIsNoticed() throws Exception {
        importer.append(List.of(write("a", 1)));
        store.commit(Transaction.builder()
                        .append("a", Expected.any(), NewEvent.json("Foreign", "{}"))
                        .build())
                .join();
        importer.append(List.of(write("a", 1)));

        assertThatThrownBy(importer::drain)
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("stream \"a\": expected revision 0, found revision 1");
    }

    private static Write write(String stream, int bytes) {
        return new Write(stream, NewEvent.of("T", "text/plain", new byte[bytes]));
    }

    private long stored() {
        long events = 0;
        for (int partition = 0; partition < store.partitions(); partition++) {
            for (RecordedEvent event : store.read(ReadRequest.partition(partition))) {
                assertThat(event.partition()).isEqualTo(partition);
                events++;
            }
        }
        return events;
    }
}
