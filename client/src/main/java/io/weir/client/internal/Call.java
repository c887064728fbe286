package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.RequestId;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.Command;
import io.weir.protocol.Outcome;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One append, transaction, or question about one, on its way through a {@link Lane}, which alone touches the fields that change.
 *
 * @param <T> what the caller gets
 */
final class Call<T> {
    /** What a caller wants. */
    enum Kind {
        NEW,
        /** The caller gave the request id: an earlier attempt may have been executed. */
        AGAIN,
        /** What became of a request; may be asked again. */
        QUESTION
    }

    /** For messages: what is done to which stream. */
    final String what;

    final int partition;
    /** Only the operation is set; the lane adds what differs from attempt to attempt. */
    final Command operation;

    final List<ByteString> streams;
    final long bytes;
    final long timeoutMs;
    final long deadlineNanos;
    final Kind kind;

    /** Also gets the refusals that are an answer: FENCED, and those that tell a question that nothing is known. */
    final Function<Outcome, T> decode;

    /** Of a transaction over several partitions, in log time; 0: none, or to be fixed when the call gets a place. */
    long expiryMs;
    /** Its life from then on, if it is to be fixed. */
    long lifeMs;

    final CompletableFuture<T> future = new CompletableFuture<>();
    final Attempts attempts = new Attempts();

    /** Place in the order of the calls of its lane. */
    long ordinal;

    Sessions.@Nullable Ticket ticket;
    /** Earlier calls on the same streams, open when this one came. */
    List<Call<?>> predecessors = List.of();

    /** An earlier one that it cannot be sent behind: it must be done, or get a place, first. */
    @Nullable
    Call<?> waitsFor;

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

    private boolean isPatient;

    Call(
            String what,
            int partition,
            Command operation,
            List<ByteString> streams,
            long bytes,
            long timeoutMs,
            Kind kind,
            Function<Outcome, T> decode) {
        this.what = what;
        this.partition = partition;
        this.operation = operation;
        this.streams = streams;
        this.bytes = bytes;
        this.timeoutMs = timeoutMs;
        this.deadlineNanos = System.nanoTime() + timeoutMs * 1_000_000;
        this.expiryNanos = deadlineNanos;
        this.kind = kind;
        this.isTainted = kind == Kind.AGAIN;
        this.decode = decode;
        this.isPatient = operation.hasDistributed();
    }

    boolean mayHaveBeenExecuted() {
        return kind != Kind.QUESTION && (isTainted || unanswered > 0);
    }

    /** Whether the answer may rightly take as long as the deadline, since other partitions and transactions are waited for. */
    boolean isPatient() {
        return isPatient;
    }

    /** Not while it is sent: the lane counts what it has sent. */
    void bePatient() {
        isPatient = true;
    }

    /** The calls before this one on its streams that are still open. One that was given up stands for those before it. */
    Set<Call<?>> openPredecessors() {
        if (predecessors.isEmpty()) {
            return Set.of();
        }
        Set<Call<?>> open = new LinkedHashSet<>();
        for (Call<?> earlier : predecessors) {
            earlier.addOpen(open);
        }
        return open;
    }

    /** Adds this call, or if it has ended, what it stands for. */
    void addOpen(Set<Call<?>> open) {
        if (isDone) {
            open.addAll(openPredecessors());
        } else {
            open.add(this);
        }
    }

    /**
     * Whether a command in this call's place may name the earlier call in {@code after}: one of its session with a smaller
     * sequence. A request that is sent again has an older sequence than the calls before it, and has to come after they are done.
     */
    boolean canFollow(Call<?> earlier) {
        Sessions.Ticket place = place();
        Sessions.Ticket before = earlier.ticket;
        return before != null && before.session() == place.session() && before.sequence() < place.sequence();
    }

    /** What it is sent under. */
    Sessions.Ticket place() {
        Sessions.Ticket place = ticket;
        if (place == null) {
            throw new IllegalStateException(what + " has no place in a session");
        }
        return place;
    }

    /** For resends and questions; needs a place. */
    RequestId requestId() {
        Sessions.Ticket place = place();
        return new RequestId(place.session().high, place.session().low, place.sequence(), partition, expiryMs);
    }
}
