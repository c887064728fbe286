package io.weir.consensus.partition;

import io.weir.micro.Appends;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
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

/**
 * What a command costs a leader between its door and Raft, and back: it is queued, packed, encoded and answered, on two threads.
 * Raft is one that takes no time. In this package, as the batcher is nobody else's.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class BatcherBenchmark {
    /** Not enough to fill an entry: what fills one leaves before the last one has come back. */
    private static final int COMMANDS = 200;

    private static final long STAMP_MS = 1_800_000_000_000L;
    private static final long TIMEOUT_MS = 60_000;

    /** Payload of an event. */
    @Param({"100", "1024"})
    int bytes;

    /** Over which the events are spread, in turn. */
    @Param({"64", "100000"})
    int streams;

    private final Held raft = new Held();
    private final CommandBatcher batcher = new CommandBatcher(
            raft, () -> STAMP_MS, () -> STAMP_MS, Runnable::run, Throwable::printStackTrace, "micro-propose");
    private Appends appends;
    private List<Outcome> outcomes;
    private Proposed onItsWay;

    /** Starts the batcher. */
    @Setup(Level.Trial)
    public void open() {
        appends = new Appends(1, streams, bytes);
        outcomes = Collections.nCopies(
                COMMANDS,
                Outcome.newBuilder()
                        .setAppended(Appended.newBuilder().setCount(1).setFirstPosition(1_000_000))
                        .build());
        batcher.start();
    }

    /** Commands as they come from the door: nobody has asked for their sizes yet. */
    @State(Scope.Thread)
    public static class Many {
        private final List<Command> commands = new ArrayList<>();

        /** Makes new ones. */
        @Setup(Level.Invocation)
        public void prepare(BatcherBenchmark benchmark) {
            commands.clear();
            for (int i = 0; i < COMMANDS; i++) {
                commands.add(benchmark.appends.command());
            }
        }
    }

    /** One such command. */
    @State(Scope.Thread)
    public static class One {
        private Command command;

        /** Makes a new one. */
        @Setup(Level.Invocation)
        public void prepare(BatcherBenchmark benchmark) {
            command = benchmark.appends.command();
        }
    }

    /** One of many that share an entry, because they came while another entry was on its way. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public CompletableFuture<Outcome> inCompany(Many many) throws InterruptedException {
        if (onItsWay == null) {
            batcher.submit(appends.command(), TIMEOUT_MS);
            onItsWay = raft.proposed.take();
        }
        CompletableFuture<Outcome> last = null;
        for (Command command : many.commands) {
            last = batcher.submit(command, TIMEOUT_MS);
        }
        answer(onItsWay);
        onItsWay = raft.proposed.take();
        return last;
    }

    /** One that comes while nothing else is on its way, and leaves at once. */
    @Benchmark
    public CompletableFuture<Outcome> alone(One one) throws InterruptedException {
        CompletableFuture<Outcome> answer = batcher.submit(one.command, TIMEOUT_MS);
        answer(raft.proposed.take());
        if (!answer.isDone()) {
            throw new IllegalStateException("it was committed and not answered");
        }
        return answer;
    }

    private void answer(Proposed entry) {
        batcher.appending(entry.id());
        int proposals = batcher.proposed(entry.id()).getProposalsCount();
        batcher.applied(entry.id(), outcomes.subList(0, proposals));
        entry.done().complete(null);
    }

    /** Ends the batcher. */
    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
        batcher.close();
        batcher.join(10_000);
    }

    private record Proposed(long id, CompletableFuture<Void> done) {}

    /** Leads, and keeps what is proposed until it is taken. */
    private static final class Held implements RaftPort {
        private static final RaftView VIEW = new RaftView(RaftView.Role.LEADER, "n1", 1, 0, true);
        private final BlockingQueue<Proposed> proposed = new LinkedBlockingQueue<>();

        @Override
        public CompletableFuture<Void> propose(long entryId, byte[] data) {
            Proposed entry = new Proposed(entryId, new CompletableFuture<>());
            proposed.add(entry);
            return entry.done();
        }

        @Override
        public CompletableFuture<Void> announce(byte[] data) {
            throw new UnsupportedOperationException("nothing but commands");
        }

        @Override
        public CompletableFuture<Void> handOver(String to, long timeoutMs) {
            throw new UnsupportedOperationException("nothing but commands");
        }

        @Override
        public CompletableFuture<Long> barrier() {
            throw new UnsupportedOperationException("nothing but commands");
        }

        @Override
        public CompletableFuture<Void> checkpointed() {
            throw new UnsupportedOperationException("nothing but commands");
        }

        @Override
        public RaftView view() {
            return VIEW;
        }

        @Override
        public void halt() {
            // nothing runs here
        }
    }
}
