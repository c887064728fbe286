package io.weir.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.checker.Anomaly;
import io.weir.jepsen.checker.AnomalyKind;
import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.ListAppendChecker;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.HistoryReader;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The drawing takes its edges from the checker's words: if they change, it must not become empty without a word. */
class EdgeTest {
    private static final String DIFFERENT_ORDERS = """
            {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append -2 2]]}
            {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:append 1 3] [:append -2 4]]}
            {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append -2 2]]}
            {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:append 1 3] [:append -2 4]]}
            {:index 4 :time 4 :type :invoke :process 0 :f :txn :value [[:r 1 nil] [:r -2 nil]]}
            {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:r 1 [1 3]] [:r -2 [4 2]]]}
            """;
    private static final String SEE_EACH_OTHER = """
            {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:r 2 nil]]}
            {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:append 2 2] [:r 1 nil]]}
            {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:append 1 1] [:r 2 [2]]]}
            {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:append 2 2] [:r 1 [1]]]}
            """;
    private static final String READ_TRAP = """
            {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
            {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
            {:index 2 :time 2 :type :ok :process 1 :f :txn :value [[:r 1 [1]]]}
            {:index 3 :time 3 :type :invoke :process 1 :f :txn :value [[:r 2 nil]]}
            {:index 4 :time 4 :type :ok :process 1 :f :txn :value [[:r 2 []]]}
            {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
            """;
    private static final String STALE = """
            {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
            {:index 1 :time 1 :type :ok :process 0 :f :txn :value [[:append 1 1]]}
            {:index 2 :time 2 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
            {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 []]]}
            {:index 4 :time 4 :type :invoke :process 2 :f :txn :value [[:r 1 nil]]}
            {:index 5 :time 5 :type :ok :process 2 :f :txn :value [[:r 1 [1]]]}
            """;

    @Test
    void appendsInDifferentOrders() {
        assertThat(captions(DIFFERENT_ORDERS)).contains("ww stream 1: 1, then 3", "ww stream -2: 4, then 2");
    }

    @Test
    void transactionsThatSeeEachOther() {
        assertThat(captions(SEE_EACH_OTHER)).containsExactlyInAnyOrder("wr stream 1: saw 1", "wr stream 2: saw 2");
    }

    @Test
    void theOrderOfAProcess() {
        assertThat(captions(READ_TRAP))
                .contains("rw stream 2: did not see 2", "wr stream 1: saw 1", "process process 1 did both");
    }

    @Test
    void theOrderOfTheClock() {
        assertThat(captions(STALE)).contains("rw stream 1: did not see 1", "realtime over before line 2 began");
    }

    private static List<String> captions(String edn) {
        List<String> captions = new ArrayList<>();
        for (Anomaly anomaly : ListAppendChecker.check(HistoryReader.parse(edn)).anomalies()) {
            List<Edge> edges = Edge.of(anomaly);
            assertThat(edges.isEmpty())
                    .as(anomaly.text())
                    .isEqualTo(!anomaly.kind().isCycle());
            edges.forEach(edge -> captions.add(edge.label() + " " + edge.caption()));
            edges.forEach(edge -> assertThat(edge.streams().isEmpty())
                    .as(edge.reason())
                    .isEqualTo(edge.label().equals("process") || edge.label().equals("realtime")));
        }
        return captions;
    }

    /** Of any length: each box once, each edge once, nothing outside of the picture; what is too long is told. */
    @ParameterizedTest
    @CsvSource({"2, true", "3, true", "4, true", "5, true", "6, true", "16, true", "17, false"})
    void ringsOfAnyLengthAreDrawnOrToldOf(int count, boolean isDrawn) {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        List<String> sentences = new ArrayList<>(List.of("each of these transactions"));
        for (int i = 0; i < count; i++) {
            HistoryRecorder.Client client = recorder.newClient();
            client.invoke(List.of(Step.append(1, i)), "n1");
            client.ok(List.of(Step.append(1, i)));
            int next = 2 * ((i + 1) % count) + 1;
            sentences.add("  line " + (2 * i + 1) + " before line " + next + ": line " + next + " appended "
                    + (i + 1) % count + " to stream 1 behind " + i + " of line " + (2 * i + 1) + " (ww)");
        }
        History history = recorder.history();
        List<Line> lines =
                history.lines().stream().filter(line -> line.index() % 2 == 1).toList();
        Html page = new Html();
        CycleDrawing.write(page, new Anomaly(AnomalyKind.G0, String.join("\n", sentences), lines), history);
        Texts.requireWellFormed(page.toString());
        assertThat(page.toString().split("class=\"node\"", -1)).hasSize(isDrawn ? count + 1 : 1);
        assertThat(page.toString().split("class=\"tip\"", -1)).hasSize(isDrawn ? count + 1 : 1);
        assertThat(page.toString().contains("A cycle of " + count + " transactions is not drawn"))
                .isEqualTo(!isDrawn);
    }

    @Test
    void everyCycleOfABrokenRunIsDrawn() {
        MadeUpRun.Left left = MadeUpRun.of(9, 8, Duration.ofSeconds(3), 5);
        List<Anomaly> cycles =
                Judgement.of(new HistoryFile(Header.UNKNOWN, left.file().history()), null, 0)
                        .verdict()
                        .anomalies()
                        .stream()
                        .filter(anomaly -> anomaly.kind().isCycle())
                        .toList();
        assertThat(cycles)
                .isNotEmpty()
                .allSatisfy(cycle -> assertThat(Edge.of(cycle)).hasSameSizeAs(cycle.lines()));
    }
}
