package io.weir.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.run.FaultWindow;
import java.util.List;
import org.junit.jupiter.api.Test;

class GapTest {
    private long nowNs;
    private final HistoryRecorder recorder = new HistoryRecorder(() -> nowNs);
    private final HistoryRecorder.Client one = recorder.newClient();
    private final HistoryRecorder.Client two = recorder.newClient();

    @Test
    void liesBetweenWhatTookEffect() {
        ok(one, 0, 10);
        one.invoke(List.of(Step.read(1)), null);
        nowNs = 20;
        one.fail("not now");
        ok(one, 30, 50);
        assertThat(gaps(100)).containsExactly(new Gap(0, 10), new Gap(10, 50));
    }

    @Test
    void lastsToTheEndIfNothingTakesEffectAnyMore() {
        ok(one, 0, 10);
        begin(one, 15);
        nowNs = 60;
        one.info("timeout");
        assertThat(gaps(100)).containsExactly(new Gap(0, 10), new Gap(10, 60));
        assertThat(gaps(40)).as("clients began nothing new then").containsExactly(new Gap(0, 10), new Gap(10, 40));
    }

    @Test
    void isNotWhereNobodyAsksBeforeTheFinalReads() {
        ok(one, 0, 10);
        begin(two, 12);
        nowNs = 20;
        two.fail("over");
        nowNs = 500;
        one.invoke(new Transaction(List.of(Step.read(1)), true), null);
        nowNs = 510;
        one.ok(List.of(Step.saw(1)));
        assertThat(gaps(100)).containsExactly(new Gap(0, 10), new Gap(10, 20), new Gap(500, 510));
    }

    @Test
    void belongsToTheFaultsThatItTouches() {
        FaultWindow fault = new FaultWindow("kill-one", "", 100, 200);
        assertThat(new Gap(50, 101).touches(fault)).isTrue();
        assertThat(new Gap(199, 300).touches(fault)).as("behind its healing").isTrue();
        assertThat(new Gap(120, 130).touches(fault)).isTrue();
        assertThat(new Gap(50, 100).touches(fault)).isFalse();
        assertThat(new Gap(200, 300).touches(fault)).isFalse();
    }

    @Test
    void aHistoryWithoutLinesHasNone() {
        assertThat(Gap.of(History.of(List.of()), 100)).isEmpty();
    }

    private void begin(HistoryRecorder.Client client, long ns) {
        nowNs = ns;
        client.invoke(List.of(Step.read(1)), null);
    }

    private void ok(HistoryRecorder.Client client, long fromNs, long toNs) {
        begin(client, fromNs);
        nowNs = toNs;
        client.ok(List.of(Step.saw(1)));
    }

    private List<Gap> gaps(long workedToNs) {
        return Gap.of(recorder.history(), workedToNs);
    }
}
