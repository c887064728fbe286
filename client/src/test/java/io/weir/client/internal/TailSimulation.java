package io.weir.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.ClientConfig;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Subscriptions while leaders change and replicas lag: no gap, no duplicate, no reordering, never more than demanded. */
class TailSimulation {
    private static final int EVENTS = 500;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("weir.seeds", 20)); // more for a long run
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventComesOnceAndInOrder(long seed) throws Exception {
        Random random = new Random(seed);
        FakeCluster cluster = new FakeCluster(3, 1 + random.nextInt(2), seed);
        cluster.loseRequest = random.nextBoolean() ? 0.02 : 0;
        cluster.loseAnswer = random.nextBoolean() ? 0.02 : 0;
        cluster.leaderChangeEvery = 20 + random.nextInt(100);
        cluster.maxDelayMicros = random.nextInt(3) * 500;
        cluster.maxLag = random.nextInt(20);
        ClientConfig config = ClientConfig.DEFAULT.withPageBytes(200 + random.nextInt(2_000));
        try (RoutedEventStore store = cluster.store(config)) {
            int early = random.nextInt(EVENTS);
            appendAll(store, 0, early);
            Counting ofStream = new Counting(seed, random.nextInt(20) + 1, true);
            Counting ofPartition = new Counting(seed + 1, random.nextInt(20) + 1, false);
            int from = random.nextInt(early + 1);
            store.subscribe(Subscription.stream("s").from(from), ofStream);
            store.subscribe(Subscription.partition(store.partitionOf("s")).fromStart(), ofPartition);
            appendAll(store, early, EVENTS);
            ofStream.await(EVENTS - from);
            ofPartition.await(EVENTS);
            assertThat(ofStream.first.get()).as("seed %d", seed).isEqualTo(from);
            assertThat(ofPartition.first.get()).as("seed %d", seed).isZero();
        }
    }

    private static void appendAll(RoutedEventStore store, int from, int to) {
        CompletableFuture<?>[] all = new CompletableFuture<?>[to - from];
        for (int i = from; i < to; i++) {
            all[i - from] = store.append("s", Expected.any(), List.of(NewEvent.json("t", "" + i)));
        }
        CompletableFuture.allOf(all).join();
    }

    /** Demands a few at a time, from inside and outside of signals, and checks each event against the one before. */
    static final class Counting implements Flow.Subscriber<RecordedEvent> {
        final AtomicLong first = new AtomicLong(-1);
        final AtomicInteger count = new AtomicInteger();
        private final Random random;
        private final int batch;
        private final boolean byRevision;
        private final AtomicInteger inside = new AtomicInteger();
        private long last = -1;
        private long outstanding;
        private volatile @Nullable String problem;
        private Flow.@Nullable Subscription subscription;

        Counting(long seed, int batch, boolean byRevision) {
            this.random = new Random(seed);
            this.batch = batch;
            this.byRevision = byRevision;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            outstanding = batch;
            given.request(batch);
        }

        @Override
        public void onNext(RecordedEvent event) {
            check(inside.incrementAndGet() == 1, "signals overlap");
            long place = byRevision ? event.revision() : event.position();
            check(first.compareAndSet(-1, place) || place == last + 1, place + " came after " + last);
            check(event.text().equals("" + place), event.text() + " came at " + place);
            check(--outstanding >= 0, "more than was demanded");
            last = place;
            Flow.Subscription s = subscription;
            if (s != null && (outstanding == 0 || random.nextInt(4) == 0)) {
                outstanding += batch;
                s.request(batch);
            }
            inside.decrementAndGet();
            count.incrementAndGet();
        }

        private void check(boolean holds, String message) {
            if (!holds && problem == null) {
                problem = message;
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (!(failure instanceof io.weir.client.EventStoreException.Closed)) {
                check(false, "onError: " + failure);
            }
        }

        @Override
        public void onComplete() {
            check(false, "onComplete");
        }

        void await(int events) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (count.get() < events && problem == null && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(problem).isNull();
            assertThat(count.get()).isEqualTo(events);
        }
    }
}
