package io.weir.consensus.frontdoor;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weir.protocol.Answer;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.WeirGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A plain gRPC client of a front door, with its own connection. */
final class TestClient implements AutoCloseable {
    final ManagedChannel channel;

    TestClient(int port) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .maxInboundMessageSize(16 << 20)
                .build();
    }

    WeirGrpc.WeirBlockingStub blocking() {
        return WeirGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    Conversation submit(int demand) {
        Conversation conversation = new Conversation(demand);
        var unused = WeirGrpc.newStub(channel).submit(conversation);
        return conversation;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    static TimedCommand timed(long tag) {
        return TimedCommand.newBuilder()
                .setTag(tag)
                .setPartition(1)
                .setTimeoutMs(5_000)
                .setCommand(FakeNode.command(tag))
                .build();
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 20 s: " + what);
            }
            Thread.onSpinWait();
        }
    }

    /** One Submit stream: what came back, and in how many messages; reads only as much as it was told to. */
    static final class Conversation implements ClientResponseObserver<SubmitRequest, SubmitResponse> {
        final List<Answer> answers = new CopyOnWriteArrayList<>();
        final List<Integer> messageSizes = new CopyOnWriteArrayList<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();
        private final int demand;

        @org.jspecify.annotations.Nullable
        ClientCallStreamObserver<SubmitRequest> requests;

        Conversation(int demand) {
            this.demand = demand;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SubmitRequest> stream) {
            requests = stream;
            stream.disableAutoRequestWithInitial(demand);
        }

        ClientCallStreamObserver<SubmitRequest> requests() {
            return java.util.Objects.requireNonNull(requests);
        }

        void send(TimedCommand... commands) {
            requests()
                    .onNext(SubmitRequest.newBuilder()
                            .addAllCommands(List.of(commands))
                            .build());
        }

        List<Long> tags() {
            return answers.stream().map(Answer::getTag).toList();
        }

        @Override
        public void onNext(SubmitResponse response) {
            answers.addAll(response.getAnswersList());
            messageSizes.add(response.getAnswersCount());
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }
    }
}
