package io.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.weir.client.EventStoreException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PipelineTest {
    private static final long MS = 1_000_000;

    @Test
    void theRateIsEventsOverTheTimeFromTheFirstAppendToTheLastAcknowledgement() throws Exception {
        ScheduledStore store = new ScheduledStore(n -> MS);
        double rate = pipeline(store, "a").measureRate(500, Long.MAX_VALUE);
        assertThat(store.streams).hasSize(500);
        assertThat(rate).isCloseTo(1_000, within(5.0));
    }

    @Test
    void aDurationEndsARoundToo() throws Exception {
        ScheduledStore store = new ScheduledStore(n -> 2 * MS);
        double rate = pipeline(store, "a").measureRate(Long.MAX_VALUE, 1_000 * MS);
        assertThat(store.streams).hasSizeBetween(495, 500);
        assertThat(rate).isCloseTo(500, within(5.0));
    }

    @Test
    void eventsAreSpreadOverTheStreamsInTurn() throws Exception {
        ScheduledStore store = new ScheduledStore(n -> MS);
        pipeline(store, "a", "b", "c").measureRate(7, Long.MAX_VALUE);
        assertThat(store.streams).containsExactly("a", "b", "c", "a", "b", "c", "a");
    }

    @Test
    void appendsThatWaitBehindASlowOneAreLateToo() throws Exception {
        // One append of 1 000 stalls for 100 ms. Timed from when it was sent, one sample of 1 000 would be slow and the
        // 99th
        // percentile would say 0.1 ms. But 100 appends were due during the stall.
        ScheduledStore store = new ScheduledStore(n -> n == 400 ? 100 * MS : MS / 10);
        Latencies latencies = new Latencies();
        pipeline(store, "a").measureLatency(1_000, MS, latencies);
        Latencies.Summary summary = latencies.summary();
        assertThat(summary.count()).isEqualTo(1_000);
        assertThat(summary.p50Ms()).isBetween(0.1, 0.2);
        assertThat(summary.p99Ms()).isBetween(80.0, 100.0);
        assertThat(summary.maxMs()).isCloseTo(100, within(1.0));
    }

    @Test
    void aRateThatTheStoreKeepsHasOnlyItsOwnLatency() throws Exception {
        Latencies latencies = new Latencies();
        pipeline(new ScheduledStore(n -> MS / 2), "a").measureLatency(1_000, MS, latencies);
        assertThat(latencies.summary().maxMs()).isBetween(0.5, 0.6);
    }

    @Test
    void aFailureEndsTheMeasurementInsteadOfFlatteringIt() {
        ScheduledStore store = new ScheduledStore(n -> n == 10 ? -1 : MS);
        assertThatThrownBy(() -> pipeline(store, "a").measureRate(100, Long.MAX_VALUE))
                .isInstanceOf(EventStoreException.Unavailable.class);
        assertThat(store.streams).hasSize(11);
    }

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoMiddleOnes() {
        assertThat(Pipeline.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Pipeline.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    }

    private static Pipeline pipeline(ScheduledStore store, String... streams) {
        return new Pipeline(new Load(store, Load.inTurn(List.of(streams)), 16), 8, store);
    }
}
