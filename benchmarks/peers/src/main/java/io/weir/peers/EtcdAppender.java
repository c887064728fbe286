package io.weir.peers;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.weir.peers.etcd.KVGrpc;
import io.weir.peers.etcd.PutRequest;
import io.weir.peers.etcd.PutResponse;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Puts the payload under a new key each time, over the connections in turn. */
final class EtcdAppender implements Appender {
    private final List<KVGrpc.KVStub> stubs;
    private final ByteString payload;
    private final String prefix = Long.toHexString(System.nanoTime());
    private long puts;

    EtcdAppender(List<ManagedChannel> channels, byte[] payload) {
        this.stubs = channels.stream().map(KVGrpc::newStub).toList();
        this.payload = UnsafeByteOperations.unsafeWrap(payload);
    }

    @Override
    public CompletableFuture<PutResponse> append() {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(String.format(Locale.ROOT, "%s-%016d", prefix, puts)))
                .setValue(payload)
                .build();
        CompletableFuture<PutResponse> answer = new CompletableFuture<>();
        stubs.get((int) (puts % stubs.size())).put(request, completing(answer));
        puts++;
        return answer;
    }

    private static StreamObserver<PutResponse> completing(CompletableFuture<PutResponse> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(PutResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                // The answer came before.
            }
        };
    }
}
