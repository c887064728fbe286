package io.weir.benchmarks.costs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.ReadView;
import io.weir.logstore.StreamKey;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.statemachine.StreamKeys;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a reader pays for an event. */
@Timeout(120)
class ReadCostsTest {
    private static final int EVENTS = 16_384;
    private static final int REVISIONS = EVENTS / Commands.STREAMS;
    private static final int SMALL_BYTES = 100;
    private static final int LARGE_BYTES = 1_124;

    /** Of a round: few, as this has to end soon if each of them takes thousands of times what it should. */
    private static final int READS = 50;

    @TempDir
    Path directory;

    private OnePartition filled(String name, int payloadBytes) {
        OnePartition partition = new OnePartition(directory.resolve(name));
        Commands commands = new Commands(1, payloadBytes);
        for (int i = 0; i < EVENTS; i += 256) {
            partition.apply(commands.entry(256));
        }
        return partition;
    }

    /** A visitor of a snapshot gets the bytes where LMDB has them. */
    @Test
    void aVisitedEventIsNotCopied() throws Exception {
        try (OnePartition partition = filled("store", LARGE_BYTES);
                ReadView view = partition.store().openRead()) {
            visitAll(view);
            long thread = Thread.currentThread().getId();
            long before = Meter.allocatedBytes(thread);
            long visited = visitAll(view);
            double each = (double) (Meter.allocatedBytes(thread) - before) / visited;
            assertThat(visited).isEqualTo(EVENTS);
            assertThat(Meter.shown("heap bytes of a visited event", each))
                    .as("heap bytes that a visit of an event of %d bytes takes", LARGE_BYTES)
                    .isLessThan(10);
        }
    }

    private static long visitAll(ReadView view) {
        long[] visited = new long[1];
        view.readPartition(0, true, (header, buffer, offset, length) -> {
            visited[0]++;
            return length > 0;
        });
        return visited[0];
    }

    /** The one copy is the message's: the page goes on when the snapshot is gone. */
    @Test
    void aPageCopiesPayloadsOnce() throws Exception {
        double small = allocatedPerEventOfAPage("small", SMALL_BYTES);
        double large = allocatedPerEventOfAPage("large", LARGE_BYTES);
        assertThat(Meter.shown("copies of a payload on a page", (large - small) / (LARGE_BYTES - SMALL_BYTES)))
                .as(
                        "heap bytes for each byte of payload, from an event of %d to one of %d bytes",
                        SMALL_BYTES, LARGE_BYTES)
                .isLessThan(1.5);
        assertThat(Meter.shown("heap bytes of an event on a page", small))
                .as("heap bytes for an event of %d bytes on a page", SMALL_BYTES)
                .isLessThan(800);
    }

    private double allocatedPerEventOfAPage(String name, int payloadBytes) throws Exception {
        try (OnePartition partition = filled(name, payloadBytes)) {
            page(partition);
            long thread = Thread.currentThread().getId();
            long before = Meter.allocatedBytes(thread);
            int events = page(partition).getEventsCount();
            assertThat(events).isEqualTo(1_000);
            return (double) (Meter.allocatedBytes(thread) - before) / events;
        }
    }

    private static Page page(OnePartition partition) throws Exception {
        return partition
                .partition
                .query(QueryRequest.newBuilder()
                        .setTimeoutMs(20_000)
                        .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                        .setReadPage(ReadPage.newBuilder()
                                .setFrom(0)
                                .setMaxEvents(1_000)
                                .setMaxBytes(2 << 20))
                        .build())
                .get(20, TimeUnit.SECONDS)
                .getPage();
    }

    /** Who walked there, from the beginning or from the nearest row of the index, would pay for each step. */
    @Test
    void theLastEventIsFoundAsFastAsTheFirst() throws Exception {
        StreamKey stream = StreamKeys.key(Commands.stream(0));
        try (OnePartition partition = filled("store", SMALL_BYTES);
                ReadView view = partition.store().openRead()) {
            LongConsumer byPosition = from -> view.readPartition(from, true, (header, buffer, at, length) -> false);
            LongConsumer byRevision =
                    from -> view.readStream(stream, from, true, (header, buffer, at, length) -> false);
            assertThat(Meter.shown("the last position to the first", ratio(byPosition, EVENTS - 1)))
                    .as("processor time to read the last event of a partition to that of the first")
                    .isLessThan(4);
            assertThat(Meter.shown("the last revision to the first", ratio(byRevision, REVISIONS - 1)))
                    .as("processor time to read the last event of a stream to that of the first")
                    .isLessThan(4);
        }
    }

    private static double ratio(LongConsumer read, long last) {
        cpuNanos(read, 0);
        cpuNanos(read, last);
        return Meter.medianRatio(21, () -> cpuNanos(read, last), () -> cpuNanos(read, 0));
    }

    private static long cpuNanos(LongConsumer read, long from) {
        long thread = Thread.currentThread().getId();
        long before = Meter.cpuNanos(thread);
        for (int i = 0; i < READS; i++) {
            read.accept(from);
        }
        return Meter.cpuNanos(thread) - before;
    }
}
