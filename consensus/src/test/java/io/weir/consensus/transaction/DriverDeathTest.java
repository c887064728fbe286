package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.any;
import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.revision;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord.State;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A driver dies after each of the proposals and answers that it would see, which includes all of its named fault points: before
 * Prepare, prepared, decided, answered, resolved, forgotten. Care finishes, and everybody agrees on what happened.
 */
class DriverDeathTest {
    private static final TransactionId ID = id(1, 0, 60_000);
    private static final long TIMEOUT_MS = 10_000;

    private enum Kind {
        ALL_AGREE,
        ONE_REJECTS,
        HOME_REJECTS,
        ONE_FIRST
    }

    private static DistributedTransact transact(FakePartitions partitions, Kind kind) {
        StreamName a = partitions.stream(0, "a");
        StreamName b = partitions.stream(1, "b");
        StreamName c = partitions.stream(2, "c");
        DistributedTransact transact = Transactions.transact(List.of(
                append(a, kind == Kind.HOME_REJECTS ? revision(3) : any(), "1"),
                append(b, kind == Kind.ONE_REJECTS ? revision(3) : any(), "2"),
                append(c, any(), "3")));
        return kind == Kind.ONE_FIRST ? transact.toBuilder().setFirst(2).build() : transact;
    }

    @Test
    void whereverItDiesEverythingEndsAlikeEverywhere() {
        for (Kind kind : Kind.values()) {
            Set<State> ends = EnumSet.noneOf(State.class);
            boolean dies = true;
            for (int events = 0; dies; events++) {
                dies = dies(kind, events, ends);
            }
            boolean mayCommit = kind == Kind.ALL_AGREE || kind == Kind.ONE_FIRST;
            assertThat(ends)
                    .as(kind.toString())
                    .isEqualTo(mayCommit ? EnumSet.of(State.ABORTED, State.COMMITTED) : EnumSet.of(State.ABORTED));
        }
    }

    /** Returns whether the driver died, which it does not if it is done before. */
    private static boolean dies(Kind kind, int events, Set<State> ends) {
        try (FakePartitions partitions = new FakePartitions(3)) {
            new Cares(partitions, CareTimes.DEFAULTS);
            MortalPort mortal = new MortalPort(partitions, events);
            TransactionDriver driver = new TransactionDriver(mortal, partitions::partitionOfSlot);
            CompletableFuture<Outcome> answer = driver.commit(ID, 0, transact(partitions, kind), TIMEOUT_MS);
            partitions.advance(15_000);
            String when = kind + " after " + events;
            State end = partitions.head(partitions.stream(0, "a")) == null ? State.ABORTED : State.COMMITTED;
            for (int partition = 0; partition < 3; partition++) {
                assertThat(partitions.open(partition, 10)).as(when).isEmpty();
                assertThat(partitions.head(partitions.stream(partition, "abc".substring(partition, partition + 1)))
                                == null)
                        .as(when)
                        .isEqualTo(end == State.ABORTED);
            }
            assertThat(partitions.hasLocks()).as(when).isFalse();
            if (answer.isDone()) {
                assertThat(answer.join().getDecided().hasCommitted()).as(when).isEqualTo(end == State.COMMITTED);
            }
            requireSameAnswer(partitions, kind, end, when);
            ends.add(end);
            return mortal.isDead();
        }
    }

    private static void requireSameAnswer(FakePartitions partitions, Kind kind, State end, String when) {
        TransactionDriver other = new TransactionDriver(partitions, partitions::partitionOfSlot);
        Outcome again = partitions.await(other.commit(ID, 0, transact(partitions, kind), TIMEOUT_MS), TIMEOUT_MS);
        Outcome status = partitions.await(other.status(ID, TIMEOUT_MS), TIMEOUT_MS);
        if (end == State.COMMITTED) {
            assertThat(again.getDecided().hasCommitted()).as(when).isTrue();
        }
        assertThat(status).as(when).isEqualTo(again);
    }
}
