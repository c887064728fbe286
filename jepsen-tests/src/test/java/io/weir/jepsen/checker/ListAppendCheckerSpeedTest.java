package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.History;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * How much of a core verdicts take. The bounds are several times what was measured, and far below what a search over pairs
 * of transactions would take. {@code -Dweir.checker.print=1} prints the figures.
 */
class ListAppendCheckerSpeedTest {
    private static final Duration LONG_BOUND = Duration.ofSeconds(15);
    private static final int SMALL = 2_000;

    /** Of this thread alone: the machine does other things too. */
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

    @Test
    void aLongHistory() {
        History history = Histories.of(1, new SerialEngine(), new Histories.Size(200_000, 30, 10, 4));
        check("200 000 transactions of 30 clients, valid", history, true);
    }

    /** One knot that spans the whole history: where a naive search for the shortest cycle would never end. */
    @Test
    void aLongHistoryOfAStoreThatIsNoGood() {
        History lagging = Histories.of(1, new LaggingEngine(1, true), new Histories.Size(50_000, 30, 10, 4));
        check("50 000 transactions of 30 clients, lagging reads", lagging, false);
        History careless = Histories.of(1, new ReadCommittedEngine(), new Histories.Size(50_000, 30, 10, 4));
        check("50 000 transactions of 30 clients, read committed", careless, false);
    }

    /** A simulator checks a hundred thousand of them. */
    @Test
    void smallHistories() {
        long tookNs = 0;
        for (long seed = 0; seed < SMALL; seed++) {
            History history = Histories.of(seed, new SerialEngine(), new Histories.Size(150, 6, 4, 4));
            long startNs = THREAD.getCurrentThreadCpuTime();
            assertThat(ListAppendChecker.check(history).isValid()).isTrue();
            tookNs += THREAD.getCurrentThreadCpuTime() - startNs;
        }
        print("small ones of 150 transactions, each", Duration.ofNanos(tookNs / SMALL));
        assertThat(Duration.ofNanos(tookNs / SMALL)).isLessThan(Duration.ofMillis(1));
    }

    private static void check(String what, History history, boolean isValid) {
        long startNs = THREAD.getCurrentThreadCpuTime();
        Verdict verdict = ListAppendChecker.check(history);
        Duration took = Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - startNs);
        print(what, took);
        assertThat(verdict.isValid()).isEqualTo(isValid);
        assertThat(took).as(what).isLessThan(LONG_BOUND);
    }

    private static void print(String what, Duration took) {
        if (Integer.getInteger("weir.checker.print", 0) > 0) {
            System.out.printf(Locale.ROOT, "%s: %.3f ms%n", what, took.toNanos() / 1e6);
        }
    }
}
