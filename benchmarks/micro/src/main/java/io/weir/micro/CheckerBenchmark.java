package io.weir.micro;

import io.weir.jepsen.checker.ListAppendChecker;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.History;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the verdict on a long history of list-append costs, when the store did no wrong. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@State(Scope.Thread)
public class CheckerBenchmark {
    /** Transactions. */
    @Param("20000")
    int transactions;

    /** Clients that are at it at a time: the graph has edges for each. */
    @Param({"6", "30"})
    int clients;

    private History history;

    /** Makes the history. */
    @Setup
    public void make() {
        history = new ListAppendHistory(clients).of(transactions);
    }

    /** The verdict. */
    @Benchmark
    public Verdict check() {
        Verdict verdict = ListAppendChecker.check(history);
        if (!verdict.isValid()) {
            throw new IllegalStateException("a serial history is judged wrong: " + verdict);
        }
        return verdict;
    }
}
