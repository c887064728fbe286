package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A workload that can be checked: appends of the numbers 0, 1, 2 ... to streams in turn, pipelined, by one thread. It keeps
 * what became of each, and judges what a replica holds.
 */
final class NumberedAppends {
    /** One append and its fate; the result is written by the client's thread and read after the permits came back. */
    static final class Call {
        final int number;
        final String stream;
        final long sentNanos = System.nanoTime();
        volatile long endedNanos;
        volatile AppendResult.@Nullable Appended appended;
        volatile @Nullable Throwable failure;

        Call(int number, String stream) {
            this.number = number;
            this.stream = stream;
        }

        /** Whether the client said that it was not executed and never will be. */
        boolean isRefused() {
            return failure instanceof EventStoreException.Unavailable
                    || failure instanceof EventStoreException.Throttled;
        }
    }

    private final EventStore store;
    private final List<String> streams;
    private final int maxInFlight;
    private final int payloadBytes;
    private final Semaphore permits;
    private final CallOptions options;
    private final AtomicInteger acknowledgedCount = new AtomicInteger();
    private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());

    NumberedAppends(EventStore store, List<String> streams, int maxInFlight, Duration timeout) {
        this(store, streams, maxInFlight, timeout, 1);
    }

    /** Appends of events of at least so many bytes: the number and blanks. */
    NumberedAppends(EventStore store, List<String> streams, int maxInFlight, Duration timeout, int payloadBytes) {
        this.store = store;
        this.payloadBytes = payloadBytes;
        this.streams = streams;
        this.maxInFlight = maxInFlight;
        this.permits = new Semaphore(maxInFlight);
        this.options = CallOptions.within(timeout);
    }

    /** Sends so many more, waiting only when too many are under way. */
    void send(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            permits.acquire();
            int number = calls.size();
            Call call = new Call(number, streams.get(number % streams.size()));
            calls.add(call);
            NewEvent event = NewEvent.of("Numbered", "text/plain", payload(number));
            CompletableFuture<AppendResult> unused = store.append(call.stream, Expected.any(), List.of(event), options)
                    .whenComplete((result, error) -> {
                        call.appended = result == null ? null : result.orThrow();
                        call.failure = error;
                        call.endedNanos = System.nanoTime();
                        if (result != null) {
                            acknowledgedCount.incrementAndGet();
                        }
                        permits.release();
                    });
        }
    }

    private byte[] payload(int number) {
        String text = Integer.toString(number);
        return (text + " ".repeat(Math.max(0, payloadBytes - text.length()))).getBytes(StandardCharsets.UTF_8);
    }

    /** Waits until every future is complete. */
    void awaitAll() throws InterruptedException {
        permits.acquire(maxInFlight);
        permits.release(maxInFlight);
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** How many of them have been acknowledged by now. */
    int acknowledgedCount() {
        return acknowledgedCount.get();
    }

    List<Call> acknowledged() {
        return calls().stream().filter(call -> call.appended != null).toList();
    }

    /** Checks one stream as a replica holds it; see {@link #check(List, String, List)}. */
    void check(String stream, List<String> payloads) {
        check(calls(), stream, payloads);
    }

    /**
     * Checks one stream as a replica holds it: every acknowledged number is there, at the revision that was promised; none
     * is there twice or out of order; none is there that was refused or never sent.
     */
    static void check(List<Call> calls, String stream, List<String> payloads) {
        List<Integer> numbers =
                payloads.stream().map(String::strip).map(Integer::valueOf).toList();
        for (int i = 1; i < numbers.size(); i++) {
            assertThat(numbers.get(i))
                    .as("%s: number at revision %d, after %s", stream, i, numbers.get(i - 1))
                    .isGreaterThan(numbers.get(i - 1));
        }
        Set<Integer> possible = new HashSet<>();
        for (Call call : calls) {
            if (call.stream.equals(stream) && !call.isRefused()) {
                possible.add(call.number);
            }
            AppendResult.Appended appended = call.appended;
            if (call.stream.equals(stream) && appended != null) {
                assertThat(appended.firstRevision())
                        .as("%s: promised revision of %d", stream, call.number)
                        .isLessThan(numbers.size());
                assertThat(numbers.get((int) appended.firstRevision()))
                        .as("%s: number at revision %d", stream, appended.firstRevision())
                        .isEqualTo(call.number);
            }
        }
        assertThat(possible).as("%s: sent and not refused", stream).containsAll(numbers);
    }

    /** The longest time between two acknowledgements that followed each other. */
    Duration longestGap() {
        long[] times = acknowledged().stream()
                .mapToLong(call -> call.endedNanos)
                .sorted()
                .toArray();
        long longest = 0;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        return Duration.ofNanos(longest);
    }

    /**
     * The time from a moment to the first acknowledgement, in some streams, of an append that was sent after it. An answer to
     * an earlier one may still have been on its way.
     */
    Duration firstServiceAfter(long momentNanos, List<String> ofStreams) {
        long first = acknowledged().stream()
                .filter(call -> call.sentNanos - momentNanos > 0 && ofStreams.contains(call.stream))
                .mapToLong(call -> call.endedNanos)
                .min()
                .orElseThrow(() -> new AssertionError("nothing was acknowledged any more in " + ofStreams));
        return Duration.ofNanos(first - momentNanos);
    }
}
