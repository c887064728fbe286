package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.Command;
import io.weir.protocol.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One append or transaction on its way through a {@link Lane}, which alone touches the fields that change.
 *
 * @param <T> what the caller gets
 */
final class Call<T> {
    /** For messages: what is done to which stream. */
    final String what;

    final int partition;
    /** Only the operation is set; the lane adds what differs from attempt to attempt. */
    final Command operation;

    final List<ByteString> streams;
    final long bytes;
    final long timeoutMs;
    final long deadlineNanos;
    /** The caller gave the request id: an earlier attempt may have been executed. */
    final boolean isAgain;

    final Function<Outcome, T> decode;
    final CompletableFuture<T> future = new CompletableFuture<>();
    final Attempts attempts = new Attempts();

    /** Place in the order of the calls of its lane. */
    long ordinal;

    Sessions.@Nullable Ticket ticket;
    /** Earlier calls on the same streams, open when this one came. */
    List<Call<?>> predecessors = List.of();

    /** Counts the sends of the whole lane; 0: never sent. */
    long sendNo;

    @Nullable
    NodeChannel sentTo;
    /** Attempts without an answer so far, those that the lane has turned its back on among them. */
    int unanswered;
    /** A failed attempt may have been executed. */
    boolean isTainted;
    /** The last attempt was turned away because too much was under way. */
    boolean isThrottled;
    /** When the lane looks at it again, to end it. */
    long expiryNanos;

    boolean isDone;

    Call(
            String what,
            int partition,
            Command operation,
            List<ByteString> streams,
            long bytes,
            long timeoutMs,
            boolean isAgain,
            Function<Outcome, T> decode) {
        this.what = what;
        this.partition = partition;
        this.operation = operation;
        this.streams = streams;
        this.bytes = bytes;
        this.timeoutMs = timeoutMs;
        this.deadlineNanos = System.nanoTime() + timeoutMs * 1_000_000;
        this.expiryNanos = deadlineNanos;
        this.isAgain = isAgain;
        this.isTainted = isAgain;
        this.decode = decode;
    }

    boolean mayHaveBeenExecuted() {
        return isTainted || unanswered > 0;
    }
}
