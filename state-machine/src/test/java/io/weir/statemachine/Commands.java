package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Proposal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import io.weir.protocol.Transact;
import java.util.Arrays;
import java.util.List;

/** Short ways to say commands. */
final class Commands {
    static final long NEVER = -1; // deadlines are unsigned
    static final long T0 = 1_700_000_000_000L;
    static final long MINUTE = 60_000;

    private Commands() {}

    /** A session issued at {@link #T0} that lives for ten minutes. */
    static SessionId session(long random) {
        return SessionIds.issue(T0, 10, random);
    }

    static RequestId id(SessionId session, long sequence) {
        return RequestId.newBuilder()
                .setSessionHigh(session.high())
                .setSessionLow(session.low())
                .setSequence(sequence)
                .build();
    }

    static ByteString event(String text) {
        return Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType(text)
                .build()
                .toByteString();
    }

    static Append append(String stream, Expected expected, String... events) {
        return Append.newBuilder()
                .setStream(ByteString.copyFromUtf8(stream))
                .setExpected(expected)
                .addAllEvents(Arrays.stream(events).map(Commands::event).toList())
                .build();
    }

    static Requirement require(String stream, Expected expected) {
        return Requirement.newBuilder()
                .setStream(ByteString.copyFromUtf8(stream))
                .setExpected(expected)
                .build();
    }

    static Transact transact(List<Append> appends, Requirement... requirements) {
        return Transact.newBuilder()
                .addAllAppends(appends)
                .addAllRequirements(List.of(requirements))
                .build();
    }

    static Command command(SessionId session, long sequence, Append append) {
        return Command.newBuilder()
                .setRequestId(id(session, sequence))
                .setAppend(append)
                .build();
    }

    static Command command(SessionId session, long sequence, Transact transact) {
        return Command.newBuilder()
                .setRequestId(id(session, sequence))
                .setTransact(transact)
                .build();
    }

    static Command after(Command command, long... sequences) {
        Command.Builder builder = command.toBuilder();
        Arrays.stream(sequences).forEach(builder::addAfter);
        return builder.build();
    }

    static Command mark(Command command, long lowWaterMark) {
        return command.toBuilder().setLowWaterMark(lowWaterMark).build();
    }

    static Proposal proposal(Command command) {
        return Proposal.newBuilder().setCommand(command).setDeadlineMs(NEVER).build();
    }

    static LogEntry entry(long stampMs, List<Proposal> proposals) {
        return LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(stampMs)
                .addAllProposals(proposals)
                .build();
    }

    static Expected any() {
        return expected(Expected.Kind.ANY, 0);
    }

    static Expected noStream() {
        return expected(Expected.Kind.NO_STREAM, 0);
    }

    static Expected exists() {
        return expected(Expected.Kind.EXISTS, 0);
    }

    static Expected revision(long revision) {
        return expected(Expected.Kind.REVISION, revision);
    }

    static Expected atMost(long revision) {
        return expected(Expected.Kind.AT_MOST, revision);
    }

    private static Expected expected(Expected.Kind kind, long revision) {
        return Expected.newBuilder().setKind(kind).setRevision(revision).build();
    }
}
