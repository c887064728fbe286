package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Proposal;
import io.weir.protocol.RequestId;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.SessionIds;

/** Commands and log entries as a leader makes them. */
final class Entries {
    static final long STAMP_MS = 1_800_000_000_000L;
    static final SessionId SESSION = SessionIds.issue(STAMP_MS, 60, 42);

    private Entries() {}

    static Command append(long sequence, String stream, int payloadBytes) {
        Event event = Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType("t")
                .setPayload(ByteString.copyFrom(new byte[payloadBytes]))
                .build();
        return Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(SESSION.high())
                        .setSessionLow(SESSION.low())
                        .setSequence(sequence))
                .setAppend(Append.newBuilder()
                        .setStream(StreamName.of(stream).utf8())
                        .setExpected(Expected.newBuilder().setKind(Expected.Kind.ANY))
                        .addEvents(event.toByteString()))
                .build();
    }

    static LogEntry entry(Command... commands) {
        LogEntry.Builder entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(STAMP_MS);
        for (Command command : commands) {
            entry.addProposals(Proposal.newBuilder().setCommand(command).setDeadlineMs(STAMP_MS + 10_000));
        }
        return entry.build();
    }
}
