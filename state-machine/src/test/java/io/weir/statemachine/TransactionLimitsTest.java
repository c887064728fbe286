package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.entry;
import static io.weir.statemachine.Commands.exists;
import static io.weir.statemachine.Commands.require;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Decide;
import io.weir.protocol.Event;
import io.weir.protocol.Limits;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.Requirement;
import io.weir.protocol.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The largest transactions fit the store in each of their steps; what is larger, or would stay for ever, is refused. */
class TransactionLimitsTest {
    private static final SessionId S = Commands.session(1);
    private static final TransactionId T = Steps.id(S, 1, T0 + 10_000);

    private final TestPartition partition = new TestPartition();

    @AfterEach
    void close() {
        partition.close();
    }

    private Outcome apply(Proposal proposal) {
        return partition.apply(entry(T0, List.of(proposal))).outcomes().get(0);
    }

    private Reason refusal(Proposal proposal) {
        return apply(proposal).getRefusal().getReason();
    }

    private boolean keeps() {
        try (ReadView view = partition.store.openRead()) {
            return view.hasTransactions();
        }
    }

    /** Names of the greatest length, as many as a transaction may name: four megabytes of violations. */
    private static Requirement[] longestNames() {
        String prefix = "n".repeat(Limits.MAX_STREAM_NAME_BYTES - 5);
        return IntStream.range(0, Limits.MAX_STREAMS_PER_TRANSACTION)
                .mapToObj(i -> require("%s%05d".formatted(prefix, i), exists()))
                .toArray(Requirement[]::new);
    }

    @Test
    void asManyViolationsAsThereCanBeAreVotedDecidedAndKept() {
        No no = apply(Steps.prepare(T, List.of(), longestNames())).getVoted().getNo();
        assertThat(no.getViolationsCount()).isEqualTo(Limits.MAX_STREAMS_PER_TRANSACTION);
        AbortedTransaction aborted = AbortedTransaction.newBuilder()
                .setReason(AbortedTransaction.Reason.REJECTED)
                .addAllViolations(no.getViolationsList())
                .build();
        assertThat(apply(Steps.abort(T, aborted)).getDecided().getAborted()).isEqualTo(aborted);
        apply(Steps.forget(T));
        assertThat(apply(Steps.commit(T)).getDecided().getAborted())
                .as("the session's answer")
                .isEqualTo(aborted);
    }

    @Test
    void asManyEventsAsThereCanBeAreStagedAndCommitted() {
        List<Append> appends = new ArrayList<>();
        int perStream = Limits.MAX_EVENTS_PER_TRANSACTION / Limits.MAX_STREAMS_PER_TRANSACTION;
        int eventBytes = Limits.MAX_TRANSACTION_BYTES / Limits.MAX_EVENTS_PER_TRANSACTION - 2;
        ByteString event = event(eventBytes);
        assertThat(event.size()).isEqualTo(eventBytes);
        for (int i = 0; i < Limits.MAX_STREAMS_PER_TRANSACTION; i++) {
            Append.Builder append = append("s%05d".formatted(i), any()).toBuilder();
            for (int j = 0; j < perStream; j++) {
                append.addEvents(event);
            }
            appends.add(append.build());
        }
        Outcome outcome = apply(Steps.prepare(T, appends));
        assertThat(outcome.getVoted().hasYes())
                .as(outcome.getRefusal().toString())
                .isTrue();
        assertThat(apply(Steps.commit(T)).getDecided().hasCommitted()).isTrue();
        assertThat(partition.state().nextPosition()).isEqualTo(Limits.MAX_EVENTS_PER_TRANSACTION);
    }

    @Test
    void largeEventsAreStagedAndCommitted() {
        ByteString event = event(Limits.MAX_EVENT_BYTES);
        Append append = append("a", any()).toBuilder()
                .addEvents(event)
                .addEvents(event)
                .addEvents(event)
                .build();
        assertThat(apply(Steps.prepare(T, List.of(append))).getVoted().hasYes()).isTrue();
        assertThat(apply(Steps.commit(T)).getDecided().hasCommitted()).isTrue();
        assertThat(partition.state().nextPosition()).isEqualTo(3);
    }

    private static ByteString event(int bytes) {
        Event.Builder event = Event.newBuilder().setId(ByteString.copyFrom(new byte[16]));
        int rest = bytes - event.build().getSerializedSize();
        for (int head = 2; head < 6; head++) {
            event.setPayload(ByteString.copyFrom(new byte[rest - head]));
            if (event.build().getSerializedSize() == bytes) {
                return event.build().toByteString();
            }
        }
        throw new AssertionError("no event has " + bytes + " bytes");
    }

