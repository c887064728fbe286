package io.weir.client.grpc;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weir.protocol.Answer;
import io.weir.protocol.Appended;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.DescribeRequest;
import io.weir.protocol.DescribeResponse;
import io.weir.protocol.Error;
import io.weir.protocol.OpenSessionRequest;
import io.weir.protocol.OpenSessionResponse;
import io.weir.protocol.Outcome;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.Session;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.WeirGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server on loopback that answers every command with its sequence as revision, or keeps silent. Enough of a node for a
 * transport; what it was sent can be looked at.
 */
final class TestServer extends WeirGrpc.WeirImplBase implements AutoCloseable {
    final List<Long> sequences = Collections.synchronizedList(new ArrayList<>());
    final List<Integer> batchSizes = Collections.synchronizedList(new ArrayList<>());
    volatile boolean isSilent;
    volatile boolean isOfAnotherCluster;
    /** The cluster that each call has named, or "null". */
    final List<String> named = Collections.synchronizedList(new ArrayList<>());

    final AtomicInteger streamsOpened = new AtomicInteger();
    volatile @Nullable Error failWith;
    private final Server server;

    TestServer(int port) throws IOException {
        server = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .addService(this)
                .intercept(new Names())
                .maxInboundMessageSize(GrpcTransport.MAX_INBOUND_BYTES)
                .permitKeepAliveTime(GrpcTransport.KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS)
                .build()
                .start();
    }

    private final class Names implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            String cluster = headers.get(Metadata.Key.of("weir-cluster", Metadata.ASCII_STRING_MARSHALLER));
            named.add(String.valueOf(cluster));
            if (!isOfAnotherCluster) {
                return next.startCall(call, headers);
            }
            call.close(Status.FAILED_PRECONDITION.withDescription("not of " + cluster), new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> out) {
        if (!isSilent) {
            out.onNext(DescribeResponse.newBuilder()
                    .setCluster(ClusterDescription.newBuilder().setClusterId("real"))
                    .build());
            out.onCompleted();
        }
    }

    @Override
    public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> out) {
        out.onNext(OpenSessionResponse.newBuilder()
                .setSession(Session.newBuilder().setSessionHigh(request.getLifeMinutes()))
                .build());
        out.onCompleted();
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryResponse> out) {
        Error error = failWith;
        out.onNext(
                error == null
                        ? QueryResponse.newBuilder()
                                .setPage(Page.newBuilder().setAtEnd(true))
                                .build()
                        : QueryResponse.newBuilder().setError(error).build());
        out.onCompleted();
    }

    @Override
    public StreamObserver<SubmitRequest> submit(StreamObserver<SubmitResponse> out) {
        streamsOpened.incrementAndGet();
        return new StreamObserver<>() {
            @Override
            public void onNext(SubmitRequest request) {
                batchSizes.add(request.getCommandsCount());
                SubmitResponse.Builder response = SubmitResponse.newBuilder();
                for (TimedCommand command : request.getCommandsList()) {
                    long sequence = command.getCommand().getRequestId().getSequence();
                    sequences.add(sequence);
                    Error error = failWith;
                    Answer.Builder answer = Answer.newBuilder().setTag(command.getTag());
                    response.addAnswers(
                            error != null
                                    ? answer.setError(error)
                                    : answer.setOutcome(Outcome.newBuilder()
                                            .setAppended(Appended.newBuilder().setFirstRevision(sequence))));
                }
                if (!isSilent) {
                    out.onNext(response.build());
                }
            }

            @Override
            public void onError(Throwable failure) {
                // the client has gone; gRPC has freed the call
            }

            @Override
            public void onCompleted() {
                out.onCompleted();
            }
        };
    }

    /** As a crash: connections are cut, calls get no answer. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
