package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.after;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.event;
import static io.weir.statemachine.Commands.mark;
import static io.weir.statemachine.Commands.require;
import static io.weir.statemachine.Commands.session;
import static io.weir.statemachine.Commands.transact;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.Limits;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.Transact;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Every rule at its edge: the last value that passes and the first that does not. */
class CommandCheckTest {
    private static final Append GOOD = append("a", any(), "x");

    @Test
    void theRequestIdIsComplete() {
        assertGood(command(session(1), 1, GOOD));
        assertGood(command(session(1), -1, GOOD)); // the largest, unsigned
        assertInvalid(command(session(1), 1, GOOD).toBuilder().clearRequestId().build(), "request id");
        assertInvalid(command(session(1), 0, GOOD), "sequence is 0");
        assertGood(command(withLife(1440), 1, GOOD));
        assertRefused(command(withLife(0), 1, GOOD), Reason.INVALID, 0, 1440);
        assertRefused(command(withLife(1441), 1, GOOD), Reason.INVALID, 1441, 1440);
    }

    @Test
    void theMarkAndThePredecessorsAreBelowTheSequence() {
        Command third = command(session(1), 3, GOOD);
        assertGood(mark(third, 2));
        assertRefused(mark(third, 3), Reason.INVALID, 3, 2);
        assertRefused(mark(third, -1), Reason.INVALID, -1, 2);
        assertGood(after(third, 2, 1, 2));
        assertRefused(after(third, 1, 3), Reason.INVALID, 3, 2);
        assertRefused(after(third, 0), Reason.INVALID, 0, 2);
        int max = Limits.MAX_ANSWERS_PER_SESSION;
        Command late = command(session(1), max + 5, GOOD);
        assertGood(after(late, LongStream.rangeClosed(1, max).toArray()));
        assertRefused(after(late, LongStream.rangeClosed(0, max).toArray()), Reason.TOO_LARGE, max + 1, max);
    }

    @Test
    void thereIsAnOperation() {
        assertInvalid(command(session(1), 1, GOOD).toBuilder().clearOperation().build(), "no operation");
        assertInvalid(command(session(1), 1, Transact.getDefaultInstance()), "neither");
    }

    @Test
    void namesAreUtf8Of1To256Bytes() {
        assertInvalid(with(GOOD.toBuilder().clearStream()), "name 1 of the command is missing or empty");
        assertGood(command(session(1), 1, append("x".repeat(256), any())));
        assertRefused(command(session(1), 1, append("ü".repeat(129), any())), Reason.TOO_LARGE, 258, 256);
        assertInvalid(with(GOOD.toBuilder().setStream(bytes(0xc3, 0x28))), "not UTF-8");
        assertInvalid(with(GOOD.toBuilder().setStream(bytes(0xed, 0xa0, 0x80))), "not UTF-8"); // a lone surrogate
        assertInvalid(
                command(session(1), 1, transact(Collections.nCopies(2, GOOD), require("", any()))), "stream name 3");
    }

    @Test
    void thereIsNoDefaultCondition() {
        assertInvalid(with(GOOD.toBuilder().clearExpected()), "no default");
        assertInvalid(with(GOOD.toBuilder().setExpected(Expected.getDefaultInstance())), "no default");
        assertInvalid(with(GOOD.toBuilder().setExpected(Expected.newBuilder().setKindValue(6))), "no default");
        assertInvalid(
                command(
                        session(1),
                        1,
                        transact(Collections.nCopies(1, GOOD), require("b", Expected.getDefaultInstance()))),
                "stream name 2");
    }

    @Test
    void anEventHasAnIdAndAtMostOneMebibyte() {
        assertGood(with(GOOD.toBuilder().addEvents(eventOf(Limits.MAX_EVENT_BYTES))));
        assertRefused(
                with(GOOD.toBuilder().addEvents(eventOf(Limits.MAX_EVENT_BYTES + 1))),
                Reason.TOO_LARGE,
                Limits.MAX_EVENT_BYTES + 1,
                Limits.MAX_EVENT_BYTES);
        assertInvalid(with(GOOD.toBuilder().addEvents(ByteString.EMPTY)), "id of 16 bytes");
        assertInvalid(
                with(GOOD.toBuilder()
                        .addEvents(Event.newBuilder()
                                .setId(ByteString.copyFrom(new byte[15]))
                                .build()
                                .toByteString())),
                "id of 16 bytes");
    }

