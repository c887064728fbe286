package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Workload;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How much of a core verdicts of the other workloads take. The bound is many times what was measured, and far below what
 * a search over pairs of operations would take. {@code -Dweir.checker.print=1} prints the figures.
 */
class CheckerSpeedTest {
    private static final int OPERATIONS = 20_000;
    private static final Duration BOUND = Duration.ofSeconds(10);

    /** Of this thread alone: the machine does other things too. */
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @EnumSource(names = "LIST_APPEND", mode = EnumSource.Mode.EXCLUDE)
    void aLongHistory(Workload workload) {
        HistoryFile file = Interleaving.of(1, store(workload), OPERATIONS, 20, 1);
        long startNs = THREAD.getCurrentThreadCpuTime();
        Verdict verdict = Judgement.of(file, null, 0).verdict();
        Duration took = Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - startNs);
        if (Integer.getInteger("weir.checker.print", 0) > 0) {
            System.out.printf(
                    Locale.ROOT, "%,d operations of %s: %,d ms%n", OPERATIONS, workload.label(), took.toMillis());
        }
        assertThat(verdict.isValid()).as(verdict.report()).isTrue();
        assertThat(took).isLessThan(BOUND);
    }

    private static SerialStore store(Workload workload) {
        return switch (workload) {
            case LIST_APPEND -> throw new IllegalArgumentException("see ListAppendCheckerSpeedTest");
            case CONDITIONAL -> new ConditionalStore(1, 50, true);
            case BANK -> new BankStore(1);
            case SET -> new ReplicatedStore(1, false, false);
            case LOG -> new ReplicatedStore(1, false, true);
        };
    }
}
