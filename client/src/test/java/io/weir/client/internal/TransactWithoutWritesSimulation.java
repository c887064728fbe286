package io.weir.client.internal;

import static io.weir.client.internal.Calls.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.Expected;
import io.weir.client.OpenTransaction;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams that are always written together are always read together, by transactions that write nothing, whatever else happens:
 * leaders change, messages get lost, and what is committed becomes visible in one partition after the other.
 */
class TransactWithoutWritesSimulation {
    private static final CallOptions LONG = CallOptions.within(Duration.ofSeconds(60));
    private static final int WRITES = 60;
    private static final int READERS = 3;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("weir.seeds", 10)); // more for a long run
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void nobodySeesHalf(long seed) throws Exception {
        assertThat(new Run(seed, false).torn()).as("seed %d", seed).isEmpty();
    }

    /** So the simulation can fail. */
    @Test
    void halfIsSeenIfHeadsMindNoLocks() throws Exception {
        List<String> torn = new ArrayList<>();
        for (long seed = 1; seed <= 50 && torn.isEmpty(); seed++) {
            torn.addAll(new Run(seed, true).torn());
        }
        assertThat(torn).isNotEmpty();
    }

    /** Some writers and readers of the same streams, until all is written. */
    private static final class Run {
        private final long seed;
        private final FakeCluster cluster;
        private final List<String> streams = new ArrayList<>();
        private final List<String> torn = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger acknowledged = new AtomicInteger();
        private final AtomicBoolean isOver = new AtomicBoolean();

        Run(long seed, boolean headsMindNoLocks) {
            this.seed = seed;
            Random random = new Random(seed);
            cluster = new FakeCluster(3, 2, seed);
            cluster.headsMindNoLocks = headsMindNoLocks;
            cluster.loseRequest = random.nextBoolean() ? 0.02 : 0;
            cluster.loseAnswer = random.nextBoolean() ? 0.05 : 0;
            cluster.leaderChangeEvery = random.nextBoolean() ? 30 : 0;
            cluster.maxDelayMicros = 1 + random.nextInt(2) * 500;
            int lateMicros = 1 + random.nextInt(3_000);
            cluster.transactions.resolver = task -> cluster.later(cluster.random.nextInt(lateMicros), task);
        }

        List<String> torn() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(1 + READERS);
            try (RoutedEventStore store = cluster.store(ClientConfig.DEFAULT)) {
                streams.add(FakeCluster.streamIn(store, 0, "a"));
                streams.add(FakeCluster.streamIn(store, 1, "b"));
                streams.add(FakeCluster.streamIn(store, 1, "beside-b"));
                List<Future<Void>> clients = new ArrayList<>();
                for (int i = 0; i < READERS; i++) {
                    Random random = new Random(seed * READERS + i);
                    clients.add(threads.submit(() -> readAll(store, random)));
                }
                clients.add(threads.submit((Callable<Void>) () -> writeAll(store)));
                for (Future<Void> client : clients) {
                    client.get(60, TimeUnit.SECONDS);
                }
                return torn;
            } finally {
                threads.shutdownNow();
            }
        }

        private Void writeAll(RoutedEventStore store) {
            try {
                for (int i = 1; i <= WRITES; i++) {
                    Transaction.Builder all = Transaction.builder();
                    String text = "" + i;
                    streams.forEach(stream -> all.append(stream, Expected.any(), event(text)));
                    begun.set(i);
                    store.commit(all.build(), LONG).join().orThrow();
                    acknowledged.set(i);
                }
            } finally {
                isOver.set(true);
            }
            return null;
        }

        private Void readAll(RoutedEventStore store, Random random) {
            boolean isLast = false;
            while (!isLast) {
                isLast = isOver.get();
                List<String> order = new ArrayList<>(streams);
                Collections.shuffle(order, random);
                boolean throwsIt = random.nextInt(4) == 0;
                int least = acknowledged.get();
                List<Integer> seen = read(store, order, random, throwsIt);
                int most = begun.get();
                if (seen.stream().anyMatch(size -> !size.equals(seen.get(0)) || size < least || size > most)) {
                    torn.add(order + " had " + seen + " events, at least " + least + ", at most " + most);
                    return null;
                }
            }
            return null;
        }

        /** What the body returns, or throws: both are to be believed. */
        private static List<Integer> read(RoutedEventStore store, List<String> order, Random random, boolean throwsIt) {
            try {
                return store.transact(
                        tx -> {
                            List<Integer> sizes = order.stream()
                                    .map(stream -> size(tx, stream, random))
                                    .toList();
                            if (throwsIt) {
                                throw new Seen(sizes);
                            }
                            return sizes;
                        },
                        LONG);
            } catch (Seen e) {
                return e.sizes;
            }
        }

        private static int size(OpenTransaction tx, String stream, Random random) {
            int from = random.nextInt(WRITES);
            return switch (random.nextInt(3)) {
                case 0 -> tx.read(stream).size();
                case 1 -> {
                    int read = tx.read(stream, from).size();
                    yield read > 0 ? from + read : size(tx.state(stream));
                }
                default -> size(tx.state(stream));
            };
        }

        private static int size(StreamState state) {
            return state instanceof StreamState.At at ? (int) at.revision() + 1 : 0;
        }
    }

    private static final class Seen extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient List<Integer> sizes;

        Seen(List<Integer> sizes) {
            this.sizes = sizes;
        }
    }
}