    @Test
    void theWholeCommandIsBounded() {
        int rest = Limits.MAX_TRANSACTION_BYTES - 3 * Limits.MAX_EVENT_BYTES - 4; // four names of one byte
        Append big = append("a", any()).toBuilder()
                .addEvents(eventOf(Limits.MAX_EVENT_BYTES))
                .build();
        Append fits = append("a", any()).toBuilder().addEvents(eventOf(rest)).build();
        Append over =
                append("a", any()).toBuilder().addEvents(eventOf(rest + 1)).build();
        Transact three = transact(Collections.nCopies(3, big));
        assertGood(command(session(1), 1, three.toBuilder().addAppends(fits).build()));
        assertRefused(
                command(session(1), 1, three.toBuilder().addAppends(over).build()),
                Reason.TOO_LARGE,
                Limits.MAX_TRANSACTION_BYTES + 1,
                Limits.MAX_TRANSACTION_BYTES);
    }

    @Test
    void streamsAndEventsAreCounted() {
        int streams = Limits.MAX_STREAMS_PER_TRANSACTION;
        Transact most = transact(Collections.nCopies(streams - 1, append("a", any())), require("b", any()));
        assertGood(command(session(1), 1, most));
        assertRefused(
                command(
                        session(1),
                        1,
                        most.toBuilder().addRequirements(require("b", any())).build()),
                Reason.TOO_LARGE,
                streams + 1,
                streams);
        int events = Limits.MAX_EVENTS_PER_TRANSACTION;
        Append many = append("a", any()).toBuilder()
                .addAllEvents(Collections.nCopies(events, event("")))
                .build();
        assertGood(with(many.toBuilder()));
        assertRefused(command(session(1), 1, transact(List.of(many, GOOD))), Reason.TOO_LARGE, events + 1, events);
    }

    /** The answer that takes the most room: every condition of the largest command fails. */
    @Test
    void theLargestRejectionFitsTheStore() {
        int streams = Limits.MAX_STREAMS_PER_TRANSACTION;
        Transact.Builder transact = Transact.newBuilder();
        for (int i = 0; i < streams; i++) {
            String name = String.format("%0" + (Limits.MAX_TRANSACTION_BYTES / streams) + "d", i);
            transact.addAppends(append(name, Commands.revision(-1)));
        }
        try (TestPartition partition = new TestPartition()) {
            Outcome outcome = partition.applyOne(T0, command(session(1), 1, transact.build()));
            assertThat(outcome.getRejected().getViolationsCount()).isEqualTo(streams);
            assertThat(partition.applyOne(T0, command(session(1), 1, transact.build())))
                    .isEqualTo(outcome);
        }
    }

    /** A refusal leaves no trace: what malformed commands do to a replica is nothing. */
    @Test
    void theMachineRefusesWhatTheCheckRefuses() {
        try (TestPartition partition = new TestPartition()) {
            Command malformed = command(session(1), 1, Transact.getDefaultInstance());
            assertThat(partition.applyOne(T0, malformed).getRefusal()).isEqualTo(CommandCheck.check(malformed));
            assertThat(partition.applyOne(T0, command(session(1), 1, GOOD)).hasAppended())
                    .isTrue();
        }
    }

    private static void assertGood(Command command) {
        assertThat(CommandCheck.check(command)).isNull();
    }

    private static void assertInvalid(Command command, String detail) {
        Refusal refusal = requireNonNull(CommandCheck.check(command));
        assertThat(refusal.getReason()).isEqualTo(Reason.INVALID);
        assertThat(refusal.getDetail()).contains(detail);
    }

    private static void assertRefused(Command command, Reason reason, long value, long limit) {
        Refusal refusal = requireNonNull(CommandCheck.check(command));
        assertThat(refusal.getReason()).isEqualTo(reason);
        assertThat(refusal.getValue()).isEqualTo(value);
        assertThat(refusal.getLimit()).isEqualTo(limit);
        assertThat(refusal.getDetail()).contains(Long.toUnsignedString(value), Long.toUnsignedString(limit));
    }

    private static SessionId withLife(int minutes) {
        return new SessionId(T0 << 16 | minutes, 1);
    }

    private static Command with(Append.Builder append) {
        return command(session(1), 1, append.build());
    }

    private static ByteString bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteString.copyFrom(bytes);
    }

    /** An encoded event of exactly this size. */
    private static ByteString eventOf(int size) {
        int payload = size - 18 - 2; // the id; tag and length of the payload, at least
        while (encode(payload).size() > size) {
            payload--;
        }
        ByteString event = encode(payload);
        assertThat(event.size()).isEqualTo(size);
        return event;
    }

    private static ByteString encode(int payload) {
        return Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setPayload(ByteString.copyFrom(new byte[payload]))
                .build()
                .toByteString();
    }
}