    private static UnknownFieldSet unknown(int bytes) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        100,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[bytes]))
                                .build())
                .build();
    }

    /** No limit counts these, and yet they would be kept. */
    @Test
    void fieldsThatNobodyKnowsMustFitAsWell() {
        Append append = append("a", any(), "x");
        Prepare prepare = Steps.prepare(T, List.of(append)).getStep().getPrepare();
        Proposal large = Steps.prepare(
                T,
                prepare.toBuilder()
                        .setUnknownFields(unknown(StepCheck.MAX_STEP_BYTES))
                        .build());
        assertThat(refusal(large)).isEqualTo(Reason.TOO_LARGE);
        Decide decide = Steps.abort(T).getStep().getDecide();
        assertThat(refusal(Steps.decide(
                        T,
                        decide.toBuilder()
                                .setUnknownFields(unknown(StepCheck.MAX_STEP_BYTES))
                                .build())))
                .isEqualTo(Reason.TOO_LARGE);
        assertThat(keeps()).isFalse();
    }

    /** The largest step that passes, upon the largest vote. */
    @Test
    void aDecisionOfMaximalSizeFitsBesideTheVote() {
        List<Append> appends = IntStream.range(0, Limits.MAX_STREAMS_PER_TRANSACTION)
                .mapToObj(i -> append("s%05d".formatted(i), any()))
                .toList();
        assertThat(apply(Steps.prepare(T, appends)).getVoted().hasYes()).isTrue();
        Decide decide = Steps.commit(T).getStep().getDecide();
        Decide large = decide.toBuilder()
                .setCommit(decide.getCommit().toBuilder().setUnknownFields(unknown(StepCheck.MAX_STEP_BYTES - 100)))
                .build();
        assertThat(apply(Steps.decide(T, large)).getDecided().hasCommitted()).isTrue();
        apply(Steps.forget(T));
        assertThat(apply(Steps.abort(T)).getDecided().hasCommitted()).isTrue();
    }

    @Test
    void partitionsThatCannotBeAreRefused() {
        for (int home : new int[] {-1, Integer.MIN_VALUE, Limits.SLOTS}) {
            TransactionId id = T.toBuilder().setHome(home).build();
            Decide byNobody = Decide.newBuilder()
                    .setAbort(AbortedTransaction.getDefaultInstance())
                    .build();
            for (Proposal step :
                    List.of(Steps.resolve(id, false), Steps.forget(id), Steps.decide(id, byNobody), Steps.abort(id))) {
                assertThat(refusal(step)).as(step.toString()).isEqualTo(Reason.INVALID);
            }
        }
        assertThat(keeps()).isFalse();
    }

    /** What is kept of a transaction is kept until its expiry. */
    @Test
    void whatWouldStayForYearsIsRefused() {
        long lastMs = T0 + TransactionTable.MAX_EXPIRES_AHEAD_MS;
        TransactionId far = Steps.id(S, 1, lastMs + 1);
        TransactionId late = Steps.id(SessionIds.issue(T0 + 2 * 3_600_000, 10, 2), 1, T0 + 10_000);
        for (TransactionId id : List.of(far, late)) {
            for (Proposal step : List.of(
                    Steps.prepare(id, List.of(append("a", any(), "1"))),
                    Steps.resolve(id, false),
                    Steps.commit(id),
                    Steps.abort(id))) {
                assertThat(refusal(step)).as(step.toString()).isEqualTo(Reason.INVALID);
            }
        }
        assertThat(keeps()).isFalse();
        TransactionId nearer = Steps.id(S, 1, lastMs);
        assertThat(apply(Steps.prepare(nearer, List.of(append("a", any(), "1"))))
                        .getVoted()
                        .hasYes())
                .isTrue();
    }

    /** Only a partition that is not home resolves what it has not decided. Were it to decide then, its vote would change. */
    @Test
    void whatIsResolvedIsNotDecided() {
        for (boolean commit : new boolean[] {false, true}) {
            TransactionId id = Steps.id(S, commit ? 1 : 2, T0 + 10_000);
            Proposal prepare = Steps.prepare(id, List.of(append("a", any(), "1")));
            apply(prepare);
            apply(Steps.resolve(id, commit));
            Outcome vote = apply(prepare);
            for (Proposal decide : List.of(Steps.commit(id), Steps.abort(id))) {
                Refusal refusal = apply(decide).getRefusal();
                assertThat(refusal.getReason()).as(decide.toString()).isEqualTo(Reason.INVALID);
            }
            assertThat(apply(prepare)).isEqualTo(vote);
        }
        assertThat(partition.state().nextPosition()).isEqualTo(1);
    }
}
