package io.weir.jepsen.run;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.StatusException;
import io.weir.client.EventStoreException;
import io.weir.jepsen.rig.WireNode;
import io.weir.jepsen.workload.Replicas;
import io.weir.protocol.Error;
import io.weir.protocol.Event;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.RecordedEvent;
import io.weir.protocol.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The nodes as the wire shows them.
 *
 * @param nodes their names
 * @param lines a line to each, by name; asked each time
 */
public record WireReplicas(List<String> nodes, Function<String, WireNode> lines) implements Replicas {
    private static final int MAX_EVENTS = 1_000;
    private static final int MAX_BYTES = 1 << 20;

    public WireReplicas {
        nodes = List.copyOf(nodes);
    }

    @Override
    public List<String> read(
            String node, int partition, String stream, long from, io.weir.client.ReadLevel level, Duration timeout) {
        QueryRequest.Builder request =
                QueryRequest.newBuilder().setPartition(partition).setLevel(wire(level, partition));
        List<String> payloads = new ArrayList<>();
        while (true) {
            request.setReadPage(ReadPage.newBuilder()
                    .setStream(ByteString.copyFromUtf8(stream))
                    .setFrom(from + payloads.size())
                    .setMaxEvents(MAX_EVENTS)
                    .setMaxBytes(MAX_BYTES));
            Page page = page(node, request, timeout);
            for (RecordedEvent event : page.getEventsList()) {
                requireNext(node, stream, from + payloads.size(), event);
                payloads.add(payload(event));
            }
            if (page.getAtEnd()) {
                return payloads;
            }
        }
    }

    private static ReadLevel wire(io.weir.client.ReadLevel level, int partition) {
        if (level instanceof io.weir.client.ReadLevel.AtLeast atLeast) {
            if (!atLeast.token().prepared().isEmpty()) {
                throw new IllegalArgumentException("a token of transactions: " + atLeast.token());
            }
            return ReadLevel.newBuilder()
                    .setKind(ReadLevel.Kind.AT_LEAST)
                    .setNextPosition(atLeast.token().nextIn(partition))
                    .build();
        }
        boolean isStale = level instanceof io.weir.client.ReadLevel.Stale;
        return ReadLevel.newBuilder()
                .setKind(isStale ? ReadLevel.Kind.STALE : ReadLevel.Kind.LINEARIZABLE)
                .build();
    }

    private Page page(String node, QueryRequest.Builder request, Duration timeout) {
        QueryResponse response;
        try {
            response = lines.apply(node).query(request.build(), timeout);
        } catch (StatusException e) {
            throw new EventStoreException.Unavailable("node " + node + " does not answer: " + e.getMessage(), e);
        }
        if (response.hasPage()) {
            return response.getPage();
        }
        throw failure(node, response.getError());
    }

    private static RuntimeException failure(String node, Error error) {
        String message = "node " + node + " answers " + error.getCode() + ": " + error.getMessage();
        return switch (error.getCode()) {
            // A replica that has met damage says so until it is repaired.
            case NOT_LEADER, NOT_READY, THROTTLED, DEADLINE_EXCEEDED, UNREACHABLE, STORE_CORRUPTED ->
                new EventStoreException.Unavailable(message, null);
            default -> new IllegalStateException(message);
        };
    }

    private static void requireNext(String node, String stream, long revision, RecordedEvent event) {
        if (event.getRevision() != revision || !event.getStream().toStringUtf8().equals(stream)) {
            throw new IllegalStateException("node " + node + " shows revision " + event.getRevision() + " of "
                    + event.getStream().toStringUtf8() + " where revision " + revision + " of " + stream
                    + " should be");
        }
    }

    private static String payload(RecordedEvent event) {
        try {
            return Event.parseFrom(event.getEvent()).getPayload().toStringUtf8();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("revision " + event.getRevision() + " is no event", e);
        }
    }

    @Override
    public Session openSession(String node) {
        try {
            return lines.apply(node).openSession();
        } catch (StatusException e) {
            throw new EventStoreException.Unavailable("node " + node + " opens no session: " + e.getMessage(), e);
        }
    }
}
