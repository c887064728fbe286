package io.weir.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Proposal;
import io.weir.protocol.RequestId;
import io.weir.protocol.StreamName;
import io.weir.protocol.Transact;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.SessionIds;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;

/**
 * The log entries that a leader would make of transactions over random streams: one transaction each, one event a stream.
 *
 * <p>One thread.
 */
final class TransactionSource {
    private static final long STAMP_MS = 1_800_000_000_000L;
    private static final SessionId SESSION = SessionIds.issue(STAMP_MS, 60, 1);

    private final Random random = new Random(1);
    private final int streams;
    private final int events;
    private final ByteString event;
    private long sequence;

    /**
     * @param sizeBytes of an event's payload
     * @param streams to draw from
     * @param events of a transaction, at most {@code streams}
     */
    TransactionSource(int sizeBytes, int streams, int events) {
        byte[] payload = new byte[sizeBytes];
        random.nextBytes(payload);
        this.streams = streams;
        this.events = events;
        this.event = Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType("bench")
                .setPayload(ByteString.copyFrom(payload))
                .build()
                .toByteString();
    }

    /** The next entry as it stands in the log. */
    ByteString next() {
        Transact.Builder transaction = Transact.newBuilder();
        Set<Integer> drawn = new LinkedHashSet<>();
        while (drawn.size() < events) {
            drawn.add(random.nextInt(streams));
        }
        for (int stream : drawn) {
            transaction.addAppends(Append.newBuilder()
                    .setStream(StreamName.of("stream-" + stream).utf8())
                    .setExpected(Expected.newBuilder().setKind(Expected.Kind.ANY))
                    .addEvents(event));
        }
        Command command = Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(SESSION.high())
                        .setSessionLow(SESSION.low())
                        .setSequence(++sequence))
                .setLowWaterMark(Math.max(0, sequence - 16))
                .setTransact(transaction)
                .build();
        return LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(STAMP_MS + sequence)
                .addProposals(Proposal.newBuilder().setCommand(command).setDeadlineMs(STAMP_MS + sequence + 60_000))
                .build()
                .toByteString();
    }

    /** As a follower reads it: the events point into the entry. */
    static LogEntry parse(ByteString entry) {
        try {
            CodedInputStream in = entry.newCodedInput();
            in.enableAliasing(true);
            return LogEntry.parseFrom(in);
        } catch (IOException e) {
            throw new IllegalStateException("the benchmark's own entry cannot be read", e);
        }
    }
}
