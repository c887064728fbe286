package io.weir.cli.demo;

import io.weir.client.RecordedEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether each transaction of which there is an event has as many as its events say. Not for several threads. */
final class TransactionTally {
    private final Map<String, Integer> missing = new HashMap<>();

    void add(RecordedEvent event) {
        String transaction = Sent.transactionOf(event);
        if (transaction != null) {
            missing.merge(transaction, Sent.eventsOf(event) - 1, (left, all) -> left - 1);
        }
    }

    int transactions() {
        return missing.size();
    }

    /** A line for each transaction that is not whole. */
    List<String> torn() {
        List<String> torn = new ArrayList<>();
        missing.forEach((transaction, events) -> {
            if (events != 0) {
                torn.add("transaction " + transaction + " lacks " + events + " of its events");
            }
        });
        return torn;
    }
}
