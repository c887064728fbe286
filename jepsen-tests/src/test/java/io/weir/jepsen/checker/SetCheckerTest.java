package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.StreamRead.Level;
import io.weir.jepsen.history.TimeSpan;
import io.weir.jepsen.history.Values;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a verdict on values of their own says. */
class SetCheckerTest {
    private final AtomicLong clock = new AtomicLong();
    private final HistoryRecorder recorder = new HistoryRecorder(clock::incrementAndGet);
    private final HistoryRecorder.Client client = recorder.newClient();

    /** A node that lost its log's beginning, one whose log was cut off, and one with holes. */
    @Test
    void whatIsLostIsSplitByPlaceAndNode() {
        add(6);
        readLast("n1", 2, 3, 4, 5);
        readLast("n2", 0, 1, 2);
        readLast("n3", 0, 2, 3, 5);
        readLast("n4", 0, 1, 2, 3, 4, 5);
        readLast("n5");
        assertThat(check().anomalies().stream()
                        .filter(anomaly -> anomaly.kind() == AnomalyKind.LOST)
                        .map(Anomaly::text))
                .containsExactly(
                        "line 13, at the end on node n1, lacks 2 of 6 values of stream 1 that had been acknowledged:"
                                + " 2 at the beginning, 0 in the middle, 0 at the end: [0 1]",
                        "line 15, at the end on node n2, lacks 3 of 6 values of stream 1 that had been acknowledged:"
                                + " 0 at the beginning, 0 in the middle, 3 at the end: [3 4 5]",
                        "line 17, at the end on node n3, lacks 2 of 6 values of stream 1 that had been acknowledged:"
                                + " 0 at the beginning, 2 in the middle, 0 at the end: [1 4]",
                        "line 21, at the end on node n5, lacks 6 of 6 values of stream 1 that had been acknowledged:"
                                + " all of them: [0 1 2 3 4 5]");
        assertThat(check().kinds()).containsExactly(AnomalyKind.LOST, AnomalyKind.DIVERGENT);
    }

    /** Sent to another node because the answer did not come; done once, whatever both are told. */
    @Test
    void theSameRequestSentAgainIsDoneOnce() {
        client.invoke(new Addition(1, 0), "n1");
        client.info("timeout");
        client.invoke(new Addition(1, 0), "n2");
        client.ok(new Addition(1, 0).at(0));
        client.invoke(new Addition(1, 0), "n3");
        client.ok(new Addition(1, 0).at(0));
        readLast("n1", 0);
        assertThat(check().isValid()).as(check().report()).isTrue();
        readLast("n1", 0, 0);
        assertThat(check().kinds()).containsExactly(AnomalyKind.DUPLICATE);
    }

    /** Refused at first, and the client asked again: neither resurrected nor a contradiction. */
    @Test
    void whatFailedAndWasSentAgainMayBeThere() {
        client.invoke(new Addition(1, 0), "n1");
        client.fail("no leader");
        client.invoke(new Addition(1, 0), "n2");
        client.info("timeout");
        readLast("n1", 0);
        readLast("n2", 0);
        assertThat(check().isValid()).as(check().report()).isTrue();
    }

    /** Only what promises real time is held to it. */
    @Test
    void aStaleReadMayBeStale() {
        add(3);
        read(Level.STALE, "n2", 0);
        read(Level.STALE, "n1");
        read(Level.STALE, "n2", 0, 1);
        assertThat(check().isValid()).as(check().report()).isTrue();
        read(Level.LINEARIZABLE, "n2", 0, 1);
        assertThat(check().kinds()).containsExactly(AnomalyKind.LOST, AnomalyKind.STALE_READ);
    }

    /** Who is opened anew goes on from its last checkpoint: a state that it had, but not the last one. */
    @Test
    void aNodeMayGoBackWhenItWasOpenedAnew() {
        add(3);
        read(Level.STALE, "n2", 0, 1, 2);
        read(Level.STALE, "n2", 0);
        assertThat(check().kinds()).containsExactly(AnomalyKind.BACK_IN_TIME);
        History history = recorder.history();
        long first = history.line(history.size() - 3).timeNs();
        long second = history.line(history.size() - 1).timeNs();
        for (TimeSpan within : List.of(new TimeSpan(second, second + 9), new TimeSpan(first - 1, first))) {
            assertThat(SetChecker.check(history, List.of(within)).isValid()).isTrue();
        }
        for (TimeSpan outside : List.of(new TimeSpan(second + 1, second + 9), new TimeSpan(0, first - 1))) {
            assertThat(SetChecker.check(history, List.of(outside)).kinds()).containsExactly(AnomalyKind.BACK_IN_TIME);
        }
    }

    private void add(int count) {
        for (int value = 0; value < count; value++) {
            client.invoke(new Addition(1, value), "n1");
            client.ok(new Addition(1, value).at(value));
        }
    }

    private void readLast(String node, int... values) {
        StreamRead read = StreamRead.of(1, Level.STALE).atTheEnd();
        client.invoke(read, node);
        client.ok(read.saw(Values.of(values)));
    }

    private void read(Level level, String node, int... values) {
        client.invoke(StreamRead.of(1, level), node);
        client.ok(StreamRead.of(1, level).saw(Values.of(values)));
    }

    private Verdict check() {
        return SetChecker.check(recorder.history());
    }
}
