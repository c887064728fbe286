package io.weir.benchmarks.costs;

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
import java.util.Random;

/** The appends of one client that has 2 048 under way, over streams in turn, and the log entries that a leader makes of them. */
final class Commands {
    static final long STAMP_MS = 1_800_000_000_000L;
    static final int STREAMS = 64;
    static final int UNDER_WAY = 2_048;

    private static final SessionId SESSION = SessionIds.issue(STAMP_MS, 60, 1);
    private static final long TIMEOUT_MS = 60_000;

    private final ByteString event;
    private final int events;
    private long sequence;

    /**
     * @param events of each command
     * @param payloadBytes of each event
     */
    Commands(int events, int payloadBytes) {
        this.events = events;
        byte[] payload = new byte[payloadBytes];
        new Random(1).nextBytes(payload);
        this.event = Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType("Measured")
                .setPayload(ByteString.copyFrom(payload))
                .build()
                .toByteString();
    }

    /** The name of a stream, by its number from 0. */
    static StreamName stream(long number) {
        return StreamName.of("stream-" + number);
    }

    /** The next command. */
    Command next() {
        ByteString stream = stream(sequence % STREAMS).utf8();
        sequence++;
        Append.Builder append = Append.newBuilder()
                .setStream(stream)
                .setExpected(Expected.newBuilder().setKind(Expected.Kind.ANY));
        for (int i = 0; i < events; i++) {
            append.addEvents(event);
        }
        return Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(SESSION.high())
                        .setSessionLow(SESSION.low())
                        .setSequence(sequence))
                .setLowWaterMark(Math.max(0, sequence - UNDER_WAY))
                .setAppend(append)
                .build();
    }

    /** The next entry, of so many commands, as it stands in the log. */
    ByteString entry(int commands) {
        LogEntry.Builder entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(STAMP_MS);
        for (int i = 0; i < commands; i++) {
            entry.addProposals(Proposal.newBuilder().setCommand(next()).setDeadlineMs(STAMP_MS + TIMEOUT_MS));
        }
        return entry.build().toByteString();
    }
}
