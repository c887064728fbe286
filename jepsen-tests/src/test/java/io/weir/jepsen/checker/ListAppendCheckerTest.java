package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryReader;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Step;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is allowed and looks odd, and what a verdict says. */
class ListAppendCheckerTest {
    @Test
    void nothingHappened() {
        assertThat(ListAppendChecker.check(History.of(List.of())).isValid()).isTrue();
    }

    /** Two reads beside an append: one sees it, and one that is over later does not. */
    @Test
    void whatOverlapsMayBeInAnyOrder() {
        assertValid("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 2 :time 2 :type :invoke :process 2 :f :txn :value [[:r 1 nil]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 [1]]]}
                {:index 4 :time 4 :type :ok :process 2 :f :txn :value [[:r 1 []]]}
                {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:append 1 1]]}
                """);
    }

    @Test
    void whatIsInDoubtMayHappenLater() {
        assertValid("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :info :process 0 :f :txn :value [[:append 1 1] [:append 2 2]] :error "timeout"}
                {:index 2 :time 2 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 []]]}
                {:index 4 :time 4 :type :invoke :process 1 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 5 :time 5 :type :ok :process 1 :f :txn :value [[:r 1 [1]] [:r 2 [2]]]}
                """);
    }

    @Test
    void whatIsInDoubtOrRefusedMayNeverHappen() {
        assertValid("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:r 2 nil]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:append 1 2]]}
                {:index 2 :time 2 :type :fail :process 1 :f :txn :value [[:append 1 2]] :error "the revision was 4"}
                {:index 3 :time 3 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 4 :time 4 :type :ok :process 1 :f :txn :value [[:r 1 []]]}
                """);
    }

    /** Nothing read it after it was acknowledged. */
    @Test
    void whatNobodyReadLaterIsNotLost() {
        assertValid("""
                {:index 0 :time 0 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 1 :time 1 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:append 1 1]] :revisions [0]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 []]]}
                """);
    }

    @Test
    void aValueIsAppendedOnceOnly() {
        History history = HistoryReader.parse("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :fail :process 0 :f :txn :value [[:append 1 1]]}
                {:index 2 :time 2 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                """);
        assertThatThrownBy(() -> ListAppendChecker.check(history))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessage("lines 1 and 2 both append 1 to stream 1: no read can tell them apart");
    }

    /** The words are for whoever must find out at night what happened. */
    @Test
    void aVerdictIsAnArgument() {
        Verdict verdict = ListAppendChecker.check(HistoryReader.parse("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]] :node "n1"}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 1 nil]] :node "n2"}
                {:index 2 :time 2 :type :ok :process 1 :f :txn :value [[:r 1 [1]]] :node "n2"}
                {:index 3 :time 3 :type :invoke :process 2 :f :txn :value [[:r 2 nil]] :node "n3"}
                {:index 4 :time 4 :type :ok :process 2 :f :txn :value [[:r 2 []]] :node "n3"}
                """));
        assertThat(verdict.report()).isEqualTo("""
                        G-single-realtime: each of these 3 transactions comes before the next one, and the last one before the first one
                          line 4 before line 0: line 4 read stream 2 as [], without 2, which line 0 appended (rw)
                          line 0 before line 2: line 2 read stream 1 up to 1, which line 0 appended (wr)
                          line 2 before line 4: line 2 had completed when line 4 was invoked in line 3 (realtime)
                            {:index 4 :time 4 :type :ok :process 2 :f :txn :value [[:r 2 []]] :node "n3"}
                            {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]] :node "n1"}
                            {:index 2 :time 2 :type :ok :process 1 :f :txn :value [[:r 1 [1]]] :node "n2"}\
                        """);
    }

    /** Not a million times the same. */
    @Test
    void onlySomeOfEachKindAreListed() {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        HistoryRecorder.Client client = recorder.newClient();
        for (int value = 0; value < 1_000; value++) {
            perform(client, List.of(Step.append(1, value)), List.of(Step.append(1, value)));
        }
        perform(client, List.of(Step.read(1)), List.of(Step.saw(1)));
        Verdict verdict = ListAppendChecker.check(recorder.history());
        long lost = verdict.anomalies().stream()
                .filter(anomaly -> anomaly.kind() == AnomalyKind.LOST)
                .count();
        assertThat(lost).isBetween(10L, 20L);
        assertThat(lost + verdict.unlisted()).isEqualTo(1_000);
        assertThat(verdict.report()).endsWith("more of the same kinds");
    }

    /** Readers of the end times appends that nobody read would be a hundred million edges. */
    @Test
    void manyUnreadAppendsAndManyReadersAreNoTrouble() {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        List<HistoryRecorder.Client> readers =
                IntStream.range(0, 10_000).mapToObj(i -> recorder.newClient()).toList();
        readers.forEach(reader -> reader.invoke(List.of(Step.read(1)), null));
        HistoryRecorder.Client writer = recorder.newClient();
        for (int value = 0; value < 10_000; value++) {
            perform(writer, List.of(Step.append(1, value)), List.of(Step.append(1, value)));
        }
        readers.forEach(reader -> reader.ok(List.of(Step.saw(1))));
        assertThat(ListAppendChecker.check(recorder.history()).isValid()).isTrue();
    }

    /** Real time is kept as edges between neighbours; the argument needs the first and the last of them only. */
    @Test
    void anOldStateIsReadMuchLater() {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        HistoryRecorder.Client client = recorder.newClient();
        for (int value = 0; value < 1_000; value++) {
            perform(client, List.of(Step.append(1, value)), List.of(Step.append(1, value)));
        }
        perform(recorder.newClient(), List.of(Step.read(1)), List.of(Step.saw(1)));
        perform(
                recorder.newClient(),
                List.of(Step.read(1)),
                List.of(Step.saw(1, IntStream.range(0, 1_000).toArray())));
        Verdict verdict = ListAppendChecker.check(recorder.history());
        assertThat(verdict.report()).startsWith("""
                        G-single-realtime: each of these 2 transactions comes before the next one, and the last one before the first one
                          line 2001 before line 1: line 2001 read stream 1 as [], without 0, which line 1 appended there (rw)
                          line 1 before line 2001: line 1 had completed when line 2001 was invoked in line 2000 (realtime)
                        """);
        assertThat(verdict.anomalies()).hasSize(1);
    }

    /** A cycle through the whole history, deeper than the stack of a thread. */
    @Test
    void aLongCycle() {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        int count = 20_000;
        List<HistoryRecorder.Client> clients =
                IntStream.range(0, count).mapToObj(i -> recorder.newClient()).toList();
        IntFunction<List<Step>> steps = i -> List.of(Step.append(i, 1), Step.append((i + 1) % count, 2));
        IntStream.range(0, count).forEach(i -> clients.get(i).invoke(steps.apply(i), null));
        IntStream.range(0, count).forEach(i -> clients.get(i).ok(steps.apply(i)));
        List<Step> reads = IntStream.range(0, count).<Step>mapToObj(Step::read).toList();
        List<Step> seen =
                IntStream.range(0, count).<Step>mapToObj(i -> Step.saw(i, 1, 2)).toList();
        perform(recorder.newClient(), reads, seen);
        Verdict verdict = ListAppendChecker.check(recorder.history());
        assertThat(verdict.kinds()).containsExactly(AnomalyKind.G0);
        assertThat(verdict.anomalies().get(0).lines()).hasSize(count);
    }

    private static void perform(HistoryRecorder.Client client, List<Step> invoked, List<Step> answered) {
        client.invoke(invoked, null);
        client.ok(answered);
    }

    private static void assertValid(String edn) {
        Verdict verdict = ListAppendChecker.check(HistoryReader.parse(edn));
        assertThat(verdict.isValid()).as(verdict.report()).isTrue();
    }
}
