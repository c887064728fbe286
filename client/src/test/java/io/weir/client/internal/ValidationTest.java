package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.EventStoreException.InvalidRequest;
import io.weir.client.EventStoreException.TooLarge;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import io.weir.protocol.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What no node is asked to do: refused in the client, with the value and the limit, as a failed future. */
class ValidationTest {
    private final FakeCluster cluster = new FakeCluster(1, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);

    /** None of it has taken a place in the session. */
    @AfterEach
    void nothingWasSent() {
        assertThat(cluster.look(cluster.received::size)).isZero();
        append(store, "s", "x").join();
        assertThat(cluster.look(() -> cluster.received.get(0)).getRequestId().getSequence())
                .isEqualTo(1);
        store.close();
    }

    private void refused(
            Class<? extends EventStoreException> kind, String stream, List<NewEvent> events, String... words) {
        assertThat(failure(store.append(stream, Expected.any(), events), kind)).hasMessageContainingAll(words);
    }

    @Test
    void names() {
        refused(InvalidRequest.class, "", List.of(), "empty", "1 to 256");
        refused(InvalidRequest.class, "n".repeat(257), List.of(), "257 bytes", "256");
        refused(InvalidRequest.class, "\ud800", List.of(), "surrogate");
        assertThatThrownBy(() -> store.partitionOf("")).isInstanceOf(InvalidRequest.class);
        assertThat(failure(store.info(""), InvalidRequest.class)).hasMessageContaining("empty");
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without a null checker can do
    void nulls() {
        refused(InvalidRequest.class, null, List.of(), "the stream name is null");
        refused(InvalidRequest.class, "s", null, "events", "null");
        refused(InvalidRequest.class, "s", Collections.singletonList(null), "an event", "null");
        NewEvent good = event("x");
        refused(
                InvalidRequest.class,
                "s",
                List.of(new NewEvent(null, "t", "c", Map.of(), List.of(), new byte[0])),
                "the id of an event for stream \"s\" is null");
        refused(
                InvalidRequest.class,
                "s",
                List.of(good, new NewEvent(UUID.randomUUID(), null, "c", Map.of(), List.of(), new byte[0])),
                "the type of an event");
        refused(
                InvalidRequest.class,
                "s",
                List.of(new NewEvent(UUID.randomUUID(), "t", "c", Map.of(), List.of(), null)),
                "the payload of an event");
        assertThat(failure(store.append("s", null, List.of(good)), InvalidRequest.class))
                .hasMessageContaining("Expected.any()");
    }

    @Test
    void texts() {
        refused(
                InvalidRequest.class,
                "s",
                List.of(NewEvent.of("bad \udc00", "c", new byte[0])),
                "the type of an event for stream \"s\" holds an unpaired surrogate at 4");
        refused(
                InvalidRequest.class,
                "s",
                List.of(event("x").withProperties(Map.of("k", "\ud83d"))),
                "the property of an event");
    }

    @Test
    void sizes() {
        refused(
                TooLarge.class,
                "s",
                List.of(NewEvent.of("t", "c", new byte[Limits.MAX_EVENT_BYTES])),
                "" + Limits.MAX_EVENT_BYTES,
                "1048604");
        NewEvent large = NewEvent.of("t", "c", new byte[Limits.MAX_EVENT_BYTES - 100]);
        refused(TooLarge.class, "s", List.of(large, large, large, large, large), "" + Limits.MAX_TRANSACTION_BYTES);
        refused(
                TooLarge.class,
                "s",
                Collections.nCopies(Limits.MAX_EVENTS_PER_TRANSACTION + 1, event("")),
                "events of the request: 65537; the limit is 65536");
        Transaction.Builder builder = Transaction.builder();
        for (int i = 0; i <= Limits.MAX_STREAMS_PER_TRANSACTION; i++) {
            builder.require("{k}" + i, Expected.any());
        }
        assertThat(failure(store.commit(builder.build()), TooLarge.class))
                .hasMessageContaining("streams that the request names: 16385; the limit is 16384");
        Transaction.Builder spread = Transaction.builder();
        for (int i = 0; i < 5; i++) {
            spread.append("s" + i, Expected.any(), large);
        }
        assertThat(failure(store.commit(spread.build()), TooLarge.class))
                .hasMessageContainingAll("of the request: 5242", "the limit is " + Limits.MAX_TRANSACTION_BYTES);
    }

    @Test
    void transactions() {
        assertThat(failure(store.commit(Transaction.builder().build()), InvalidRequest.class))
                .hasMessageContaining("empty");
        assertThat(failure(
                        store.commit(Transaction.builder()
                                .append("", Expected.any(), event("x"))
                                .build()),
                        InvalidRequest.class))
                .hasMessageContaining("empty");
    }

    @Test
    void options() {
        List<CallOptions> bad = new ArrayList<>();
        bad.add(CallOptions.within(Duration.ZERO));
        bad.add(CallOptions.within(Duration.ofMillis(-1)));
        for (CallOptions options : bad) {
            failure(append(store, "s", "x", options), InvalidRequest.class);
        }
        assertThatThrownBy(() -> Expected.revision(-1)).hasMessageContaining("-1 is negative");
        assertThatThrownBy(() -> ClientConfig.DEFAULT.withPageBytes(0)).hasMessageContaining("pageBytes: 0");
        assertThatThrownBy(() -> ClientConfig.DEFAULT.withTimeout(Duration.ZERO))
                .hasMessageContaining("not above zero");
    }
}
