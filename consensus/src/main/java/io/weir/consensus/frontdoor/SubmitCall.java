package io.weir.consensus.frontdoor;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.Answer;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.TimedCommand;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Submit call stream: commands in, in order; answers out, as they come, those that are ready together in one message.
 *
 * <p>Everything happens in {@link #turn}, which one thread at a time runs: it writes what is answered, submits what is
 * parked, and asks for the next message. Whoever brings news only leaves it in a queue and {@link #wake wakes} the loop, so
 * that neither the node's apply thread nor gRPC's ever writes a message of ours.
 *
 * <p>Back-pressure: a command counts from its submission until its answer is written. At {@value #MAX_COMMANDS} commands or
 * {@value #MAX_BYTES} bytes the rest of the message is parked and no further one is read, so a client that does not read its
 * answers stops being read itself. A single message may overshoot the bytes.
 */
final class SubmitCall implements StreamObserver<SubmitRequest> {
    /** Commands under way at most. */
    static final int MAX_COMMANDS = 4_096;

    /** Bytes of commands under way, beyond which no more are submitted. */
    static final int MAX_BYTES = 32 << 20;

    /** An answer message is closed when it has reached this size, in bytes. */
    private static final int ANSWERS_TARGET_BYTES = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SubmitCall.class);

    private final NodeChannel node;
    private final ServerCallStreamObserver<SubmitResponse> responses;
    private final Executor executor;
    private final AtomicInteger news = new AtomicInteger();
    private final Queue<SubmitRequest> arrived = new ConcurrentLinkedQueue<>();
    private final Queue<Ready> ready = new ConcurrentLinkedQueue<>();
    private volatile boolean halfClosed;
    private volatile boolean finishing;
    private volatile boolean abandoned;
    private Runnable atEnd = () -> {};

    // Below: touched in turn() only.
    private Iterator<TimedCommand> parked = List.<TimedCommand>of().iterator();
    private int commandsUnderWay;
    private long bytesUnderWay;
    private boolean messageWanted;
    private boolean ended;

    /** An answer, and the size of the command that it frees, in bytes. */
    private record Ready(Answer answer, int commandBytes) {}

    SubmitCall(NodeChannel node, ServerCallStreamObserver<SubmitResponse> responses, Executor executor) {
        this.node = node;
        this.responses = responses;
        this.executor = executor;
    }

    /** Sets the handlers and asks for the first message; {@code whenEnded} runs once, when nothing more will be written. */
    void begin(Runnable whenEnded) {
        atEnd = whenEnded;
        responses.disableAutoRequest();
        responses.setOnReadyHandler(this::wake);
        responses.setOnCancelHandler(this::abandon);
        wake();
    }

    /** Answers every further command with NOT_READY, and ends the call once what is under way is answered. */
    void finish() {
        finishing = true;
        wake();
    }

    @Override
    public void onNext(SubmitRequest message) {
        arrived.add(message);
        wake();
    }

    @Override
    public void onError(Throwable failure) {
        abandon();
    }

    @Override
    public void onCompleted() {
        halfClosed = true;
        wake();
    }

    /** The client is gone: what is in the log stays there, what is not was never sent. */
    private void abandon() {
        abandoned = true;
        wake();
    }

    private void wake() {
        if (news.getAndIncrement() == 0) {
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException e) {
                // The front door is closed and all its connections with it: nobody waits for these answers.
                abandoned = true;
            }
        }
    }

    private void run() {
        int seen = news.get();
        do {
            try {
                turn();
            } catch (RejectedExecutionException e) {
                // The front door has closed its connections in the middle of the turn: nobody is left to be told.
                abandoned = true;
                drop();
                if (!ended) {
                    end();
                }
            } catch (Throwable t) {
                giveUp(t);
            }
            seen = news.addAndGet(-seen);
        } while (seen != 0);
    }

    private void turn() {
        if (ended) {
            drop(); // what came since
            return;
        }
        if (abandoned) {
            drop();
            end();
            return;
        }
        // Read first: a message that came before the half-close is then surely seen below.
        boolean noMoreToCome = halfClosed || finishing;
        writeAnswers();
        submitParked();
        if (noMoreToCome && commandsUnderWay == 0 && !parked.hasNext() && arrived.isEmpty()) {
            responses.onCompleted();
            end();
        }
    }

    /** Memory may have run out: a call that only stopped turning would hold its commands, and its client, for ever. */
    private void giveUp(Throwable cause) {
        LOG.error("a stream of commands is given up", cause);
        abandoned = true;
        drop();
        if (!ended) {
            end();
            responses.onError(
                    Status.INTERNAL.withDescription("the node failed: " + cause).asRuntimeException());
        }
    }

    private void drop() {
        parked = List.<TimedCommand>of().iterator();
        arrived.clear();
        ready.clear();
    }

    private void end() {
        ended = true;
        atEnd.run();
    }

    private void writeAnswers() {
        while (responses.isReady() && !ready.isEmpty()) {
            SubmitResponse.Builder message = SubmitResponse.newBuilder();
            long bytes = 0;
            Ready next;
            while (bytes < ANSWERS_TARGET_BYTES && (next = ready.poll()) != null) {
                message.addAnswers(next.answer);
                bytes += next.answer.getSerializedSize();
                commandsUnderWay--;
                bytesUnderWay -= next.commandBytes;
            }
            responses.onNext(message.build());
        }
    }

    private void submitParked() {
        while (commandsUnderWay < MAX_COMMANDS && bytesUnderWay < MAX_BYTES) {
            if (parked.hasNext()) {
                submit(parked.next());
                continue;
            }
            SubmitRequest message = arrived.poll();
            if (message == null) {
                wantMessage();
                return;
            }
            messageWanted = false;
            parked = message.getCommandsList().iterator();
        }
    }

    private void wantMessage() {
        if (!messageWanted) {
            messageWanted = true;
            responses.request(1);
        }
    }

    private void submit(TimedCommand timed) {
        int bytes = timed.getSerializedSize();
        commandsUnderWay++;
        bytesUnderWay += bytes;
        Answer.Builder answer = Answer.newBuilder().setTag(timed.getTag());
        Error refusal = refusalOf(timed);
        if (refusal != null) {
            answered(answer.setError(refusal), bytes);
            return;
        }
        propose(timed)
                .thenAccept(outcome -> answered(answer.setOutcome(outcome), bytes))
                .exceptionally(failure -> {
                    answered(answer.setError(Failures.toError(failure)), bytes);
                    return null;
                });
    }

    private CompletableFuture<Outcome> propose(TimedCommand timed) {
        try {
            return node.submit(timed.getPartition(), timed.getCommand(), Integer.toUnsignedLong(timed.getTimeoutMs()));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private @Nullable Error refusalOf(TimedCommand timed) {
        if (finishing) {
            return Error.newBuilder()
                    .setCode(Error.Code.NOT_READY)
                    .setMessage("the node is closing")
                    .build();
        }
        if (timed.getPartition() < 0) {
            return Failures.invalid("no partition " + Integer.toUnsignedString(timed.getPartition()));
        }
        return timed.hasCommand() ? null : Failures.invalid("a command is missing");
    }

    private void answered(Answer.Builder answer, int commandBytes) {
        ready.add(new Ready(answer.build(), commandBytes));
        wake();
    }
}
