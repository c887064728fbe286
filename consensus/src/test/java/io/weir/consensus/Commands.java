package io.weir.consensus;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.RequestId;
import io.weir.protocol.Session;
import io.weir.protocol.StreamName;
import java.util.UUID;

/** Commands and queries in their wire form, for tests that speak to a node directly. */
final class Commands {
    private Commands() {}

    static Session session(NodeChannel channel) {
        return channel.openSession(60, 5_000).join();
    }

    static Command append(Session session, long sequence, String stream, String payload) {
        return append(session, sequence, stream, ByteString.copyFromUtf8(payload));
    }

    static Command append(Session session, long sequence, String stream, ByteString payload) {
        UUID id = new UUID(session.getSessionLow(), sequence);
        Event event = Event.newBuilder()
                .setId(ByteString.copyFrom(java.nio.ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .flip()))
                .setType("test")
                .setContentType("text/plain")
                .setPayload(payload)
                .build();
        return Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(session.getSessionHigh())
                        .setSessionLow(session.getSessionLow())
                        .setSequence(sequence))
                .setAppend(Append.newBuilder()
                        .setStream(StreamName.of(stream).utf8())
                        .setExpected(Expected.newBuilder().setKind(Expected.Kind.ANY))
                        .addEvents(event.toByteString()))
                .build();
    }

    static QueryRequest read(int partition, String stream, long from, ReadLevel.Kind level, int waitMs) {
        return QueryRequest.newBuilder()
                .setPartition(partition)
                .setTimeoutMs(10_000)
                .setLevel(ReadLevel.newBuilder().setKind(level))
                .setReadPage(ReadPage.newBuilder()
                        .setStream(StreamName.of(stream).utf8())
                        .setFrom(from)
                        .setMaxEvents(100_000)
                        .setMaxBytes(1 << 20)
                        .setWaitMs(waitMs))
                .build();
    }

    static Page page(NodeChannel channel, QueryRequest request) {
        return channel.query(request).join().getPage();
    }
}
