package io.weir.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistoryRecorderTest {
    private static final int THREADS = 8;
    private static final int OPERATIONS = 5_000;

    private final List<Step> steps = List.of(Step.append(1, 1), Step.read(1));

    @Test
    void aClientInDoubtGoesOnUnderAnotherNumber() {
        HistoryRecorder recorder = new HistoryRecorder(() -> 7);
        HistoryRecorder.Client first = recorder.newClient();
        HistoryRecorder.Client second = recorder.newClient();
        first.invoke(steps, "n1");
        second.invoke(List.of(), null);
        first.info("timeout");
        assertThat(first.process()).isEqualTo(2);
        first.invoke(List.of(Step.append(1, 2)), "n2");
        first.fail("refused");
        assertThat(recorder.history()).hasToString("""
                        {:index 0 :time 7 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:r 1 nil]] :node "n1"}
                        {:index 1 :time 7 :type :invoke :process 1 :f :txn :value []}
                        {:index 2 :time 7 :type :info :process 0 :f :txn :value [[:append 1 1] [:r 1 nil]] :node "n1" :error "timeout"}
                        {:index 3 :time 7 :type :invoke :process 2 :f :txn :value [[:append 1 2]] :node "n2"}
                        {:index 4 :time 7 :type :fail :process 2 :f :txn :value [[:append 1 2]] :node "n2" :error "refused"}
                        """);
    }

    @Test
    void oneThingAfterAnother() {
        HistoryRecorder.Client client = HistoryRecorder.ofRealTime().newClient();
        assertThatThrownBy(() -> client.fail("why")).isInstanceOf(IllegalStateException.class);
        client.invoke(steps, null);
        assertThatThrownBy(() -> client.invoke(steps, null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.ok(List.of(Step.append(1, 1), Step.read(1))))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageContaining(":ok alone knows");
        client.ok(List.of(Step.append(1, 1).at(0), Step.saw(1, 1)));
    }

    /** Numbers and times in one order, whoever writes; a history refuses anything else. */
    @Test
    void manyThreads() throws Exception {
        HistoryRecorder recorder = HistoryRecorder.ofRealTime();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                HistoryRecorder.Client client = recorder.newClient();
                all.add(threads.submit(() -> work(client)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        History history = recorder.history();
        assertThat(history.size()).isEqualTo(THREADS * OPERATIONS * 2);
        long inDoubt = history.lines().stream()
                .filter(line -> line.type() == LineType.INFO)
                .count();
        assertThat(history.lines().stream().mapToInt(Line::process).distinct().count())
                .isEqualTo(inDoubt);
    }

    /** The last one of each process is in doubt. */
    private void work(HistoryRecorder.Client client) {
        IntStream.rangeClosed(1, OPERATIONS).forEach(i -> {
            client.invoke(steps, null);
            if (i % 100 == 0) {
                client.info("timeout");
            } else {
                client.ok(List.of(steps.get(0), Step.saw(1, i)));
            }
        });
    }
}
