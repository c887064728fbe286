package io.weir.jepsen.rig;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.weir.protocol.Answer;
import io.weir.protocol.Command;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.OpenSessionRequest;
import io.weir.protocol.OpenSessionResponse;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.RecordedEvent;
import io.weir.protocol.Session;
import io.weir.protocol.StatusRequest;
import io.weir.protocol.StatusResponse;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.WeirGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One node as the wire shows it: the generated stubs, without Weir's client, which would route, retry and refuse what a
 * test wants to send.
 */
public final class WireNode implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final ManagedChannel channel;

    /** Connects when first used. */
    public WireNode(String address) {
        channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    /** What the node says of itself. */
    public NodeStatus status() throws StatusException {
        StatusResponse response = stub().status(StatusRequest.getDefaultInstance());
        if (!response.hasStatus()) {
            throw Status.UNAVAILABLE.withDescription(response.toString()).asException();
        }
        return response.getStatus();
    }

    /** A new session of ten minutes. */
    public Session openSession() throws StatusException {
        OpenSessionResponse response = stub().openSession(
                        OpenSessionRequest.newBuilder().setLifeMinutes(10).build());
        if (!response.hasSession()) {
            throw Status.UNAVAILABLE.withDescription(response.toString()).asException();
        }
        return response.getSession();
    }

    /** Sends one command in a call stream of its own. The future fails with gRPC's exception if the call does. */
    public CompletableFuture<Answer> submit(int partition, Command command) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        StreamObserver<SubmitRequest> requests = WeirGrpc.newStub(channel)
                .withDeadlineAfter(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .submit(new StreamObserver<>() {
                    @Override
                    public void onNext(SubmitResponse response) {
                        answer.complete(response.getAnswers(0));
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        answer.completeExceptionally(
                                Status.CANCELLED.withDescription("no answer").asException());
                    }
                });
        requests.onNext(SubmitRequest.newBuilder()
                .addCommands(TimedCommand.newBuilder()
                        .setTag(1)
                        .setPartition(partition)
                        .setTimeoutMs(TIMEOUT_MS)
                        .setCommand(command))
                .build());
        return answer.whenComplete((ok, error) -> {
            if (error == null) {
                requests.onCompleted();
            }
        });
    }

    /** Asks one question. */
    public QueryResponse query(QueryRequest request) throws StatusException {
        return stub().query(request);
    }

    /** Asks one question, which is to be answered in time. */
    public QueryResponse query(QueryRequest request, Duration timeout) throws StatusException {
        return WeirGrpc.newBlockingV2Stub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .query(request.toBuilder()
                        .setTimeoutMs((int) timeout.toMillis())
                        .build());
    }

    /** All events of a stream as this very replica holds them. */
    public List<RecordedEvent> readStale(int partition, String stream) throws StatusException {
        List<RecordedEvent> events = new ArrayList<>();
        while (true) {
            QueryResponse response = query(QueryRequest.newBuilder()
                    .setPartition(partition)
                    .setTimeoutMs(TIMEOUT_MS)
                    .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                    .setReadPage(ReadPage.newBuilder()
                            .setStream(ByteString.copyFromUtf8(stream))
                            .setFrom(events.size())
                            .setMaxEvents(1_000)
                            .setMaxBytes(1 << 20))
                    .build());
            if (!response.hasPage()) {
                throw Status.INTERNAL.withDescription(response.toString()).asException();
            }
            events.addAll(response.getPage().getEventsList());
            if (response.getPage().getAtEnd()) {
                return events;
            }
        }
    }

    private WeirGrpc.WeirBlockingV2Stub stub() {
        return WeirGrpc.newBlockingV2Stub(channel).withDeadlineAfter(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }

    /** Ends all calls; the channel's threads follow by themselves. */
    @Override
    public void close() {
        channel.shutdownNow();
    }
}
