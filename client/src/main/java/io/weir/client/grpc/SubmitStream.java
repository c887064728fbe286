package io.weir.client.grpc;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Answer;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.WeirGrpc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands to one node, in the order of the calls, over one call stream at a time. They queue, and whenever the stream is
 * ready for more, one message takes what has queued: the busier, the larger the messages.
 *
 * <p>When a stream breaks, all that was sent or waits fails, so that the sender can bring it back into order. Nothing is
 * handed to gRPC before the connection stands: a node that is not there therefore leaves no outcome unknown.
 *
 * <p>Safe for any thread; one lock guards all fields, and no future completes while it is held.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class SubmitStream {
    private static final int MAX_BATCH_BYTES = 256 << 10;
    private static final int MAX_BATCH_COMMANDS = 512;
    private static final long SWEEP_MS = 50;

    /** The node's own verdict on a deadline is worth waiting for a little. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final class Pending {
        final TimedCommand command;
        final long deadlineNanos;
        final CompletableFuture<Outcome> future = new CompletableFuture<>();

        Pending(TimedCommand command, long deadlineNanos) {
            this.command = command;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final String endpoint;
    private final WeirGrpc.WeirStub stub;
    private final ScheduledExecutorService executor;
    private final Object lock = new Object();
    private final Queue<Pending> queued = new ArrayDeque<>();
    private @Nullable Flow current;
    private long nextTag;
    private boolean isFlushing;
    private boolean isSweeping;
    private boolean isClosed;

    SubmitStream(String endpoint, WeirGrpc.WeirStub stub, ScheduledExecutorService executor) {
        this.endpoint = endpoint;
        this.stub = stub;
        this.executor = executor;
    }

    CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        synchronized (lock) {
            if (isClosed) {
                return CompletableFuture.failedFuture(
                        new NodeFailure(Error.Code.UNREACHABLE, endpoint + ": the channel is closed", false));
            }
            Pending pending = new Pending(
                    TimedCommand.newBuilder()
                            .setTag(nextTag++)
                            .setPartition(partition)
                            .setTimeoutMs((int) Math.min(timeoutMs, Integer.MAX_VALUE))
                            .setCommand(command)
                            .build(),
                    deadlineNanos);
            queued.add(pending);
            flushSoon();
            sweepSoon();
            return pending.future;
        }
    }

    /** On another thread, so that what this one submits next joins the same message. */
    private void flushSoon() {
        if (!isFlushing) {
            isFlushing = true;
            executor.execute(this::flush);
        }
    }

    private void flush() {
        synchronized (lock) {
            isFlushing = false;
            if (isClosed || queued.isEmpty()) {
                return;
            }
            if (current == null) {
                Flow opened = new Flow();
                current = opened;
                stub.submit(opened);
            }
            // Starting a call may fail at once, and then current is null again.
            while (current != null && !queued.isEmpty() && current.isReady()) {
                current.send(nextBatch(current));
            }
        }
    }

    private SubmitRequest nextBatch(Flow flow) {
        SubmitRequest.Builder batch = SubmitRequest.newBuilder();
        long bytes = 0;
        while (!queued.isEmpty() && batch.getCommandsCount() < MAX_BATCH_COMMANDS) {
            bytes += queued.element().command.getSerializedSize();
            if (bytes > MAX_BATCH_BYTES && batch.getCommandsCount() > 0) {
                break;
            }
            Pending pending = queued.remove();
            flow.sent.put(pending.command.getTag(), pending);
            batch.addCommands(pending.command);
        }
        return batch.build();
    }

    /** One call stream, from its opening to its end. */
    private final class Flow implements ClientResponseObserver<SubmitRequest, SubmitResponse> {
        private final Map<Long, Pending> sent = new HashMap<>();
        private @Nullable ClientCallStreamObserver<SubmitRequest> requests;

        boolean isReady() {
            return requests != null && requests.isReady();
        }

        void send(SubmitRequest batch) {
            if (requests != null) {
                requests.onNext(batch);
            }
        }

        void cancel() {
            if (requests != null) {
                requests.cancel("the channel is closed", null);
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SubmitRequest> stream) {
            requests = stream;
            stream.setOnReadyHandler(() -> {
                synchronized (lock) {
                    if (!isClosed) {
                        flushSoon();
                    }
                }
            });
        }

        @Override
        public void onNext(SubmitResponse response) {
            for (Answer answer : response.getAnswersList()) {
                Pending pending;
                synchronized (lock) {
                    pending = sent.remove(answer.getTag());
                }
                if (pending != null) { // else it has timed out
                    settle(pending, answer);
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            broken(this, GrpcFailures.of(endpoint, failure, true).error());
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE
                    .withDescription("the node ended the stream of commands")
                    .asRuntimeException());
        }
    }

    private void settle(Pending pending, Answer answer) {
        switch (answer.getResultCase()) {
            case OUTCOME -> pending.future.complete(answer.getOutcome());
            case ERROR -> pending.future.completeExceptionally(new NodeFailure(answer.getError()));
            default ->
                pending.future.completeExceptionally(
                        new NodeFailure(Error.Code.INTERNAL, endpoint + " answered a command with nothing", true));
        }
    }

    private void broken(Flow flow, Error error) {
        List<Pending> sent;
        List<Pending> unsent = List.of();
        synchronized (lock) {
            sent = new ArrayList<>(flow.sent.values());
            flow.sent.clear();
            if (current == flow) {
                current = null;
                unsent = new ArrayList<>(queued);
                queued.clear();
            }
        }
        fail(sent, error);
        fail(unsent, error.toBuilder().setMaybeExecuted(false).build());
    }

    private static void fail(List<Pending> failed, Error error) {
        failed.forEach(pending -> pending.future.completeExceptionally(new NodeFailure(error)));
    }

    // ---- timeouts

    private void sweepSoon() {
        if (!isSweeping) {
            isSweeping = true;
            executor.schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        List<Pending> unsent = new ArrayList<>();
        List<Pending> sent = new ArrayList<>();
        synchronized (lock) {
            isSweeping = false;
            long now = System.nanoTime();
            removeDue(queued.iterator(), now, unsent);
            if (current != null) {
                removeDue(current.sent.values().iterator(), now - GRACE_NANOS, sent);
            }
            if (!isClosed && (!queued.isEmpty() || (current != null && !current.sent.isEmpty()))) {
                sweepSoon();
            }
        }
        fail(unsent, timeout(false, "no connection, or no room in it, before the deadline"));
        fail(sent, timeout(true, "no answer before the deadline"));
    }

    private static void removeDue(Iterator<Pending> all, long now, List<Pending> due) {
        while (all.hasNext()) {
            Pending pending = all.next();
            if (pending.deadlineNanos - now <= 0) {
                all.remove();
                due.add(pending);
            }
        }
    }

    private Error timeout(boolean maybeExecuted, String message) {
        return Error.newBuilder()
                .setCode(Error.Code.DEADLINE_EXCEEDED)
                .setMessage(endpoint + ": " + message)
                .setMaybeExecuted(maybeExecuted)
                .build();
    }

    void close() {
        Flow flow;
        List<Pending> unsent;
        synchronized (lock) {
            isClosed = true;
            flow = current;
            unsent = new ArrayList<>(queued);
            queued.clear();
        }
        if (flow != null) {
            flow.cancel();
        }
        Error closed = new NodeFailure(Error.Code.UNREACHABLE, endpoint + ": the channel is closed", true).error();
        if (flow != null) {
            broken(flow, closed);
        }
        fail(unsent, closed.toBuilder().setMaybeExecuted(false).build());
    }
}
