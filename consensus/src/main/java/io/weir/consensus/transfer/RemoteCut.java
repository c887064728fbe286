package io.weir.consensus.transfer;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.weir.client.grpc.GrpcFailures;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.CutRequest;
import io.weir.protocol.CutResponse;
import io.weir.protocol.Error;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A part of a cut through all partitions, at the leader of one, over a call that lasts as long as it. Any thread; futures complete on
 * gRPC's threads.
 */
public final class RemoteCut extends ClientCall.Listener<CutResponse> implements AutoCloseable {
    private final String member;
    private final CutRequest about;
    private final ClientCall<CutRequest, CutResponse> call;

    // Guarded by this.
    private CompletableFuture<Void> step = CompletableFuture.completedFuture(null);
    private @Nullable NodeFailure failure;
    private long id;

    RemoteCut(String member, CutRequest about, ClientCall<CutRequest, CutResponse> call) {
        this.member = member;
        this.about = about;
        this.call = call;
    }

    void begin() {
        call.start(this, new Metadata());
        call.request(1);
    }

    /** Takes the next step, when the one before is completed. */
    public CompletableFuture<Void> step(CutRequest.Step next) {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        synchronized (this) {
            if (failure != null) {
                return Failures.failed(failure);
            }
            step = begun;
        }
        call.sendMessage(about.toBuilder().setStep(next).build());
        return begun;
    }

    /** What names it in a copy; 0 before it is open. */
    public synchronized long id() {
        return id;
    }

    /** Why hold and view have gone, or null if they have not, as far as is known. */
    public synchronized @Nullable NodeFailure failure() {
        return failure;
    }

    /** Whether a step is under way. */
    public synchronized boolean isBusy() {
        return !step.isDone();
    }

    @Override
    public void onMessage(CutResponse response) {
        call.request(1);
        if (response.hasError()) {
            fail(new NodeFailure(response.getError()));
            return;
        }
        CompletableFuture<Void> reached;
        synchronized (this) {
            id = response.getReached().getCut();
            reached = step;
        }
        reached.complete(null);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        fail(
                status.isOk()
                        ? new NodeFailure(Error.Code.UNREACHABLE, member + " has ended the cut", false)
                        : GrpcFailures.of(member, status.asRuntimeException(), false));
    }

    private void fail(NodeFailure cause) {
        CompletableFuture<Void> failed;
        NodeFailure first;
        synchronized (this) {
            first = failure == null ? cause : failure;
            failure = first;
            failed = step;
        }
        failed.completeExceptionally(first);
    }

    /** Ends the call, and with it hold and view. Idempotent. */
    @Override
    public void close() {
        fail(Failures.notReady("the cut was given up"));
        call.cancel("the cut is not needed any longer", null);
    }
}
