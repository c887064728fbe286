package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.any;
import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.revision;
import static io.weir.consensus.transaction.Transactions.transact;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.StreamHead;
import io.weir.protocol.AbortedTransaction.Reason;
import io.weir.protocol.Decided;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that come on many threads at once: none is lost, none counts twice, and each call ends. */
class DriverThreadsTest {
    private static final int CALLERS = 4;
    private static final int TRANSACTIONS_EACH = 100;
    private static final long TIMEOUT_MS = 30_000;

    private final FakePartitions partitions = new FakePartitions(3);
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final StreamName a = partitions.stream(0, "a");
    private final StreamName b = partitions.stream(1, "b");
    private final StreamName c = partitions.stream(2, "c");

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdownNow();
        timer.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(timer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        partitions.close();
    }

    /** Each step is applied, and answered, on some thread. A Prepare that meets a lock tries again for a while. */
    private final class ThreadedPort implements StepPort {
        @Override
        public CompletableFuture<Outcome> propose(
                int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
            CompletableFuture<Outcome> answer = new CompletableFuture<>();
            attempt(partition, step, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20), answer);
            return answer;
        }

        private void attempt(int partition, TransactionStep step, long untilNanos, CompletableFuture<Outcome> answer) {
            threads.execute(() -> {
                Outcome outcome;
                synchronized (partitions) {
                    outcome = partitions.apply(partition, step);
                }
                if (outcome.getVoted().hasLocked() && System.nanoTime() - untilNanos < 0) {
                    schedule(1, () -> attempt(partition, step, untilNanos, answer));
                } else {
                    answer.complete(outcome);
                }
            });
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void schedule(long delayMs, Runnable task) {
            var unused = timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void eachCallEndsAndCountsOnce() throws Exception {
        TransactionDriver driver = new TransactionDriver(new ThreadedPort(), partitions::partitionOfSlot);
        List<CompletableFuture<List<Decided>>> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            int first = caller * TRANSACTIONS_EACH;
            callers.add(CompletableFuture.supplyAsync(() -> call(driver, first), threads));
        }
        List<Decided> all = new ArrayList<>();
        for (CompletableFuture<List<Decided>> caller : callers) {
            all.addAll(caller.get(TIMEOUT_MS, TimeUnit.MILLISECONDS));
        }
        long committed = all.stream().filter(Decided::hasCommitted).count();
        assertThat(committed).isGreaterThan(TRANSACTIONS_EACH / 10);
        assertThat(all.stream()
                        .filter(Decided::hasAborted)
                        .map(decided -> decided.getAborted().getReason()))
                .containsOnly(Reason.CONTENTION, Reason.REJECTED);
        assertThat(all.stream()
                        .filter(decided -> decided.getAborted().getReason() == Reason.REJECTED)
                        .map(decided -> decided.getAborted().getViolationsCount()))
                .containsOnly(2);
        awaitIdle(driver);
        assertThat(partitions.hasLocks()).isFalse();
        for (StreamName stream : List.of(a, b, c)) {
            StreamHead head = Objects.requireNonNull(partitions.head(stream));
            assertThat(head.lastRevision() + 1).isEqualTo(committed);
        }
    }

    /** Every tenth has two conditions that fail. */
    private List<Decided> call(TransactionDriver driver, int first) {
        List<Decided> decided = new ArrayList<>();
        for (int i = 1; i <= TRANSACTIONS_EACH; i++) {
            int sequence = first + i;
            boolean fails = i % 10 == 0;
            Outcome outcome = driver.commit(
                            id(sequence, sequence % 3, 60_000 + sequence),
                            0,
                            transact(List.of(
                                    append(a, any(), "1"),
                                    append(b, fails ? revision(1_000_000) : any(), "2"),
                                    append(c, fails ? revision(1_000_000) : any(), "3"))),
                            TIMEOUT_MS)
                    .join();
            decided.add(outcome.getDecided());
        }
        return decided;
    }

    private void awaitIdle(TransactionDriver driver) throws InterruptedException, TimeoutException {
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (driver.underWay() > 0) {
            if (System.nanoTime() - untilNanos > 0) {
                throw new TimeoutException(driver.underWay() + " are still under way");
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void aPortThatIsClosedFailsTheCallAndKeepsNothing() {
        TransactionDriver driver = new TransactionDriver(new ThreadedPort(), partitions::partitionOfSlot);
        threads.shutdown();
        CompletableFuture<Outcome> answer = driver.commit(
                id(1, 0, 60_000), 0, transact(List.of(append(a, any(), "1"), append(b, any(), "2"))), TIMEOUT_MS);
        Error error = Transactions.error(answer);
        assertThat(error.getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
        assertThat(error.getMaybeExecuted()).isTrue();
        assertThat(driver.underWay()).isZero();
        assertThat(error.getMessage()).contains("rejected from");
    }
}
