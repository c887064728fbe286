package io.weir.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryReader;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunRecordTest {
    /** Of four seconds one was hurt, and the last answer came when the clients' time was over. */
    private static final History HISTORY = HistoryReader.parse("""
            {:index 0 :time 0 :type :invoke :process 0 :f :add :value [1 1]}
            {:index 1 :time 500000000 :type :ok :process 0 :f :add :value [1 1]}
            {:index 2 :time 600000000 :type :invoke :process 0 :f :add :value [1 2]}
            {:index 3 :time 700000000 :type :fail :process 0 :f :add :value [1 2]}
            {:index 4 :time 1200000000 :type :invoke :process 0 :f :add :value [1 3]}
            {:index 5 :time 1500000000 :type :ok :process 0 :f :add :value [1 3]}
            {:index 6 :time 1600000000 :type :invoke :process 0 :f :add :value [1 4]}
            {:index 7 :time 3900000000 :type :ok :process 0 :f :add :value [1 4]}
            {:index 8 :time 3950000000 :type :invoke :process 0 :f :add :value [1 5]}
            {:index 9 :time 4100000000 :type :ok :process 0 :f :add :value [1 5]}
            """);

    @Test
    void whatTookEffectOutsideOfFaultsIsCountedByTheTimeWithoutThem() {
        assertThat(record(List.of()).okPerSecondUnhurt(HISTORY)).isEqualTo(3 / 4.0);
        FaultWindow second = new FaultWindow("kill-one", "killed [n1]", 1_000_000_000, 2_000_000_000);
        assertThat(record(List.of(second)).okPerSecondUnhurt(HISTORY)).isEqualTo(2 / 3.0);
        FaultWindow beyond = new FaultWindow("kill-one", "killed [n1]", 3_500_000_000L, 9_000_000_000L);
        assertThat(record(List.of(second, beyond)).okPerSecondUnhurt(HISTORY)).isEqualTo(1 / 2.5);
        FaultWindow always = new FaultWindow("kill-one", "killed [n1]", 0, 9_000_000_000L);
        assertThat(record(List.of(always)).okPerSecondUnhurt(HISTORY)).isZero();
    }

    private static RunRecord record(List<FaultWindow> faults) {
        Duration time = Duration.ofSeconds(4);
        return new RunRecord(
                "unique", List.of(), List.of(), 1, time, time, 1, List.of("n1"), faults, 0, "weir", "machine", "again");
    }
}
