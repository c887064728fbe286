package io.weir.micro;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Log entries as a leader makes them of clients that pipeline appends of one event: each has 2 048 under way, and names in
 * {@code after} the one before on the same stream.
 */
public final class Appends {
    private static final long STAMP_MS = 1_800_000_000_000L;
    private static final int UNDER_WAY = 2_048;

    private final Random random = new Random(1);
    private final List<SessionId> sessions = new ArrayList<>();
    private final List<ByteString> streams = new ArrayList<>();
    private final ByteString event;
    private long sent;

    /**
     * Appends from the first one on.
     *
     * @param clients each with a session of its own, that take turns
     * @param streamCount streams, likewise
     * @param sizeBytes payload of an event
     */
    public Appends(int clients, int streamCount, int sizeBytes) {
        for (int i = 1; i <= clients; i++) {
            sessions.add(SessionIds.issue(STAMP_MS, 60, i));
        }
        for (int i = 0; i < streamCount; i++) {
            streams.add(StreamName.of("stream-" + i).utf8());
        }
        byte[] payload = new byte[sizeBytes];
        random.nextBytes(payload);
        byte[] id = new byte[16];
        random.nextBytes(id);
        event = Event.newBuilder()
                .setId(ByteString.copyFrom(id))
                .setType("Measured")
                .setPayload(ByteString.copyFrom(payload))
                .build()
                .toByteString();
    }

    /** The next entry. */
    public LogEntry entry(int commands) {
        long stampMs = STAMP_MS + sent / 100;
        LogEntry.Builder entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(stampMs);
        for (int i = 0; i < commands; i++) {
            entry.addProposals(Proposal.newBuilder().setCommand(command()).setDeadlineMs(stampMs + 10_000));
        }
        return entry.build();
    }

    /** The next append. */
    public Command command() {
        SessionId session = sessions.get((int) (sent % sessions.size()));
        ByteString stream = streams.get((int) (sent % streams.size()));
        long sequence = sent / sessions.size() + 1;
        long before = sequence - streams.size();
        long lowWaterMark = Math.max(0, sequence - UNDER_WAY);
        sent++;
        Command.Builder command = Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(session.high())
                        .setSessionLow(session.low())
                        .setSequence(sequence))
                .setLowWaterMark(lowWaterMark)
                .setAppend(Append.newBuilder()
                        .setStream(stream)
                        .setExpected(Expected.newBuilder().setKind(Expected.Kind.ANY))
                        .addEvents(event));
        if (before > lowWaterMark && sessions.size() == 1) {
            command.addAfter(before);
        }
        return command.build();
    }
}
