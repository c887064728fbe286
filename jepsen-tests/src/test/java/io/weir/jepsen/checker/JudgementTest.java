package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.StreamRead.Level;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which checker judges, and when a run is not worth judging. */
class JudgementTest {
    private long timeNs;
    private final HistoryRecorder recorder = new HistoryRecorder(() -> timeNs += 1_000_000);
    private final HistoryRecorder.Client client = recorder.newClient();

    @Test
    void aRunThatDoesNotKnowWhatItDidIsVoid() {
        add(0, 9);
        client.invoke(new Addition(1, 9), "n1");
        client.info("timeout");
        assertThat(judge(0).verdict().isValid()).as("one of ten").isTrue();
        client.invoke(new Addition(1, 10), "n1");
        client.info("timeout");
        assertThat(judge(0).verdict().report())
                .isEqualTo("unknown: void: 2 of 11 operations are in doubt, more than 10 %");
        assertThat(judge(0).verdict().status()).isEqualTo(Verdict.Status.UNKNOWN);
        assertThat(judge(0).rates().all()).hasToString("9 ok, 0 fail, 2 info");
    }

    @Test
    void aRunThatDidLittleIsVoid() {
        add(0, 50);
        assertThat(judge(0).verdict().isValid()).isTrue();
        assertThat(judge(500).verdict().isValid()).isTrue();
        assertThat(judge(510).verdict().report())
                .isEqualTo("unknown: void: 505.1 operations a second took effect, less than 510.0");
        assertThat(judge(0).rates().byName()).containsOnlyKeys("add");
    }

    @Test
    void aRunInWhichNothingHappenedIsVoid() {
        client.invoke(new Addition(1, 1), "n1");
        client.fail("refused");
        assertThat(judge(0).verdict().report()).isEqualTo("unknown: void: nothing took effect");
    }

    /** What the clients saw to be wrong stays wrong. */
    @Test
    void anomaliesWeighMoreThanDoubts() {
        add(0, 1);
        client.invoke(StreamRead.of(1, Level.LINEARIZABLE), "n1");
        client.ok(StreamRead.of(1, Level.LINEARIZABLE).saw(Values.NONE));
        Verdict verdict = judge(1_000_000).verdict();
        assertThat(verdict.status()).isEqualTo(Verdict.Status.ANOMALIES);
        assertThat(verdict.kinds()).containsExactly(AnomalyKind.LOST, AnomalyKind.STALE_READ);
        assertThat(verdict.doubts()).hasSize(1);
    }

    @Test
    void everyNodeIsReadInTheEnd() {
        add(0, 2);
        read("n1");
        Header header = new Header(Workload.SET, 1, "test");
        assertThat(judge(header).isValid()).isTrue();
        assertThat(judge(header.withNodes(List.of("n1", "n2"))).report())
                .isEqualTo("unknown: no final read on node n2 of 1 of 1 streams, 1 the first");
        read("n2");
        assertThat(judge(header.withNodes(List.of("n1", "n2"))).isValid()).isTrue();
    }

    private void read(String node) {
        StreamRead read = StreamRead.of(1, Level.STALE).atTheEnd();
        client.invoke(read, node);
        client.ok(read.saw(Values.of(0, 1)));
    }

    @Test
    void theWorkloadIsNamedOrTold() {
        add(0, 1);
        assertThat(judge(0).workload()).isEqualTo(Workload.SET);
        HistoryFile file = new HistoryFile(Header.UNKNOWN, recorder.history());
        assertThat(Judgement.of(file, Workload.LOG, 0).workload()).isEqualTo(Workload.LOG);
        assertThatThrownBy(() -> Judgement.of(file, Workload.BANK, 0))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessage("line 0: :add is no part of the workload bank");
        client.invoke(List.of(Step.read(1)), null);
        assertThatThrownBy(() -> judge(0))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageContaining("of several workloads");
        HistoryFile empty = new HistoryFile(Header.UNKNOWN, History.of(List.of()));
        assertThatThrownBy(() -> Judgement.of(empty, null, 0)).hasMessageContaining("has no lines");
    }

    private void add(int first, int end) {
        for (int value = first; value < end; value++) {
            client.invoke(new Addition(1, value), "n1");
            client.ok(new Addition(1, value).at(value - first));
        }
    }

    private Judgement judge(double leastPerSecond) {
        return Judgement.of(new HistoryFile(Header.UNKNOWN, recorder.history()), null, leastPerSecond);
    }

    private Verdict judge(Header header) {
        return Judgement.of(new HistoryFile(header, recorder.history()), null, 0)
                .verdict();
    }
}
