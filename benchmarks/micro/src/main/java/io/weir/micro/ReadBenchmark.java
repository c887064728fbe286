package io.weir.micro;

import io.weir.logstore.ReadView;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.protocol.StreamName;
import io.weir.statemachine.StreamKeys;
import java.io.IOException;
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
 * What finding an event costs where it lies: in a snapshot of the store, in memory, without a copy. Each event's checksum is
 * verified, and a byte of it is looked at. Whatever is read is drawn at random.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class ReadBenchmark {
    private static final int EVENTS = 200_000;
    private static final int TOGETHER = 256;

    /** Payload of an event. */
    @Param({"100", "1024"})
    int bytes;

    /** Over which the events are spread. */
    @Param({"64", "100000"})
    int streams;

    private final Random random = new Random(1);
    private TemporaryStore store;
    private ReadView view;
    private StreamKey[] keys;
    private long seen;

    /** Fills a store. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        store = TemporaryStore.filled(EVENTS, streams, bytes);
        view = store.store().openRead();
        keys = new StreamKey[streams];
        for (int i = 0; i < streams; i++) {
            keys[i] = StreamKeys.key(StreamName.of("stream-" + i));
        }
    }

    /** The end of a stream. */
    @Benchmark
    public StreamHead head() {
        return view.head(keys[random.nextInt(streams)]);
    }

    /** One event, by its position. */
    @Benchmark
    public long eventByPosition() {
        return read(view, random.nextInt(EVENTS));
    }

    /** One event, by its position, in a snapshot of its own. */
    @Benchmark
    public long eventInASnapshotOfItsOwn() {
        try (ReadView own = store.store().openRead()) {
            return read(own, random.nextInt(EVENTS));
        }
    }

    /** The last event of a stream. */
    @Benchmark
    public long lastEventOfAStream() {
        view.readStream(keys[random.nextInt(streams)], -1, false, (header, buffer, offset, length) -> {
            seen += header.position() + buffer.getByte(offset + length - 1);
            return false;
        });
        return seen;
    }

    /** Each of many events, one after the other. */
    @Benchmark
    @OperationsPerInvocation(TOGETHER)
    public long eventsInARow() {
        long from = random.nextInt(EVENTS - TOGETHER);
        view.readPartition(from, true, (header, buffer, offset, length) -> {
            seen += buffer.getByte(offset + length - 1);
            return header.position() < from + TOGETHER - 1;
        });
        return seen;
    }

    private long read(ReadView from, long position) {
        from.readPartition(position, true, (header, buffer, offset, length) -> {
            seen += header.revision() + buffer.getByte(offset + length - 1);
            return false;
        });
        return seen;
    }

    /** Removes the store. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        view.close();
        store.close();
    }
}
