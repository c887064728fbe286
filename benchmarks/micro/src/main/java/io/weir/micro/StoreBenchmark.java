package io.weir.micro;

import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.layout.Table;
import io.weir.protocol.StreamName;
import io.weir.statemachine.StreamKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
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
 * What an event costs in the store alone, without sessions and answers: its share of the rows of an entry, and of the commit.
 * Events go to streams at random, each of which has some already. After each run it prints how many rows an event has become.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class StoreBenchmark {
    private static final int EVENTS = 256;
    private static final long STAMP_MS = 1_800_000_000_000L;

    /** Of an event. */
    @Param({"100", "1024"})
    int bytes;

    /** That there are. */
    @Param({"64", "100000"})
    int streams;

    private final Random random = new Random(1);
    private TemporaryStore store;
    private StreamKey[] keys;
    private List<ByteBuffer> event;

    /** Opens a store, and creates the streams. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        store = TemporaryStore.open();
        byte[] payload = new byte[bytes];
        random.nextBytes(payload);
        event = List.of(ByteBuffer.wrap(payload));
        keys = new StreamKey[streams];
        for (int i = 0; i < streams; i++) {
            keys[i] = StreamKeys.key(StreamName.of("stream-" + i));
        }
        for (int from = 0; from < streams; from += EVENTS) {
            try (WriteBatch batch = store.store().beginWrite()) {
                int first = from;
                write(batch, Math.min(EVENTS, streams - from), i -> first + i);
                batch.commit();
            }
        }
    }

    /** A checkpoint when there is reason for one, which is not measured. */
    @Setup(Level.Invocation)
    public void prepare() {
        store.checkpointIfGrown();
    }

    /** The rows of an entry, which are then forgotten. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public PartitionState rows() {
        try (WriteBatch batch = store.store().beginWrite()) {
            return write(batch, EVENTS, i -> random.nextInt(streams));
        }
    }

    /** The same, committed. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public PartitionState rowsAndCommit() {
        try (WriteBatch batch = store.store().beginWrite()) {
            PartitionState after = write(batch, EVENTS, i -> random.nextInt(streams));
            batch.commit();
            return after;
        }
    }

    private interface Choice {
        int stream(int i);
    }

    private PartitionState write(WriteBatch batch, int events, Choice choice) {
        PartitionState before = batch.state();
        long position = before.nextPosition();
        long streamId = before.nextStreamId();
        for (int i = 0; i < events; i++) {
            StreamKey key = keys[choice.stream(i)];
            StreamHead head = batch.head(key);
            if (head == null) {
                batch.createStream(key, streamId++);
            }
            batch.append(key, head == null ? 0 : head.lastRevision() + 1, position++, STAMP_MS, event);
        }
        PartitionState after =
                new PartitionState(1, before.appliedIndex() + 1, position, streamId, STAMP_MS, before.digest());
        batch.setState(after);
        return after;
    }

    /** Counts rows, and removes the store. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        try (ReadView view = store.store().openRead()) {
            double events = view.state().nextPosition();
            System.out.printf(
                    "rows for an event: events %.3f, runs %.3f%n",
                    view.tableDigests().rows(Table.EVENTS) / events,
                    view.tableDigests().rows(Table.RUNS) / events);
        }
        store.close();
    }
}
