package io.weir.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.StreamInfo;
import io.weir.client.VectorPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads over pages: directions, bounds, levels, and what happens when the leader changes between two pages. */
class ReadTest {
    private static final int EVENTS = 100;

    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private RoutedEventStore store;

    @BeforeEach
    void fill() {
        store = cluster.store(ClientConfig.DEFAULT.withPageBytes(500)); // a handful of events a page
        CompletableFuture.allOf(IntStream.range(0, EVENTS)
                        .mapToObj(i -> store.append("s", Expected.any(), List.of(NewEvent.json("t", "" + i))))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private List<Long> revisions(ReadRequest request) {
        return StreamSupport.stream(store.read(request).spliterator(), false)
                .map(RecordedEvent::revision)
                .toList();
    }

    private static List<Long> range(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> (long) i).toList();
    }

    private static List<Long> down(int from) {
        return IntStream.rangeClosed(0, from).mapToObj(i -> (long) from - i).toList();
    }

    @Test
    void forwardsFromAnywhere() {
        assertThat(revisions(ReadRequest.stream("s"))).isEqualTo(range(0, EVENTS));
        assertThat(revisions(ReadRequest.stream("s").from(42))).isEqualTo(range(42, EVENTS));
        assertThat(revisions(ReadRequest.stream("s").from(EVENTS))).isEmpty();
        assertThat(revisions(ReadRequest.stream("s").from(10).limit(25))).isEqualTo(range(10, 35));
        assertThat(revisions(ReadRequest.stream("s").limit(0))).isEmpty();
    }

    @Test
    void backwardsFromAnywhere() {
        assertThat(revisions(ReadRequest.stream("s").backwards())).isEqualTo(down(EVENTS - 1));
        assertThat(revisions(ReadRequest.stream("s").backwards().from(42))).isEqualTo(down(42));
        assertThat(revisions(ReadRequest.stream("s").backwards().from(5_000))).isEqualTo(down(EVENTS - 1));
        assertThat(revisions(ReadRequest.stream("s").backwards().from(0))).containsExactly(0L);
        assertThat(revisions(ReadRequest.stream("s").backwards().limit(3))).containsExactly(99L, 98L, 97L);
    }

    @Test
    void wholePartitionsAndMissingStreams() {
        int partition = store.partitionOf("s");
        assertThat(store.read(ReadRequest.partition(partition))).hasSize(EVENTS);
        assertThat(store.read(ReadRequest.partition(1 - partition))).isEmpty();
        assertThat(store.read(ReadRequest.stream("missing"))).isEmpty();
        assertThat(store.read(ReadRequest.stream("missing").backwards())).isEmpty();
        assertThatThrownBy(() -> store.read(ReadRequest.partition(2)))
                .isInstanceOf(EventStoreException.InvalidRequest.class)
                .hasMessageContaining("partition 2 does not exist; the partitions are 0 to 1");
    }

    @Test
    void everyLevelReadsOneselfsWrites() {
        VectorPosition token =
                store.append("s", Expected.any(), List.of()).join().orThrow().token();
        assertThat(revisions(ReadRequest.stream("s").at(ReadLevel.atLeast(token))))
                .hasSize(EVENTS);
        assertThat(revisions(ReadRequest.stream("s").at(ReadLevel.stale()))).hasSize(EVENTS);
    }

    @Test
    void goesOnBehindTheSameEventWhenTheLeaderChanges() {
        Iterator<RecordedEvent> events = store.read(ReadRequest.stream("s")).iterator();
        List<Long> seen = new ArrayList<>();
        while (events.hasNext()) {
            seen.add(events.next().revision());
            if (seen.size() % 10 == 0) {
                cluster.change(() -> {
                    int partition = store.partitionOf("s");
                    cluster.leaders[partition] = (cluster.leaders[partition] + 1) % 3;
                });
            }
        }
        assertThat(seen).isEqualTo(range(0, EVENTS));
    }

    @Test
    void takesAnotherReplicaWhenOneHangs() {
        cluster.change(() -> cluster.hung.add(cluster.leaders[store.partitionOf("s")]));
        assertThat(revisions(ReadRequest.stream("s").at(ReadLevel.stale()))).isEqualTo(range(0, EVENTS));
    }

    @Test
    void everyIteratorReadsAnew() {
        Iterable<RecordedEvent> all = store.read(ReadRequest.stream("s"));
        assertThat(all).hasSize(EVENTS);
        store.append("s", Expected.any(), List.of(NewEvent.json("t", "" + EVENTS)))
                .join();
        assertThat(all).hasSize(EVENTS + 1);
    }

    @Test
    void failsByItsDeadlineAndNamesTheNodes() {
        cluster.change(() -> cluster.down.addAll(List.of(0, 1, 2)));
        Iterator<RecordedEvent> events = store.read(ReadRequest.stream("s").within(Duration.ofMillis(200)))
                .iterator();
        assertThatThrownBy(events::hasNext)
                .isInstanceOf(EventStoreException.Unavailable.class)
                .hasMessageContainingAll("the read of stream \"s\"", "200 ms", "fake:0", "fake:1", "fake:2");
    }

    @Test
    void anEventComesBackAsItWasGiven() {
        UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        NewEvent event = new NewEvent(
                id, "type \u00e9", "text/plain", Map.of("b", "2", "a", "1"), List.of("y", "x"), new byte[] {0, -1});
        store.append("one", Expected.noStream(), List.of(event)).join().orThrow();
        RecordedEvent back = store.read(ReadRequest.stream("one")).iterator().next();
        assertThat(back)
                .usingRecursiveComparison()
                .isEqualTo(new RecordedEvent(
                        "one",
                        0,
                        store.partitionOf("one"),
                        back.position(),
                        back.recordedAt(),
                        id,
                        "type \u00e9",
                        "text/plain",
                        Map.of("a", "1", "b", "2"),
                        List.of("y", "x"),
                        new byte[] {0, -1}));
    }

    @Test
    void infoAndLists() {
        StreamInfo info = store.info("s").join();
        assertThat(info).isNotNull();
        assertThat(info.name()).isEqualTo("s");
        assertThat(info.lastRevision()).isEqualTo(EVENTS - 1);
        assertThat(info.partition()).isEqualTo(store.partitionOf("s"));
        assertThat(info.lastRecordedAt()).isAfter(Instant.EPOCH);
        assertThat(store.info("missing").join()).isNull();

        for (int i = 0; i < 20; i++) {
            store.append("list-" + i, Expected.noStream(), List.of(NewEvent.json("t", "{}")))
                    .join();
        }
        assertThat(store.streams("list-"))
                .hasSize(20)
                .extracting(StreamInfo::name)
                .doesNotHaveDuplicates();
        assertThat(store.streams("")).hasSize(21);
        assertThat(store.streams("s"))
                .as("behind empty pages")
                .extracting(StreamInfo::name)
                .containsExactly("s");
        assertThat(store.streams("nothing")).isEmpty();
    }
}
