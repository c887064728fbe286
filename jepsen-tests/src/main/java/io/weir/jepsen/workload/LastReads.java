package io.weir.jepsen.workload;

import io.weir.client.EventStoreException;
import io.weir.client.ReadLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at what each node itself holds in the end. A replica may lag, and what is in doubt may still come about: so a node is
 * asked again until it shows what a transaction reads meanwhile, and that is then a read of one moment. Patience is one for
 * all looks together; a node that has not got that far when it is over is noted as it is. For one thread.
 */
final class LastReads {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration ASK = Duration.ofSeconds(5);

    private final Performer performer;
    private final long deadlineNanos;

    /** Patience begins now: the timeout of the client. */
    LastReads(Performer performer) {
        this.performer = performer;
        deadlineNanos = System.nanoTime() + performer.timeout().toNanos();
    }

    /** Payloads of a stream on a node. */
    List<String> read(String node, String stream) {
        return read(node, Map.of(stream, 0L)).get(0);
    }

    /**
     * Payloads of streams on a node, in the order of the map.
     *
     * @param from stream to the first revision wanted
     * @throws EventStoreException.Unavailable if the node does not answer
     */
    List<List<String>> read(String node, Map<String, Long> from) {
        while (true) {
            boolean isLast = System.nanoTime() - deadlineNanos > 0;
            try {
                List<List<String>> all = performer
                        .store()
                        .transact(
                                tx -> {
                                    List<List<String>> payloads = new ArrayList<>();
                                    from.forEach(
                                            (stream, first) -> payloads.add(Performer.texts(tx.read(stream, first))));
                                    return payloads;
                                },
                                performer.options());
                List<List<String>> held = new ArrayList<>();
                from.forEach((stream, first) -> held.add(held(node, stream, first)));
                if (held.equals(all)) {
                    return held;
                } else if (isLast) {
                    // It may not even have come to where the others end: then all that it has.
                    return from.keySet().stream()
                            .map(stream -> held(node, stream, 0))
                            .toList();
                }
            } catch (EventStoreException.Unavailable e) {
                if (isLast) {
                    throw e;
                }
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private List<String> held(String node, String stream, long from) {
        int partition = performer.store().partitionOf(stream);
        return performer.replicas().read(node, partition, stream, from, ReadLevel.stale(), ASK);
    }
}
