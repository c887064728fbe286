package io.weir.cli.demo;

import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the demo, and where its events must be. Each of them says which transaction it belongs to and how many there
 * are, so that who reads some knows whether they are all.
 *
 * @param name no other transaction is called so
 * @param partitions over how many
 * @param spans by stream
 */
record Sent(String name, int partitions, Map<String, Span> spans) {
    private static final String TRANSACTION = "transaction";
    private static final String EVENTS = "events";

    /** The revisions of its events in one stream, both inclusive. */
    record Span(long first, long last) {}

    Sent {
        spans = Map.copyOf(spans);
    }

    /** The event with the mark of its transaction. */
    static NewEvent mark(NewEvent event, String transaction, int events) {
        return event.withProperties(Map.of(TRANSACTION, transaction, EVENTS, Integer.toString(events)));
    }

    /** The transaction of an event; null if it is not marked. */
    static @Nullable String transactionOf(RecordedEvent event) {
        return event.properties().get(TRANSACTION);
    }

    /** How many events its transaction has. */
    static int eventsOf(RecordedEvent event) {
        return Integer.parseInt(event.properties().getOrDefault(EVENTS, "0"));
    }
}
