package io.weir.jepsen.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.model.Layout.Flag;
import org.junit.jupiter.api.Test;

/** Histories that have an order, and the known ones that have none. */
class HistoryTest {
    private static final int FIRST_ONLY = Stream.append(0, 0);
    private static final int FIRST_THEN_SECOND = Stream.append(FIRST_ONLY, 1);
    private static final int SECOND_THEN_FIRST = Stream.append(Stream.append(0, 1), 0);

    private final Scenario scenario = Scenarios.OPPOSITE_HOMES;
    private final Layout layout = new Layout(scenario, Mutant.NONE, Invariant.ALL);
    private final History history = new History(scenario, layout);

    @Test
    void whatReadsSeeInOrderHasAnOrder() {
        long s = withReads(committed(0, committed(1, Model.START), FIRST_THEN_SECOND, FIRST_THEN_SECOND), 1, 2);
        assertThat(history.isStrictlySerializable(s)).isTrue();
    }

    @Test
    void whatIsNotVisibleYetComesLast() {
        long s = committed(0, committed(1, Model.START), FIRST_THEN_SECOND, FIRST_ONLY);
        assertThat(history.isStrictlySerializable(s)).isTrue();
        assertThat(history.isStrictlySerializable(layout.withStream(s, 1, Stream.append(0, 1))))
                .isFalse();
    }

    /** One partition is resolved, the other is not, and the second read does not ask. */
    @Test
    void aReadMayNotMissWhatAnEarlierOneSaw() {
        long s = withReads(committed(0, Model.START, FIRST_ONLY, 0), 1, 0);
        assertThat(history.isStrictlySerializable(s)).isFalse();
        assertThat(history.isHalfSeen(s)).isTrue();
    }

    /** Each of two transactions comes first in one partition. */
    @Test
    void streamsMayNotDisagree() {
        long s = committed(0, committed(1, Model.START), FIRST_THEN_SECOND, SECOND_THEN_FIRST);
        assertThat(history.isStrictlySerializable(s)).isFalse();
        assertThat(history.isHalfSeen(s)).isFalse();
    }

    /** Each of two transactions names what the other one writes, and finds it empty. */
    @Test
    void conditionsMayNotCross() {
        Scenario skew = Scenarios.WRITE_SKEW;
        Layout itsLayout = new Layout(skew, Mutant.NONE, Invariant.ALL);
        long s = itsLayout.with(Model.START, Flag.COMMIT_STORED, 0);
        assertThat(new History(skew, itsLayout).isStrictlySerializable(s)).isTrue();
        s = itsLayout.with(s, Flag.COMMIT_STORED, 1);
        assertThat(new History(skew, itsLayout).isStrictlySerializable(s)).isFalse();
    }

    /** The first read begins after a transaction was acknowledged that does not come first. */
    @Test
    void whatWasAcknowledgedComesBefore() {
        long s = committed(0, committed(1, Model.START), FIRST_THEN_SECOND, FIRST_THEN_SECOND);
        s = layout.readsEnded.with(layout.withSeen(s, 0, 1, 2), 1);
        assertThat(history.isStrictlySerializable(s)).isFalse();
    }

    private long committed(int t, long s, int streamOfA, int streamOfB) {
        return layout.withStream(layout.withStream(committed(t, s), 0, streamOfA), 1, streamOfB);
    }

    private long committed(int t, long s) {
        return layout.with(s, Flag.COMMIT_STORED, t);
    }

    private long withReads(long s, int seenInA, int seenInB) {
        return layout.readsEnded.with(layout.withSeen(layout.withSeen(s, 0, seenInA, 0), 1, seenInB, 0), 2);
    }
}
