package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.HistoryReader;
import io.weir.jepsen.history.Workload;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a verdict on a bank says, with and without a header. */
class BankCheckerTest {
    private static final Header HEADER =
            new Header(Workload.BANK, 1, "test").withAccounts(Map.of(1, 10L, 2, 10L, 3, 10L), false);

    /** The total is right, and one that was acknowledged is not in it. */
    @Test
    void aLostTransferIsAnArgument() {
        assertThat(check(HEADER, """
                        {:index 0 :time 0 :type :invoke :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                        {:index 1 :time 1 :type :ok :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                        {:index 2 :time 2 :type :invoke :process 1 :f :transfer :value {:from 3 :to 2 :amount 5}}
                        {:index 3 :time 3 :type :info :process 1 :f :transfer :value {:from 3 :to 2 :amount 5}}
                        {:index 4 :time 4 :type :invoke :process 2 :f :read :value nil :final true :node "n1"}
                        {:index 5 :time 5 :type :ok :process 2 :f :read :value {1 10 2 15 3 5} :final true :node "n1"}
                        """).report()).isEqualTo("""
                        impossible-balance: line 5 read 10 in account 1; what was acknowledged before line 4 gives 5, and with what had begun it can be from 5 to 5
                            {:index 5 :time 5 :type :ok :process 2 :f :read :value {1 10 2 15 3 5} :final true :node "n1"}
                        lost-transfer: line 5 read {1=10, 2=15, 3=5} at the end on node n1; against what all acknowledged transfers give that is {1=5, 3=-5}, which no choice of the 1 transfers in doubt explains
                            {:index 5 :time 5 :type :ok :process 2 :f :read :value {1 10 2 15 3 5} :final true :node "n1"}\
                        """);
    }

    @Test
    void whatIsInDoubtMayBeThereOrNot() {
        String begin = """
                {:index 0 :time 0 :type :invoke :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 1 :time 1 :type :info :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 2 :time 2 :type :invoke :process 2 :f :read :value nil :final true}
                """;
        String read = "{:index 3 :time 3 :type :ok :process 2 :f :read :value {1 %d 2 %d 3 10} :final true}";
        assertThat(check(HEADER, begin + String.format(read, 10, 10)).isValid()).isTrue();
        assertThat(check(HEADER, begin + String.format(read, 5, 15)).isValid()).isTrue();
        assertThat(check(HEADER, begin + String.format(read, 7, 13)).kinds())
                .containsExactly(AnomalyKind.LOST_TRANSFER);
    }

    /** A read beside the first transfer does not tell what was there before. */
    @Test
    void withoutAHeaderTheFirstReadMustComeBeforeTheFirstTransfer() {
        String beside = """
                {:index 0 :time 0 :type :invoke :process 2 :f :read :value nil}
                {:index 1 :time 1 :type :invoke :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 2 :time 2 :type :ok :process 2 :f :read :value {1 5 2 15}}
                {:index 3 :time 3 :type :ok :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                """;
        assertThat(check(Header.UNKNOWN, beside).report())
                .isEqualTo(
                        "unknown: neither a header nor a read before the first transfer tells what the accounts held");
        String before = """
                {:index 0 :time 0 :type :invoke :process 2 :f :read :value nil}
                {:index 1 :time 1 :type :ok :process 2 :f :read :value {1 10 2 10}}
                {:index 2 :time 2 :type :invoke :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 3 :time 3 :type :ok :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 4 :time 4 :type :invoke :process 2 :f :read :value nil}
                {:index 5 :time 5 :type :ok :process 2 :f :read :value {1 10 2 10}}
                """;
        assertThat(check(Header.UNKNOWN, before).kinds()).containsExactly(AnomalyKind.IMPOSSIBLE_BALANCE);
        assertThat(check(
                                Header.UNKNOWN,
                                before.replace(
                                                ":ok :process 2 :f :read :value {1 10 2 10}}\n",
                                                ":ok :process 2 :f :read :value {1 5 2 15}}\n")
                                        .replaceFirst("\\{1 5 2 15\\}", "{1 10 2 10}"))
                        .isValid())
                .isTrue();
    }

    /** Money moves between 1 and 2, and between 3 and 4: each read is of one branch. */
    @Test
    void branchesAreJudgedEachForItself() {
        Header header =
                new Header(Workload.BANK, 1, "test").withAccounts(Map.of(1, 10L, 2, 10L, 3, 10L, 4, 10L), false);
        String begin = """
                {:index 0 :time 0 :type :invoke :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 1 :time 1 :type :info :process 0 :f :transfer :value {:from 1 :to 2 :amount 5}}
                {:index 2 :time 2 :type :invoke :process 1 :f :transfer :value {:from 4 :to 3 :amount 2}}
                {:index 3 :time 3 :type :ok :process 1 :f :transfer :value {:from 4 :to 3 :amount 2}}
                {:index 4 :time 4 :type :invoke :process 2 :f :read :value nil :final true}
                """;
        String read = "{:index 5 :time 5 :type :ok :process 2 :f :read :value {%s} :final true}";
        assertThat(check(header, begin + String.format(read, "3 12 4 8")).isValid())
                .isTrue();
        assertThat(check(header, begin + String.format(read, "1 5 2 15")).isValid())
                .isTrue();
        assertThat(check(header, begin + String.format(read, "1 5 2 15 3 12 4 8"))
                        .isValid())
                .isTrue();
        assertThat(check(header, begin + String.format(read, "1 10 2 10 3 10 4 10"))
                        .kinds())
                .containsExactly(AnomalyKind.IMPOSSIBLE_BALANCE, AnomalyKind.LOST_TRANSFER);
        assertThat(check(header, begin + String.format(read, "3 12 4 7")).kinds())
                .contains(AnomalyKind.WRONG_TOTAL);
        assertThat(check(header, begin + String.format(read, "1 10 3 12 4 8")).report())
                .as("half of a branch")
                .contains(
                        "wrong-total: line 5 read {1=10, 3=12, 4=8}, together 30 in 3 accounts; it should be 40 in 4");
    }

    private static Verdict check(Header header, String edn) {
        return BankChecker.check(HistoryReader.parse(edn), header);
    }
}
