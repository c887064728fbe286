package io.weir.consensus.transfer;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.CutReached;
import io.weir.protocol.CutRequest;
import io.weir.protocol.CutResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The call of somebody who cuts through all partitions, at the leader of one. However it ends, hold and view end with it; a
 * connection whose other end has gone is ended by the server's keep-alive. Any thread.
 */
final class CutCall implements StreamObserver<CutRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(CutCall.class);

    private final long id;
    private final Function<CutRequest, Cut> begin;
    private final ServerCallStreamObserver<CutResponse> responses;
    private final Consumer<CutCall> ended;

    // Guarded by this.
    private @Nullable Cut cut;
    private int partition;
    private boolean isOver;

    /**
     * Answers nothing yet.
     *
     * @param id by which a copy names it
     * @param begin makes what the first request asks for
     * @param ended is told once, when it is over
     */
    CutCall(
            long id,
            Function<CutRequest, Cut> begin,
            ServerCallStreamObserver<CutResponse> responses,
            Consumer<CutCall> ended) {
        this.id = id;
        this.begin = begin;
        this.responses = responses;
        this.ended = ended;
        responses.setOnCancelHandler(() -> end(null));
    }

    long id() {
        return id;
    }

    @Override
    public void onNext(CutRequest request) {
        CompletableFuture<Void> reached;
        try {
            reached = step(cut(request), request.getStep());
        } catch (RuntimeException e) {
            reached = CompletableFuture.failedFuture(e);
        }
        var unused = reached.whenComplete((done, failure) -> {
            if (failure == null) {
                answer(request.getStep());
            } else {
                end(Failures.of(failure));
            }
        });
    }

    private synchronized Cut cut(CutRequest request) {
        if (isOver) {
            throw gone();
        }
        Cut known = cut;
        if (known == null) {
            known = begin.apply(request);
            cut = known;
            partition = request.getPartition();
        }
        return known;
    }

    private static CompletableFuture<Void> step(Cut cut, CutRequest.Step step) {
        return switch (step) {
            case PROVE -> cut.prove();
            case HOLD -> cut.hold();
            case OPEN -> cut.open();
            case RELEASE -> cut.release();
            case UNSPECIFIED, UNRECOGNIZED -> throw Failures.invalid("no such step of a cut");
        };
    }

    private synchronized void answer(CutRequest.Step step) {
        if (!isOver) {
            boolean isOpen = step == CutRequest.Step.OPEN || step == CutRequest.Step.RELEASE;
            responses.onNext(CutResponse.newBuilder()
                    .setReached(CutReached.newBuilder().setStep(step).setCut(isOpen ? id : 0))
                    .build());
        }
    }

    /** The view, for a copy. */
    Cut.Loan lend(int ofPartition) {
        Cut known;
        synchronized (this) {
            known = isOver || partition != ofPartition ? null : cut;
        }
        if (known == null) {
            throw gone();
        }
        return known.lend();
    }

    static NodeFailure gone() {
        return Failures.notReady("there is no such cut on this node, or it has gone");
    }

    /** See {@link Cut#giveWay}. */
    void giveWay() {
        Cut known;
        synchronized (this) {
            known = cut;
        }
        if (known != null && known.giveWay()) {
            end(Failures.notReady("the replica closes, is repaired, or needs more room: its view has gone"));
        }
    }

    /** The caller needs it no longer. */
    @Override
    public void onCompleted() {
        end(null);
    }

    @Override
    public void onError(Throwable cancelled) {
        end(null);
    }

    /** Ends hold and view; the caller, if it is still there, is told why, or that all is well. */
    void end(@Nullable NodeFailure failure) {
        Cut ending;
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            ending = cut;
            if (!responses.isCancelled()) {
                if (failure != null) {
                    LOG.info(
                            "a cut of partition {} ends: {}",
                            partition,
                            failure.error().getMessage());
                    responses.onNext(
                            CutResponse.newBuilder().setError(failure.error()).build());
                }
                responses.onCompleted();
            }
        }
        if (ending != null) {
            ending.close();
        }
        ended.accept(this);
    }
}
