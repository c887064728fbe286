package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.HistoryReader;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.MalformedHistoryException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a verdict on conditional appends says, and when it says nothing. */
class ConditionalAppendCheckerTest {
    /** A leader that was deposed and does not know it yet answers from what it has. */
    @Test
    void aStaleEndIsAnArgument() {
        assertThat(check("""
                        {:index 0 :time 0 :type :invoke :process 0 :f :append-if :value [5 [:no-stream 1]]}
                        {:index 1 :time 1 :type :ok :process 0 :f :append-if :value [5 [:no-stream 1]] :revision 0}
                        {:index 2 :time 2 :type :invoke :process 1 :f :end :value [5 nil]}
                        {:index 3 :time 3 :type :ok :process 1 :f :end :value [5 -1]}
                        """).report()).isEqualTo("""
                        stale-read: line 1 had shown revision 0 of stream 5 when line 3 was invoked in line 2, which shows the stream without revision 0
                            {:index 1 :time 1 :type :ok :process 0 :f :append-if :value [5 [:no-stream 1]] :revision 0}
                            {:index 3 :time 3 :type :ok :process 1 :f :end :value [5 -1]}\
                        """);
    }

    /** Both saw revision 0, and both were told that they had won. */
    @Test
    void twoWinners() {
        assertThat(check("""
                        {:index 0 :time 0 :type :invoke :process 0 :f :append-if :value [5 [:no-stream 1]]}
                        {:index 1 :time 1 :type :invoke :process 1 :f :append-if :value [5 [:no-stream 2]]}
                        {:index 2 :time 2 :type :ok :process 0 :f :append-if :value [5 [:no-stream 1]] :revision 0}
                        {:index 3 :time 3 :type :ok :process 1 :f :append-if :value [5 [:no-stream 2]] :revision 0}
                        """).report())
                .startsWith("double-success: lines 2 and 3 were both told revision 0 of stream 5\n");
    }

    /** Whichever comes first makes the other one's condition fail. */
    @Test
    void withoutRevisionsTheOrderIsSearchedFor() {
        String twoWinners = """
                {:index 0 :time 0 :type :invoke :process 0 :f :append-if :value [5 [:no-stream 1]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :append-if :value [5 [:no-stream 2]]}
                {:index 2 :time 2 :type :ok :process 0 :f :append-if :value [5 [:no-stream 1]]}
                {:index 3 :time 3 :type :ok :process 1 :f :append-if :value [5 [:no-stream 2]]}
                """;
        assertThat(check(twoWinners).report()).isEqualTo("""
                        not-linearizable: no order of the 2 operations on stream 5 explains their answers; the best one ends before line 3, which nothing before it explains
                            {:index 3 :time 3 :type :ok :process 1 :f :append-if :value [5 [:no-stream 2]]}\
                        """);
        assertThat(check(twoWinners.replace("[:no-stream 2]", "[0 2]")).isValid())
                .isTrue();
    }

    /** Each may have happened or not: more orders than anybody can try. */
    @Test
    void aSearchThatGivesUpIsNoPass() {
        HistoryRecorder recorder = new HistoryRecorder(() -> 0);
        List<HistoryRecorder.Client> clients =
                IntStream.range(0, 40).mapToObj(i -> recorder.newClient()).toList();
        IntStream.range(0, 40)
                .forEach(i -> clients.get(i).invoke(new ConditionalAppend(1, i, Condition.atMost(40 + i)), null));
        clients.get(0).ok(new ConditionalAppend(1, 0, Condition.atMost(40)));
        HistoryRecorder.Client reader = recorder.newClient();
        reader.invoke(new EndOfStream(1), null);
        reader.ok(new EndOfStream(1, 41));
        Verdict verdict = ConditionalAppendChecker.check(recorder.history());
        assertThat(verdict.status()).isEqualTo(Verdict.Status.UNKNOWN);
        assertThat(verdict.report())
                .startsWith("unknown: after ")
                .endsWith(" states of stream 1 the search for an order of its operations gave up");
    }

    @Test
    void aValueIsAppendedOnceOnly() {
        assertThatThrownBy(() -> check("""
                        {:index 0 :time 0 :type :invoke :process 0 :f :append-if :value [5 [:any 1]]}
                        {:index 1 :time 1 :type :invoke :process 1 :f :append-if :value [5 [0 1]]}
                        """))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessage("lines 0 and 1 both append 1 to stream 5");
    }

    /** A file may say anything, and must not cost what it says. */
    @Test
    void hugeRevisionsCostNothing() {
        assertThat(check("""
                        {:index 0 :time 0 :type :invoke :process 0 :f :append-if :value [5 [9223372036854775807 1]]}
                        {:index 1 :time 1 :type :ok :process 0 :f :append-if :value [5 [9223372036854775807 1]] :revision 9223372036854775807}
                        {:index 2 :time 2 :type :invoke :process 0 :f :end :value [5 nil]}
                        {:index 3 :time 3 :type :ok :process 0 :f :end :value [5 9223372036854775807]}
                        """).kinds()).containsExactly(AnomalyKind.REVISION_GAP);
    }

    private static Verdict check(String edn) {
        return ConditionalAppendChecker.check(HistoryReader.parse(edn));
    }
}
