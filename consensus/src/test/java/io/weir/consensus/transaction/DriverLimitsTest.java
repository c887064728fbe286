package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.any;
import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.error;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.require;
import static io.weir.consensus.transaction.Transactions.transact;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.consensus.transaction.FakePartitions.Fate;
import io.weir.protocol.Append;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Error;
import io.weir.protocol.Limits;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a driver refuses before it proposes anything. */
class DriverLimitsTest {
    private static final long TIMEOUT_MS = 1_000;
    private static final TransactionId ID = id(1, 0, 20_000);

    private final FakePartitions partitions = new FakePartitions(3);
    private final StreamName a = partitions.stream(0, "a");
    private final StreamName b = partitions.stream(1, "b");
    private final DistributedTransact small = transact(List.of(append(a, any(), "1"), append(b, any(), "2")));

    @AfterEach
    void close() {
        partitions.close();
    }

    private TransactionDriver driver(DriverLimits limits) {
        return new TransactionDriver(partitions, partitions::partitionOfSlot, limits);
    }

    private Refusal refusal(TransactionId id, DistributedTransact transact) {
        Outcome outcome = driver(DriverLimits.DEFAULTS)
                .commit(id, 0, transact, TIMEOUT_MS)
                .join();
        assertThat(outcome.hasRefusal()).isTrue();
        assertThat(partitions.proposed).isEmpty();
        return outcome.getRefusal();
    }

    @Test
    void aTransactionOfOnePartitionIsACommand() {
        Refusal refusal = refusal(ID, transact(List.of(append(a, any(), "1"), append(a, any(), "2"))));
        assertThat(refusal.getReason()).isEqualTo(Reason.INVALID);
        assertThat(refusal.getDetail()).contains("partition 0", "Transact");
    }

    @Test
    void homeAndFirstAreParticipants() {
        assertThat(refusal(id(1, 2, 20_000), small).getDetail()).contains("home 2", "[0, 1]");
        Refusal first = refusal(ID, small.toBuilder().setFirst(2).build());
        assertThat(first.getReason()).isEqualTo(Reason.INVALID);
        assertThat(first.getDetail()).contains("partition 2");
    }

    @Test
    void theWholeIsMeasuredNotItsParts() {
        ByteString large = ByteString.copyFrom(new byte[Limits.MAX_EVENT_BYTES - 100]);
        ByteString event = io.weir.protocol.Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType("t")
                .setPayload(large)
                .build()
                .toByteString();
        Append three = Append.newBuilder()
                .setStream(a.utf8())
                .setExpected(any())
                .addAllEvents(Collections.nCopies(3, event))
                .build();
        Append two = three.toBuilder()
                .setStream(b.utf8())
                .clearEvents()
                .addEvents(event)
                .addEvents(event)
                .build();
        Refusal refusal = refusal(ID, transact(List.of(three, two)));
        assertThat(refusal.getReason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(refusal.getValue()).isGreaterThan(Limits.MAX_TRANSACTION_BYTES);
        assertThat(refusal.getLimit()).isEqualTo(Limits.MAX_TRANSACTION_BYTES);
    }

    @Test
    void streamsAndEventsAreCountedOverAllPartitions() {
        List<Requirement> requirements = new ArrayList<>();
        for (int i = 0; i < Limits.MAX_STREAMS_PER_TRANSACTION; i++) {
            requirements.add(require(StreamName.of("s" + i), any()));
        }
        Refusal streams =
                refusal(ID, transact(List.of(append(a, any(), "1")), requirements.toArray(Requirement[]::new)));
        assertThat(streams.getValue()).isEqualTo(Limits.MAX_STREAMS_PER_TRANSACTION + 1L);
        assertThat(streams.getLimit()).isEqualTo(Limits.MAX_STREAMS_PER_TRANSACTION);
        String[] half = Collections.nCopies(Limits.MAX_EVENTS_PER_TRANSACTION / 2 + 1, "e")
                .toArray(String[]::new);
        Refusal events = refusal(ID, transact(List.of(append(a, any(), half), append(b, any(), half))));
        assertThat(events.getReason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(events.getLimit()).isEqualTo(Limits.MAX_EVENTS_PER_TRANSACTION);
    }

    @Test
    void anIdThatNoStepCouldCarryIsRefused() {
        for (TransactionId bad : List.of(
                ID.toBuilder().setSequence(0).build(),
                ID.toBuilder().setSessionHigh(0).build(),
                ID.toBuilder().setExpiryMs(-1).build())) {
            assertThat(refusal(bad, small).getReason()).isEqualTo(Reason.INVALID);
            assertThat(refusal(bad, DistributedTransact.getDefaultInstance()).getReason())
                    .isEqualTo(Reason.INVALID);
        }
        assertThat(driver(DriverLimits.DEFAULTS)
                        .commit(ID, 1, small, TIMEOUT_MS)
                        .join()
                        .getRefusal()
                        .getReason())
                .isEqualTo(Reason.INVALID);
        assertThat(refusal(ID, transact(List.of(append(a, any(), "1"), Append.getDefaultInstance())))
                        .getReason())
                .isEqualTo(Reason.INVALID);
    }

    @Test
    void moreThanIsAllowedAtOnceIsThrottled() {
        TransactionDriver driver = driver(new DriverLimits(2, 1 << 20, 100, 100, 100));
        partitions.fate = proposed -> Fate.LOST;
        CompletableFuture<Outcome> one = driver.commit(ID, 0, small, TIMEOUT_MS);
        CompletableFuture<Outcome> two = driver.status(id(2, 0, 20_000), TIMEOUT_MS);
        Error error = error(driver.commit(id(3, 0, 20_000), 0, small, TIMEOUT_MS));
        assertThat(error.getCode()).isEqualTo(Error.Code.THROTTLED);
        assertThat(error.getMessage()).contains("2 transactions", "limit is 2");
        assertThat(error.getMaybeExecuted()).isFalse();
        assertThat(driver.underWay()).isEqualTo(2);
        partitions.advance(2 * TIMEOUT_MS);
        assertThat(one).isDone();
        assertThat(two).isDone();
        assertThat(driver.underWay()).isZero();
    }

    @Test
    void moreBytesThanAreAllowedAtOnceAreThrottled() {
        int bytes = small.getSerializedSize();
        TransactionDriver driver = driver(new DriverLimits(100, 2 * bytes - 1, 100, 100, 100));
        partitions.fate = proposed -> Fate.LOST;
        CompletableFuture<Outcome> first = driver.commit(ID, 0, small, TIMEOUT_MS);
        Error error = error(driver.commit(id(2, 0, 20_000), 0, small, TIMEOUT_MS));
        assertThat(error.getCode()).isEqualTo(Error.Code.THROTTLED);
        assertThat(error.getMessage()).contains(bytes + " bytes", "limit is " + (2 * bytes - 1));
        partitions.advance(2 * TIMEOUT_MS);
        assertThat(first).isDone();
        TransactionDriver tiny = driver(new DriverLimits(100, 1, 100, 100, 100));
        partitions.fate = proposed -> Fate.DELIVERED;
        assertThat(partitions
                        .await(tiny.commit(id(3, 0, 20_000), 0, small, TIMEOUT_MS), TIMEOUT_MS)
                        .hasDecided())
                .as("a large one alone")
                .isTrue();
    }
}
