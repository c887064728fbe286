package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.HistoryReader;
import org.junit.jupiter.api.Test;

/**
 * What transactions over several partitions must never show, written down by hand: what would follow if one of the
 * rules of the protocol were left out.
 */
class KnownBadHistoriesTest {
    /**
     * The read trap. The transaction is decided; one partition has resolved it, the other has not yet. Nothing tells
     * the client which partition is behind, and the transaction's own client need not have its answer yet.
     */
    @Test
    void aReadSeesATransactionAndTheNextOneMissesIt() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 2 :time 2 :type :ok :process 1 :f :txn :value [[:r 1 [1]]]}
                {:index 3 :time 3 :type :invoke :process 1 :f :txn :value [[:r 2 nil]]}
                {:index 4 :time 4 :type :ok :process 1 :f :txn :value [[:r 2 []]]}
                {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                """, AnomalyKind.G_SINGLE_PROCESS);
    }

    /** The same trap with two clients that talk to each other outside. */
    @Test
    void oneClientSeesATransactionAndAnotherMissesItLater() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 2 :time 2 :type :ok :process 1 :f :txn :value [[:r 1 [1]]]}
                {:index 3 :time 3 :type :invoke :process 2 :f :txn :value [[:r 2 nil]]}
                {:index 4 :time 4 :type :ok :process 2 :f :txn :value [[:r 2 []]]}
                {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 6 :time 6 :type :invoke :process 2 :f :txn :value [[:r 2 nil]]}
                {:index 7 :time 7 :type :ok :process 2 :f :txn :value [[:r 2 [2]]]}
                """, AnomalyKind.G_SINGLE_REALTIME);
    }

    /** A read of two streams takes one snapshot before the resolve and one after it. */
    @Test
    void oneReadSeesHalfOfATransaction() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 2 :time 2 :type :ok :process 1 :f :txn :value [[:r 1 [1]] [:r 2 []]]}
                {:index 3 :time 3 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                """, AnomalyKind.G_SINGLE);
    }

    /** Committed in one partition, aborted in the other, and the client was told nothing. */
    @Test
    void aTransactionInDoubtIsTornForEver() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :info :process 0 :f :txn :value [[:append 1 1] [:append 2 2]] :error "timeout"}
                {:index 2 :time 2 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 [1]]]}
                {:index 4 :time 4 :type :invoke :process 2 :f :txn :value [[:r 2 nil]]}
                {:index 5 :time 5 :type :ok :process 2 :f :txn :value [[:r 2 []]]}
                """, AnomalyKind.G_SINGLE_REALTIME);
    }

    /** The same, and the client was told that it committed. */
    @Test
    void anAcknowledgedTransactionIsTornForEver() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 2 2]] :revisions [0 0]}
                {:index 2 :time 2 :type :invoke :process 1 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 [1]] [:r 2 []]]}
                """, AnomalyKind.LOST, AnomalyKind.G_SINGLE);
    }

    /** What a shared lock on streams that only appear in conditions is for: each writes what the other relied on. */
    @Test
    void writeSkew() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:r 1 nil] [:append 2 2]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 2 nil] [:append 1 1]]}
                {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:r 1 []] [:append 2 2]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 2 []] [:append 1 1]]}
                {:index 4 :time 4 :type :invoke :process 0 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:r 1 [1]] [:r 2 [2]]]}
                """, AnomalyKind.G2);
    }

    /** The same, where nobody ever reads what they wrote. */
    @Test
    void writeSkewThatNobodyLooksAt() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:r 1 nil] [:append 2 2]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:r 2 nil] [:append 1 1]]}
                {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:r 1 []] [:append 2 2]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 2 []] [:append 1 1]]}
                """, AnomalyKind.G2);
    }

    /** Two transactions, two readers, and each reader saw another one first. */
    @Test
    void longFork() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:append 2 2]]}
                {:index 2 :time 2 :type :invoke :process 2 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 3 :time 3 :type :invoke :process 3 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 4 :time 4 :type :ok :process 2 :f :txn :value [[:r 1 [1]] [:r 2 []]]}
                {:index 5 :time 5 :type :ok :process 3 :f :txn :value [[:r 1 []] [:r 2 [2]]]}
                {:index 6 :time 6 :type :ok :process 0 :f :txn :value [[:append 1 1]]}
                {:index 7 :time 7 :type :ok :process 1 :f :txn :value [[:append 2 2]]}
                """, AnomalyKind.G_NONADJACENT);
    }

    /** Two transactions whose parts were ordered differently in two partitions. */
    @Test
    void twoTransactionsInDifferentOrders() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:append 1 3] [:append 2 4]]}
                {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 2 2]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:append 1 3] [:append 2 4]]}
                {:index 4 :time 4 :type :invoke :process 0 :f :txn :value [[:r 1 nil] [:r 2 nil]]}
                {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:r 1 [1 3]] [:r 2 [4 2]]]}
                """, AnomalyKind.G0);
    }

    /** Staged events were visible to another transaction before the decision. */
    @Test
    void twoTransactionsSeeEachOther() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:r 2 nil]]}
                {:index 1 :time 1 :type :invoke :process 1 :f :txn :value [[:append 2 2] [:r 1 nil]]}
                {:index 2 :time 2 :type :ok :process 0 :f :txn :value [[:append 1 1] [:r 2 [2]]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:append 2 2] [:r 1 [1]]]}
                """, AnomalyKind.G1C);
    }

    /** "Aborted, send it again" was answered before home had decided, and home decided otherwise. */
    @Test
    void aTransactionCommitsAfterANegativeAnswer() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :fail :process 0 :f :txn :value [[:append 1 1]] :error "contention"}
                {:index 2 :time 2 :type :invoke :process 0 :f :txn :value [[:append 1 2]]}
                {:index 3 :time 3 :type :ok :process 0 :f :txn :value [[:append 1 2]]}
                {:index 4 :time 4 :type :invoke :process 0 :f :txn :value [[:r 1 nil]]}
                {:index 5 :time 5 :type :ok :process 0 :f :txn :value [[:r 1 [1 2]]]}
                """, AnomalyKind.G1A, AnomalyKind.DIRTY_UPDATE);
    }

    /** A request that was sent again was executed again. */
    @Test
    void anAppendHappensTwice() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :ok :process 0 :f :txn :value [[:append 1 1]] :revisions [0]}
                {:index 2 :time 2 :type :invoke :process 0 :f :txn :value [[:r 1 nil]]}
                {:index 3 :time 3 :type :ok :process 0 :f :txn :value [[:r 1 [1 1]]]}
                """, AnomalyKind.DUPLICATE);
    }

    /** A leader that had been replaced answered a read. */
    @Test
    void aReadMissesWhatWasAcknowledgedBefore() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :ok :process 0 :f :txn :value [[:append 1 1]]}
                {:index 2 :time 2 :type :invoke :process 1 :f :txn :value [[:r 1 nil]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:r 1 []]]}
                {:index 4 :time 4 :type :invoke :process 2 :f :txn :value [[:r 1 nil]]}
                {:index 5 :time 5 :type :ok :process 2 :f :txn :value [[:r 1 [1]]]}
                """, AnomalyKind.G_SINGLE_REALTIME);
    }

    /** Nobody reads the two, so only the revisions tell that one of them overwrote the other. */
    @Test
    void twoAppendsGetTheSameRevision() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1]]}
                {:index 1 :time 1 :type :ok :process 0 :f :txn :value [[:append 1 1]] :revisions [0]}
                {:index 2 :time 2 :type :invoke :process 0 :f :txn :value [[:append 1 2]]}
                {:index 3 :time 3 :type :ok :process 0 :f :txn :value [[:append 1 2]] :revisions [0]}
                """, AnomalyKind.WRONG_REVISION);
    }

    /** A transaction's own appends changed places. */
    @Test
    void aTransactionIsAppliedBackwards() {
        assertFinds("""
                {:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:append 1 2]]}
                {:index 1 :time 1 :type :ok :process 0 :f :txn :value [[:append 1 1] [:append 1 2]]}
                {:index 2 :time 2 :type :invoke :process 1 :f :txn :value [[:append 1 3] [:r 1 nil]]}
                {:index 3 :time 3 :type :ok :process 1 :f :txn :value [[:append 1 3] [:r 1 [2 1 3]]]}
                """, AnomalyKind.INTERNAL);
    }

    private static void assertFinds(String edn, AnomalyKind... kinds) {
        Verdict verdict = ListAppendChecker.check(HistoryReader.parse(edn));
        assertThat(verdict.kinds()).as(verdict.report()).containsExactly(kinds);
    }
}
