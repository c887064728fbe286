package io.weir.consensus.partition;

import io.weir.logstore.ReadView;
import io.weir.micro.TemporaryStore;
import io.weir.protocol.GetStream;
import io.weir.protocol.Page;
import io.weir.protocol.ReadPage;
import io.weir.protocol.StreamInfo;
import io.weir.protocol.StreamName;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an answer to a reader costs a node: the events of a page are copied into a message, which here is encoded as well. A page
 * has 256 events, or as many as the stream has. In this package, as the reader of pages is nobody else's.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class PageBenchmark {
    private static final int EVENTS = 200_000;
    private static final int PAGE = 256;

    /** Payload of an event. */
    @Param({"100", "1024"})
    int bytes;

    /** Over which the events are spread: 3 125 each, or two. */
    @Param({"64", "100000"})
    int streams;

    private final Random random = new Random(1);
    private final PageReader pages = new PageReader(0);
    private TemporaryStore store;
    private StreamName[] names;

    /** Fills a store. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        store = TemporaryStore.filled(EVENTS, streams, bytes);
        names = new StreamName[streams];
        for (int i = 0; i < streams; i++) {
            names[i] = StreamName.of("stream-" + i);
        }
    }

    /** Events in a row, of many streams. */
    @Benchmark
    public byte[] pageOfThePartition() {
        try (ReadView view = store.store().openRead()) {
            Page page = pages.page(view, from(random.nextInt(EVENTS - PAGE)), null);
            return page.toByteArray();
        }
    }

    /** Events of one stream, which lie far apart. */
    @Benchmark
    public byte[] pageOfAStream() {
        StreamName stream = names[random.nextInt(streams)];
        int revisions = EVENTS / streams;
        try (ReadView view = store.store().openRead()) {
            Page page = pages.page(view, from(random.nextInt(Math.max(1, revisions - PAGE))), stream);
            return page.toByteArray();
        }
    }

    /** Where a stream ends. */
    @Benchmark
    public byte[] info() {
        StreamName stream = names[random.nextInt(streams)];
        try (ReadView view = store.store().openRead()) {
            StreamInfo info = pages.info(
                    view, GetStream.newBuilder().setStream(stream.utf8()).build());
            return info.toByteArray();
        }
    }

    private static ReadPage from(long first) {
        return ReadPage.newBuilder().setFrom(first).setMaxEvents(PAGE).build();
    }

    /** Removes the store. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        store.close();
    }
}
