package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.AbortReason;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImporterTest {
    private final FakeCluster cluster = new FakeCluster(3, 2);
    private final EventStore store = cluster.connect();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final Importer importer = new Importer(store, sent::add);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aUnitIsOneTransactionWhateverItsPartitions() throws Exception {
        importer.append("first", List.of(write("a", 1), write("b", 1), write("c", 1), write("a", 1)));
        importer.append("second", List.of(write("a", 1)));
        importer.drain();

        assertThat(importer.transactions()).isEqualTo(Map.of(1, 1, 2, 1));
        assertThat(importer.unitsSplit()).isZero();
        assertThat(importer.written().events("a")).isEqualTo(3);
        assertThat(stored()).isEqualTo(5);
        assertThat(sent)
                .contains(
                        new Sent(
                                "first",
                                2,
                                Map.of(
                                        "a", new Sent.Span(0, 1),
                                        "b", new Sent.Span(0, 0),
                                        "c", new Sent.Span(0, 0))),
                        new Sent("second", 1, Map.of("a", new Sent.Span(2, 2))));
    }

    @Test
    void everyEventNamesItsTransactionAndItsSize() throws Exception {
        importer.append("first", List.of(write("a", 1), write("b", 1)));
        importer.append("second", List.of(write("a", 1)));
        importer.drain();

        TransactionTally whole = new TransactionTally();
        events().forEach(whole::add);
        assertThat(whole.transactions()).isEqualTo(2);
        assertThat(whole.torn()).isEmpty();

        TransactionTally torn = new TransactionTally();
        events().stream().filter(event -> event.stream().equals("a")).forEach(torn::add);
        assertThat(torn.torn()).containsExactly("transaction first lacks 1 of its events");
    }

    /** What is over several partitions is not ordered with calls that are open, so the next on its streams has to wait. */
    @Test
    void whatSharesAStreamWithATransactionOverPartitionsIsNotSentBeforeItIsDecided() throws Exception {
        AtomicReference<CompletableFuture<?>> spread = new AtomicReference<>(new CompletableFuture<>());
        List<String> whileSpreadWasOpen = new CopyOnWriteArrayList<>();
        Importer waiting = new Importer(store, next -> {
            if (!Objects.requireNonNull(spread.get()).isDone()) {
                whileSpreadWasOpen.add(next.name());
            }
        });
        cluster.kill("n1");
        cluster.kill("n2"); // so that an answer takes a while

        spread.set(waiting.send("spread", List.of(write(in(0), 1), write(in(1), 1))));
        waiting.append("behind", List.of(write(in(0), 1)));
        waiting.append("behind that", List.of(write(in(0), 1)));
        waiting.append("aside", List.of(write("aside", 1)));
        waiting.drain();

        assertThat(whileSpreadWasOpen).containsExactly("spread", "aside");
        assertThat(stored()).isEqualTo(5);
    }

    @Test
    void whatIsGivenUpIsSentAgain() throws Exception {
        cluster.aborting.set(3);
        for (int i = 0; i < 20; i++) {
            importer.append("unit-" + i, List.of(write(in(0), 1), write(in(1), 1)));
        }
        importer.drain();

        assertThat(importer.aborted()).isEqualTo(Map.of(AbortReason.RECOVERED, 3));
        assertThat(stored()).isEqualTo(40);
    }

    @Test
    void moreStreamsThanATransactionHoldsAreSplit() throws Exception {
        List<Write> unit = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            unit.add(write("stream-" + i, 1));
        }
        importer.append("unit", unit);
        importer.drain();

        assertThat(importer.unitsSplit()).isEqualTo(1);
        assertThat(importer.transactions()).isEqualTo(Map.of(2, 3));
        assertThat(stored()).isEqualTo(40_000);
    }

    @Test
    void moreBytesThanATransactionHoldsAreSplitAndItsOrderIsKept() throws Exception {
        List<Write> unit = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            unit.add(write("big", 1_000_000));
        }
        importer.append("unit", unit);
        importer.append("behind it", List.of(write("big", 1)));
        importer.drain();

        assertThat(importer.transactions()).isEqualTo(Map.of(1, 4));
        assertThat(cluster.largestTransactionBytes).isBetween(4_000_000L, 4L << 20);
    }

    @Test
    void everythingSentAcrossADeathIsThere() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            if (i == 700) {
                cluster.kill("n1");
            }
            importer.append("unit-" + i, List.of(write("a" + i % 7, 1), write("b" + i % 11, 1)));
        }
        importer.drain();
        assertThat(stored()).isEqualTo(6_000);
    }

    @Test
    void anotherWriterIsNoticed() throws Exception {
        importer.append("first", List.of(write("a", 1)));
        store.commit(Transaction.builder()
                        .append("a", Expected.any(), NewEvent.json("Foreign", "{}"))
                        .build())
                .join();
        importer.append("second", List.of(write("a", 1)));

        assertThatThrownBy(importer::drain)
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("stream \"a\": expected revision 0, found revision 1");
    }

    /** A stream in a partition. */
    private String in(int partition) {
        return IntStream.iterate(0, n -> n + 1)
                .mapToObj(n -> "stream-" + n)
                .filter(name -> store.partitionOf(name) == partition)
                .findFirst()
                .orElseThrow();
    }

    private static Write write(String stream, int bytes) {
        return new Write(stream, NewEvent.of("T", "text/plain", new byte[bytes]));
    }

    private long stored() {
        return events().size();
    }

    private List<RecordedEvent> events() {
        List<RecordedEvent> events = new ArrayList<>();
        for (int partition = 0; partition < store.partitions(); partition++) {
            for (RecordedEvent event : store.read(ReadRequest.partition(partition))) {
                assertThat(event.partition()).isEqualTo(partition);
                events.add(event);
            }
        }
        return events;
    }
}
