package io.weir.micro;

import io.weir.logstore.WriteBatch;
import io.weir.protocol.LogEntry;
import io.weir.statemachine.PartitionStateMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What one append costs each replica behind Raft: deciding it, its rows, and its share of the commit of its entry. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 3)
@State(Scope.Thread)
public class ApplyBenchmark {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int COMMANDS = 256;

    /** Payload of an event. */
    @Param({"100", "1024"})
    int bytes;

    /** Streams, in turn. */
    @Param({"64", "100000"})
    int streams;

    /** Clients, in turn. */
    @Param({"1", "64"})
    int clients;

    private final PartitionStateMachine machine = new PartitionStateMachine();
    private TemporaryStore store;
    private Appends appends;
    private LogEntry entry;
    private long cpuNanos;
    private long commands;

    /** Opens a store. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        store = TemporaryStore.open();
        appends = new Appends(clients, streams, bytes);
    }

    /** Makes the entry, and a checkpoint when there is reason for one: neither is measured. */
    @Setup(Level.Invocation)
    public void prepare() {
        store.checkpointIfGrown();
        entry = appends.entry(COMMANDS);
    }

    /** Processor time says more than time on a machine that does other things as well. */
    @TearDown(Level.Iteration)
    public void report() {
        System.out.printf("processor time %.2f us/op%n", cpuNanos / 1e3 / commands);
        cpuNanos = 0;
        commands = 0;
    }

    /** One entry, committed. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public List<?> apply() {
        long began = THREADS.getCurrentThreadCpuTime();
        try (WriteBatch batch = store.store().beginWrite()) {
            PartitionStateMachine.Applied applied =
                    machine.apply(1, batch.state().appliedIndex() + 1, entry, batch);
            batch.commit();
            if (!applied.outcomes().get(0).hasAppended()) {
                throw new IllegalStateException(
                        "not appended: " + applied.outcomes().get(0));
            }
            return applied.outcomes();
        } finally {
            cpuNanos += THREADS.getCurrentThreadCpuTime() - began;
            commands += COMMANDS;
        }
    }

    /** Removes the store. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        store.close();
    }
}
