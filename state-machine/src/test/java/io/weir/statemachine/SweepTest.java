package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.entry;
import static io.weir.statemachine.Commands.noStream;
import static io.weir.statemachine.Commands.require;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.layout.Table;
import io.weir.protocol.Proposal;
import io.weir.protocol.TransactionId;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept of transactions goes in time, in bounded pieces, however many others stay. */
class SweepTest {
    private static final SessionId S = Commands.session(1);
    private static final int MANY = 10 * Sweep.STEPS;

    private final TestPartition partition = new TestPartition();

    @AfterEach
    void close() {
        partition.close();
    }

    private long rows(Table table) {
        try (ReadView view = partition.store.openRead()) {
            return view.tableDigests().rows(table);
        }
    }

    private void apply(long stampMs, List<Proposal> proposals) {
        partition.apply(entry(stampMs, proposals));
    }

    private void apply(long stampMs) {
        apply(stampMs, List.of());
    }

    private static List<TransactionId> ids(long firstSequence, long firstExpiryMs) {
        return LongStream.range(0, MANY)
                .mapToObj(i -> Steps.elsewhere(Steps.id(S, firstSequence + i, firstExpiryMs + i)))
                .toList();
    }

    /** Marks, in entries of their own: no room for more steps than an entry without proposals has. */
    private void mark(List<TransactionId> ids) {
        apply(T0, ids.stream().map(id -> Steps.resolve(id, false)).toList());
    }

    private void stage(List<TransactionId> ids) {
        apply(
                T0,
                ids.stream()
                        .map(id -> Steps.prepare(id, List.of(), require("a", noStream())))
                        .toList());
    }

    @Test
    void anEntryDropsNoMoreThanItsSteps() {
        mark(ids(1, T0 + 1));
        long jumpMs = T0 + 2 * MANY;
        for (long left = MANY; left > 0; left = rows(Table.TRANSACTIONS)) {
            apply(jumpMs);
            assertThat(left - rows(Table.TRANSACTIONS))
                    .as("dropped in one entry; the note takes a step as well")
                    .isBetween(Math.min(left, Sweep.STEPS - 1), (long) Sweep.STEPS);
        }
        apply(jumpMs);
        assertThat(rows(Table.EXPIRY)).as("the note where to go on").isZero();
    }

    @Test
    void marksThatExpireTogetherGoTogether() {
        List<TransactionId> ids = ids(1, 0).stream()
                .map(id -> id.toBuilder().setExpiryMs(T0 + 1).build())
                .toList();
        mark(ids);
        apply(T0 + 2);
        assertThat(rows(Table.TRANSACTIONS)).isZero();
    }

    /** A walk that began with the oldest each time would meet nothing but these. */
    @Test
    void openOnesKeepNobodyBehindThem() {
        stage(ids(1, T0 + 1));
        mark(ids(1 + MANY, T0 + MANY + 1));
        for (int i = 0; i < 3 * MANY / Sweep.STEPS; i++) {
            apply(T0 + 3 * MANY);
        }
        assertThat(rows(Table.TRANSACTIONS)).isEqualTo(MANY).isEqualTo(rows(Table.STAGED));
        assertThat(rows(Table.EXPIRY)).isZero();
    }

    /** Nobody looks at them again, so they must not leave anything. */
    @Test
    void whatEndsPastItsExpiryLeavesNothing() {
        List<TransactionId> ids = ids(1, T0 + 1);
        stage(ids);
        long pastMs = T0 + 2 * MANY;
        for (int i = 0; i <= MANY / Sweep.STEPS; i++) {
            apply(pastMs);
        }
        for (TransactionId id : ids) {
            apply(pastMs, List.of(Steps.resolve(id, id.getSequence() % 2 == 0)));
        }
        assertThat(rows(Table.TRANSACTIONS)).isZero();
        assertThat(rows(Table.STAGED)).isZero();
        assertThat(rows(Table.LOCKS)).isZero();
    }

    /** Votes that the sweep has not reached are gone as well: no answer may tell when it came. */
    @Test
    void whatIsPastItsExpiryIsNotKnownSweptOrNot() {
        List<TransactionId> ids = ids(1, T0 + 1);
        mark(ids);
        apply(T0 + 2 * MANY);
        assertThat(rows(Table.TRANSACTIONS)).isPositive();
        for (TransactionId id : ids) {
            assertThat(partition
                            .apply(entry(T0 + 2 * MANY, List.of(Steps.abort(id))))
                            .outcomes()
                            .get(0)
                            .getDecided()
                            .getNever())
                    .isTrue();
        }
        assertThat(rows(Table.TRANSACTIONS)).isZero();
    }
}
