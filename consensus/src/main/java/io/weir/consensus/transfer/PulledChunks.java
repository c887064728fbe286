package io.weir.consensus.transfer;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.weir.client.grpc.GrpcFailures;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.PullRequest;
import io.weir.protocol.PullResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one Pull call, to be taken by one thread. gRPC is asked for as many as there is room for, so that a receiver
 * with a slow disk makes the sender wait, and memory stays bounded.
 */
final class PulledChunks extends ClientCall.Listener<PullResponse> implements AutoCloseable {
    /** A few chunks on the way keep both ends busy. */
    private static final int WINDOW = 8;

    /** A message, or the end of the call. */
    private record Item(
            @Nullable PullResponse message, @Nullable Status end) {}

    private final String member;
    private final ClientCall<PullRequest, PullResponse> call;
    private final Duration silence;
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private boolean ended;

    PulledChunks(String member, ClientCall<PullRequest, PullResponse> call, Duration silence) {
        this.member = member;
        this.call = call;
        this.silence = silence;
    }

    void begin(PullRequest request) {
        call.start(this, new Metadata());
        call.request(WINDOW);
        call.sendMessage(request);
        call.halfClose();
    }

    @Override
    public void onMessage(PullResponse message) {
        items.add(new Item(message, null));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        items.add(new Item(null, status));
    }

    /**
     * The next message, or null at the end.
     *
     * @throws io.weir.client.spi.NodeFailure if the call failed, or nothing came for too long
     */
    @Nullable
    PullResponse next() {
        Item item = take();
        Status end = item.end();
        if (end == null) {
            call.request(1);
            return item.message();
        }
        ended = true;
        if (!end.isOk()) {
            throw GrpcFailures.of(member, end.asRuntimeException(), false);
        }
        return null;
    }

    private Item take() {
        try {
            Item item = items.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
            if (item == null) {
                throw Failures.deadline(member + " has sent nothing for " + silence);
            }
            return item;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.notReady("interrupted while a copy came from " + member);
        }
    }

    /** Ends the call, if it has not ended: the sender stops at once. */
    @Override
    public void close() {
        if (!ended) {
            call.cancel("the receiver has given up", null);
        }
    }
}
