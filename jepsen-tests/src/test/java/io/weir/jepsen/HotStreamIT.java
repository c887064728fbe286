package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everybody wants the same stream: nobody starves. */
@Timeout(180)
class HotStreamIT {
    private static final int CLIENTS = 32;
    private static final CallOptions PATIENT = CallOptions.within(Duration.ofSeconds(60));
    private static final long SECONDS = Long.getLong("weir.hot.seconds", 6);

    @TempDir
    Path directory;

    /** What the worst client had to wait for a success, and how many successes all of them had. */
    private record Course(long worstWaitMs, long successes) {}

    @Test
    void everyClientGetsItsTurn() throws Exception {
        try (Rig rig = Rig.start(directory)) {
            List<String> streams = rig.streamsInEveryPartition("hot", 1);
            String hot = streams.get(0);
            Course transactions = run(client -> {
                String own = ownStream(rig.client(), hot, client);
                return () -> rig.client()
                                .commit(
                                        Transaction.builder()
                                                .append(hot, Expected.any(), event(client))
                                                .append(own, Expected.any(), event(client))
                                                .build(),
                                        PATIENT)
                                .join()
                        instanceof TransactionResult.Committed;
            });
            print("transactions over two partitions, one stream in common", transactions);
            Course appends = run(client -> () -> {
                rig.client()
                        .append(hot, Expected.any(), List.of(event(client)))
                        .join()
                        .orThrow();
                return true;
            });
            print("appends to one stream", appends);
            assertFair(transactions, 5_000);
            assertFair(appends, 1_000);
        }
    }

    /**
     * Nobody waits longer than this, or, on a machine that is slow today, four times as long as it takes until everybody has had
     * one turn.
     */
    private static void assertFair(Course course, long withinMs) {
        assertThat(course.successes()).isPositive();
        long turnMs = TimeUnit.SECONDS.toMillis(SECONDS) * CLIENTS / course.successes();
        assertThat(course.worstWaitMs()).isLessThan(Math.max(withinMs, 4 * turnMs));
    }

    /** A stream in another partition than the hot one, of each client its own. */
    private static String ownStream(EventStore store, String hot, int client) {
        int n = 0;
        while (store.partitionOf("own-" + client + "-" + n) == store.partitionOf(hot)) {
            n++;
        }
        return "own-" + client + "-" + n;
    }

    private static NewEvent event(int client) {
        return NewEvent.of("Wanted", "text/plain", Integer.toString(client).getBytes(StandardCharsets.UTF_8));
    }

    private static Course run(IntFunction<BooleanSupplier> clients) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            List<Future<Course>> courses = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                BooleanSupplier attempt = clients.apply(client);
                courses.add(threads.submit(() -> course(attempt, until)));
            }
            long worst = 0;
            long successes = 0;
            for (Future<Course> course : courses) {
                worst = Math.max(worst, course.get().worstWaitMs());
                successes += course.get().successes();
            }
            return new Course(worst, successes);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Course course(BooleanSupplier attempt, long until) {
        long last = System.nanoTime();
        long worst = 0;
        long successes = 0;
        while (System.nanoTime() - until < 0) {
            boolean isDone = attempt.getAsBoolean();
            long now = System.nanoTime();
            worst = Math.max(worst, now - last);
            if (isDone) {
                successes++;
                last = now;
            }
        }
        return new Course(TimeUnit.NANOSECONDS.toMillis(worst), successes);
    }

    private static void print(String what, Course course) {
        System.out.printf(
                Locale.ROOT,
                "HotStreamIT: %d clients, %s: %,d in %d s, the worst client waited %,d ms for one%n",
                CLIENTS,
                what,
                course.successes(),
                SECONDS,
                course.worstWaitMs());
    }
}
