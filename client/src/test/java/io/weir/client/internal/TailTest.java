package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rules of Reactive Streams, one by one, and what a subscription does at its ends. */
@Timeout(60)
class TailTest {
    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT.withPageBytes(2_000));

    @AfterEach
    void close() {
        store.close();
    }

    private void fill(String stream, int events) {
        CompletableFuture.allOf(IntStream.range(0, events)
                        .mapToObj(i -> append(store, stream, "" + i))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    /** Keeps every signal; what happens on an event is up to the test. */
    private static class Recorder implements Flow.Subscriber<RecordedEvent> {
        final List<String> signals = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        volatile @Nullable Throwable error;
        private final long atFirst;
        private final BiConsumer<Flow.Subscription, RecordedEvent> onEvent;

        Recorder(long atFirst) {
            this(atFirst, (subscription, event) -> {});
        }

        Recorder(long atFirst, BiConsumer<Flow.Subscription, RecordedEvent> onEvent) {
            this.atFirst = atFirst;
            this.onEvent = onEvent;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            signals.add("onSubscribe");
            if (atFirst > 0) {
                given.request(atFirst);
            }
            subscription.complete(given);
        }

        @Override
        public void onNext(RecordedEvent event) {
            signals.add(event.text());
            onEvent.accept(subscription.join(), event);
        }

        @Override
        public void onError(Throwable failure) {
            error = failure;
            signals.add("onError");
        }

        @Override
        public void onComplete() {
            signals.add("onComplete");
        }

        /** All work that other signals could be part of is done: another subscription has come to the end. */
        void awaitSignals(int count) {
            await(count + " signals", () -> signals.size() >= count);
        }
    }

    @Test
    void exactlyWhatIsDemanded() {
        fill("s", 100);
        Recorder recorder = new Recorder(0);
        store.subscribe(Subscription.stream("s"), recorder);
        Flow.Subscription subscription = recorder.subscription.join();
        Recorder all = new Recorder(100);
        store.subscribe(Subscription.stream("s"), all);
        all.awaitSignals(101);
        assertThat(recorder.signals).containsExactly("onSubscribe");
        subscription.request(2);
        subscription.request(1);
        recorder.awaitSignals(4);
        append(store, "s", "100").join();
        assertThat(recorder.signals).containsExactly("onSubscribe", "0", "1", "2");
        subscription.request(Long.MAX_VALUE);
        subscription.request(Long.MAX_VALUE);
        recorder.awaitSignals(102);
        assertThat(recorder.signals).hasSize(102).last().isEqualTo("100");
    }

    @Test
    void demandFromWithinASignalGoesOnForEver() {
        fill("s", 10_000);
        Recorder recorder = new Recorder(1, (subscription, event) -> subscription.request(1));
        store.subscribe(Subscription.stream("s"), recorder);
        recorder.awaitSignals(10_001);
        assertThat(recorder.signals).last().isEqualTo("9999");
    }

    @Test
    void noDemandIsAnError() {
        for (long n : new long[] {0, -1, Long.MIN_VALUE}) {
            Recorder recorder = new Recorder(0);
            store.subscribe(Subscription.stream("s"), recorder);
            recorder.subscription.join().request(n);
            recorder.awaitSignals(2);
            assertThat(recorder.error)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("request(" + n + ")");
            assertThat(recorder.signals).containsExactly("onSubscribe", "onError");
        }
    }

    @Test
    void nothingAfterCancel() {
        fill("s", 10);
        Recorder recorder = new Recorder(Long.MAX_VALUE, (subscription, event) -> {
            if (event.revision() == 4) {
                subscription.cancel();
                subscription.cancel();
                subscription.request(-1);
            }
        });
        store.subscribe(Subscription.stream("s"), recorder);
        recorder.awaitSignals(6);
        append(store, "s", "10").join();
        store.close();
        assertThat(recorder.signals).containsExactly("onSubscribe", "0", "1", "2", "3", "4");
    }

    @Test
    void closeIsAnError() {
        Recorder recorder = new Recorder(5);
        store.subscribe(Subscription.stream("s"), recorder);
        recorder.subscription.join();
        store.close();
        recorder.awaitSignals(2);
        assertThat(recorder.error).isInstanceOf(EventStoreException.Closed.class);
        Recorder late = new Recorder(5);
        store.subscribe(Subscription.stream("s"), late);
        assertThat(late.signals).containsExactly("onSubscribe", "onError");
    }

    @Test
    void fromEndBeginsWithItsFirstSignal() {
        fill("s", 10);
        Recorder ofStream = new Recorder(5);
        Recorder ofPartition = new Recorder(5);
        store.subscribe(Subscription.stream("s").fromEnd(), ofStream);
        store.subscribe(Subscription.partition(store.partitionOf("s")).fromEnd(), ofPartition);
        ofStream.subscription.join();
        ofPartition.subscription.join();
        append(store, "s", "10").join();
        ofStream.awaitSignals(2);
        ofPartition.awaitSignals(2);
        assertThat(ofStream.signals).containsExactly("onSubscribe", "10");
        assertThat(ofPartition.signals).containsExactly("onSubscribe", "10");
    }

    @Test
    void aRequestThatCannotSucceedIsAnError() {
        for (Subscription bad :
                List.of(Subscription.partition(2), Subscription.partition(-1), Subscription.stream(""))) {
            Recorder recorder = new Recorder(1);
            store.subscribe(bad, recorder);
            recorder.awaitSignals(2);
            assertThat(recorder.signals).containsExactly("onSubscribe", "onError");
            assertThat(recorder.error).isInstanceOf(EventStoreException.InvalidRequest.class);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // the rule is about null
    void aMissingSubscriberIsRefusedAtOnce() {
        assertThatThrownBy(() -> store.subscribe(Subscription.stream("s"), null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void oneThatThrowsIsCancelledAndOneThatBlocksHoldsUpOnlyItself() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Recorder throwing = new Recorder(Long.MAX_VALUE, (subscription, event) -> {
            throw new IllegalStateException("as the test wants it");
        });
        Recorder blocking = new Recorder(Long.MAX_VALUE, (subscription, event) -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Recorder other = new Recorder(Long.MAX_VALUE);
        for (Recorder recorder : List.of(throwing, blocking, other)) {
            store.subscribe(Subscription.stream("s"), recorder);
        }
        fill("s", 100);
        other.awaitSignals(101);
        await("the blocking one is reached", () -> blocking.signals.size() == 2);
        assertThat(throwing.signals).containsExactly("onSubscribe", "0");
        release.countDown();
        blocking.awaitSignals(101);
    }

    @Test
    void outlivesEveryNode() {
        fill("s", 5);
        Recorder recorder = new Recorder(Long.MAX_VALUE);
        store.subscribe(Subscription.stream("s"), recorder);
        recorder.awaitSignals(6);
        for (int round = 1; round <= 3; round++) {
            cluster.change(() -> {
                cluster.missed.clear();
                cluster.down.addAll(List.of(0, 1, 2));
            });
            await("every node is missed", () -> cluster.look(() -> cluster.missed.size() == 3));
            cluster.change(cluster.down::clear);
            append(store, "s", "again").join();
            recorder.awaitSignals(6 + round);
        }
        assertThat(recorder.error).isNull();
    }
}
