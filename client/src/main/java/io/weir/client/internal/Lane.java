package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one store to one partition, sent to its leader so that those on one stream take effect in the order of the
 * calls, whatever fails in between.
 *
 * <p>A call is <i>queued</i> until its {@link Admission}, then <i>ready</i>, then <i>sent</i>, and ends when its future is
 * completed. Any trouble with the node that it was sent to takes it, and all that were sent, back to <i>ready</i>; what is
 * ready is sent in the order of the calls. The order holds because each command names in {@code after} the open calls before
 * it on its streams, and the partition refuses to decide it before those; sending more than once is harmless because the
 * request id stays the same.
 *
 * <p>To a node that has not proved to lead, one command is sent alone: thousands would otherwise be sent to every member in
 * turn after the death of a leader. A node that is silent for long while commands wait counts as dead. Patient commands, whose
 * answers may rightly take long, hold up no others in this: they are counted apart. So are those that have met silence once.
 *
 * <p>Threading: {@link #submit}, {@link #wake} and {@link #close} may be called from any thread; everything else runs in the
 * lane's serial executor, one task at a time, and never blocks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Lane {
    /** How long a call that was sent waits for the node's own verdict once its deadline has passed. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** So many patient calls at most are sent to a node that has not proved to lead: their answers may take long. */
    private static final int MAX_PATIENT_UNCONFIRMED = 8;

    private static final long MIN_SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);
    private static final long MAX_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(12);
    /** While only patient calls wait. A node that is suspected wrongly drives them a second time, which is harmless. */
    private static final long PATIENT_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final int partition;
    private final Cluster cluster;
    private final Sessions sessions;
    private final Threads threads;
    private final int maxInFlight;
    private final Consumer<Call<?>> onEnd;
    private final Threads.Serial serial;
    private final Admission admission;

    private final TreeMap<Long, Call<?>> ready = new TreeMap<>();
    private final TreeMap<Long, Call<?>> sent = new TreeMap<>();
    private final TreeSet<Call<?>> byExpiry = new TreeSet<>(
            Comparator.<Call<?>>comparingLong(call -> call.expiryNanos).thenComparingLong(call -> call.ordinal));
    private final Map<ByteString, Call<?>> latestOfStream = new HashMap<>();

    /** Of {@link #sent}, those that are not patient. */
    private int promptSent;

    private long nextOrdinal;
    private long sends;
    private @Nullable NodeChannel target;
    private boolean isConfirmed;
    private int failuresInARow;
    private String lastTrouble = "none";
    private long resumeAtNanos = System.nanoTime();
    private long heardAtNanos;
    private long silenceNanos = MIN_SILENCE_NANOS;
    private @Nullable Future<?> alarm;
    private long alarmAtNanos;
    private boolean isClosed;

    /** @param onEnd called for every call submitted, once, in the lane's executor, before its future completes */
    Lane(
            int partition,
            Cluster cluster,
            Sessions sessions,
            Threads threads,
            ClientConfig config,
            Consumer<Call<?>> onEnd) {
        this.partition = partition;
        this.cluster = cluster;
        this.sessions = sessions;
        this.threads = threads;
        this.maxInFlight = config.maxInFlight();
        this.onEnd = onEnd;
        this.admission = new Admission(sessions, this::wake);
        this.serial = new Threads.Serial(threads.io(), this::pump);
    }

    /** Takes a call; its future completes by its deadline. Calls take effect in the order of this method's calls. */
    void submit(Call<?> call) {
        serial.execute(() -> enqueue(call));
    }

    /** Looks again at what waits: a session has been opened. */
    void wake() {
        serial.execute(() -> {});
    }

    /** Ends all calls, and every later one, with {@link EventStoreException.Closed}; completes when that is done. */
    CompletableFuture<Void> close() {
        return CompletableFuture.runAsync(
                () -> {
                    isClosed = true;
                    for (Call<?> call : new ArrayList<>(byExpiry)) {
                        fail(call, Decoder.closed());
                    }
                },
                serial);
    }

    private void enqueue(Call<?> call) {
        call.ordinal = nextOrdinal++;
        if (isClosed) {
            fail(call, Decoder.closed());
            return;
        }
        Set<Call<?>> predecessors = new LinkedHashSet<>();
        for (ByteString stream : call.streams) {
            Call<?> earlier = latestOfStream.put(stream, call);
            if (earlier != null && earlier != call) {
                earlier.addOpen(predecessors);
            }
        }
        call.predecessors = List.copyOf(predecessors);
        admission.add(call);
        byExpiry.add(call);
    }

    /** After each run of tasks: end what is due, give places, send, and set the alarm for the next time. */
    private void pump() {
        if (isClosed) {
            return;
        }
        long now = System.nanoTime();
        expire(now);
        if (!sent.isEmpty() && now - heardAtNanos >= silenceNanos()) {
            onSilence();
        }
        admit();
        if (now - resumeAtNanos >= 0) {
            sendReady();
        }
        setAlarm(now);
    }

    // ---- queued -> ready

    private void admit() {
        while (ready.size() + sent.size() < maxInFlight) {
            Call<?> call = admission.next();
            if (call == null) {
                return;
            }
            ready.put(call.ordinal, call);
        }
    }

    // ---- ready -> sent

    private void sendReady() {
        Iterator<Call<?>> inOrder = ready.values().iterator();
        while (inOrder.hasNext() && (isConfirmed || promptSent == 0)) {
            Call<?> call = inOrder.next();
            if (!isConfirmed && call.isPatient() && sent.size() >= MAX_PATIENT_UNCONFIRMED) {
                continue;
            }
            Set<Call<?>> open = call.openPredecessors();
            if (open.stream().allMatch(earlier -> call.canFollow(earlier) && wasSentSince(call, earlier))) {
                inOrder.remove();
                send(call, open);
            }
        }
    }

    /** A call that was refused as out of order goes again only behind a new attempt of those that it waits for. */
    private static boolean wasSentSince(Call<?> call, Call<?> earlier) {
        return earlier.sentTo != null && earlier.sendNo > call.sendNo;
    }

    private void send(Call<?> call, Set<Call<?>> after) {
        NodeChannel channel = target();
        if (sent.isEmpty() || (promptSent == 0 && !call.isPatient())) {
            heardAtNanos = System.nanoTime();
        }
        call.sentTo = channel;
        call.isThrottled = false;
        call.sendNo = ++sends;
        call.unanswered++;
        call.attempts.tried(channel.endpoint());
        sent.put(call.ordinal, call);
        promptSent += call.isPatient() ? 0 : 1;
        long sendNo = call.sendNo;
        long leftMs = TimeUnit.NANOSECONDS.toMillis(call.deadlineNanos - System.nanoTime());
        submitTo(channel, command(call, after), Math.max(leftMs, 1))
                .whenComplete((outcome, failure) -> serial.execute(() -> {
                    call.unanswered--;
                    if (failure == null) {
                        onOutcome(call, sendNo, channel, outcome);
                    } else {
                        onFailure(call, sendNo, channel, errorOf(failure));
                    }
                }));
    }

    private CompletableFuture<Outcome> submitTo(NodeChannel channel, Command command, long timeoutMs) {
        try {
            return channel.submit(partition, command, timeoutMs);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Error errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof NodeFailure node
                ? node.error()
                : new NodeFailure(Error.Code.INTERNAL, String.valueOf(cause), true).error();
    }

    private static Command command(Call<?> call, Set<Call<?>> after) {
        Sessions.Ticket ticket = call.place();
        Command.Builder command = call.operation.toBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(ticket.session().high)
                        .setSessionLow(ticket.session().low)
                        .setSequence(ticket.sequence()))
                .setLowWaterMark(ticket.session().lowWaterMark());
        if (call.expiryMs > 0) {
            command.getDistributedBuilder().setExpiryMs(call.expiryMs);
        }
        for (Call<?> earlier : after) {
            command.addAfter(earlier.place().sequence());
        }
        return command.build();
    }

    private NodeChannel target() {
        NodeChannel channel = target;
        if (channel == null) {
            channel = cluster.leader(partition);
            target = channel = channel == null ? cluster.after(null) : channel;
        }
        return channel;
    }

    // ---- answers

    private void onOutcome(Call<?> call, long sendNo, NodeChannel channel, Outcome outcome) {
        if (call.isDone) {
            return;
        }
        boolean isLatest = sendNo == call.sendNo && call.sentTo != null;
        if (outcome.hasRefusal()) {
            if (isLatest) {
                confirm(channel);
            }
            if (isAnswer(call, outcome.getRefusal().getReason())) {
                succeed(call, outcome);
            } else {
                onRefusal(call, isLatest, channel, outcome.getRefusal());
            }
            return;
        }
        confirm(channel);
        succeed(call, outcome);
    }

    /** Whether the refusal is what the caller wants to know. */
    private static boolean isAnswer(Call<?> call, Refusal.Reason reason) {
        return switch (reason) {
            case FENCED -> true;
            case ANSWER_FORGOTTEN, SESSION_EXPIRED -> call.kind == Call.Kind.QUESTION;
            default -> false;
        };
    }

    private void confirm(NodeChannel channel) {
        if (channel == target) {
            heardAtNanos = System.nanoTime();
            silenceNanos = MIN_SILENCE_NANOS;
            failuresInARow = 0;
            if (!isConfirmed) {
                isConfirmed = true;
                cluster.leader(partition, channel);
            }
        }
    }

    private void onRefusal(Call<?> call, boolean isLatest, NodeChannel channel, Refusal refusal) {
        call.attempts.failed(channel.endpoint(), "refused: " + refusal.getReason() + ' ' + refusal.getDetail());
        switch (refusal.getReason()) {
            case REQUEST_ID_REUSED, INVALID, TOO_LARGE -> fail(call, Decoder.refused(call, refusal));
            case ANSWER_FORGOTTEN -> fail(call, Decoder.unknown(call, "its answer is not kept any more"));
            case SESSION_EXPIRED -> {
                if (isLatest) {
                    onSessionExpired(call);
                }
            }
            case DEADLINE_PASSED -> {
                if (isLatest) {
                    fail(call, timedOut(call));
                }
            }
            case OUT_OF_ORDER -> {
                if (isLatest) {
                    back(call);
                    if (call.openPredecessors().isEmpty()) {
                        backOff(); // its predecessors are done here, so the node's view must be late: not at once again
                    }
                }
            }
            case SESSION_FULL -> {
                if (isLatest) {
                    call.isThrottled = true;
                    back(call);
                    backOff();
                }
            }
            default -> fail(call, Decoder.defect(call, "a refusal that this version does not know: " + refusal));
        }
    }

    private void onSessionExpired(Call<?> call) {
        Sessions.Ticket ticket = call.place();
        sessions.expired(ticket.session());
        if (call.mayHaveBeenExecuted()) {
            fail(call, Decoder.unknown(call, "its session has expired"));
            return;
        }
        sessions.done(ticket);
        back(call);
        ready.remove(call.ordinal);
        call.ticket = null;
        call.sendNo = 0;
        admission.add(call);
        if (call.attempts.count() > 1) {
            backOff();
        }
    }

    private void onFailure(Call<?> call, long sendNo, NodeChannel channel, Error error) {
        if (error.getMaybeExecuted()) {
            call.isTainted = true;
        }
        call.attempts.failed(channel.endpoint(), error);
        lastTrouble = channel.endpoint() + " said " + error.getCode() + ": " + error.getMessage();
        if (call.isDone || sendNo != call.sendNo || call.sentTo == null) {
            return;
        }
        switch (error.getCode()) {
            case NOT_LEADER -> retreat(cluster.member(error.getLeader()));
            case NOT_READY, UNREACHABLE, WRONG_CLUSTER -> retreat(null);
            case DEADLINE_EXCEEDED -> {
                if (call.deadlineNanos - System.nanoTime() <= 0) {
                    fail(call, timedOut(call));
                } else {
                    back(call);
                    backOff();
                }
            }
            case THROTTLED -> {
                call.isThrottled = true;
                confirm(channel);
                back(call);
                backOff();
            }
            default -> fail(call, Decoder.failed(call, error));
        }
    }

    private long silenceNanos() {
        return promptSent > 0 ? silenceNanos : Math.max(silenceNanos, PATIENT_SILENCE_NANOS);
    }

    private void onSilence() {
        for (Call<?> call : sent.values()) {
            call.attempts.failed(
                    target().endpoint(), "nothing for " + TimeUnit.NANOSECONDS.toMillis(silenceNanos()) + " ms");
        }
        lastTrouble = target().endpoint() + " was silent";
        silenceNanos = Math.min(silenceNanos * 2, MAX_SILENCE_NANOS);
        List<Call<?>> unheard = new ArrayList<>(sent.values());
        retreat(null);
        unheard.forEach(Call::bePatient); // they may wait for locks at a leader that is well: others go ahead of them
    }

    // ---- sent -> ready

    private void unsend(Call<?> call) {
        if (sent.remove(call.ordinal) != null) {
            promptSent -= call.isPatient() ? 0 : 1;
        }
    }

    private void back(Call<?> call) {
        unsend(call);
        call.sentTo = null;
        ready.put(call.ordinal, call);
    }

    /** The target does not answer as the leader: everything that it was sent goes back, to be sent to another in order. */
    private void retreat(@Nullable NodeChannel hinted) {
        NodeChannel failed = target();
        new ArrayList<>(sent.values()).forEach(this::back);
        isConfirmed = false;
        cluster.leader(partition, hinted);
        target = hinted != null && hinted != failed ? hinted : cluster.after(failed);
        if (hinted == null || hinted == failed || failuresInARow >= 2) {
            cluster.refreshSoon(failed);
            backOff();
        } else {
            failuresInARow++;
            resumeAtNanos = System.nanoTime();
        }
    }

    private void backOff() {
        failuresInARow++;
        resumeAtNanos = System.nanoTime() + Threads.backoffNanos(failuresInARow);
    }

    // ---- the end of a call

    private void expire(long now) {
        while (!byExpiry.isEmpty()) {
            Call<?> call = byExpiry.first();
            if (call.expiryNanos - now > 0) {
                return;
            }
            if (call.unanswered > 0 && call.expiryNanos == call.deadlineNanos) {
                byExpiry.remove(call);
                call.expiryNanos = call.deadlineNanos + GRACE_NANOS;
                byExpiry.add(call);
            } else {
                fail(call, timedOut(call));
            }
        }
    }

    private EventStoreException timedOut(Call<?> call) {
        if (call.mayHaveBeenExecuted()) {
            return Decoder.unknown(call, "no answer came within " + call.timeoutMs + " ms");
        }
        return call.isThrottled
                ? Decoder.throttled(call)
                : Decoder.unavailable(
                        call, call.ticket == null ? "opening a session: " + sessions.lastError() : lastTrouble);
    }

    private <T> void succeed(Call<T> call, Outcome outcome) {
        T result;
        try {
            result = call.decode.apply(outcome);
        } catch (EventStoreException e) {
            fail(call, e);
            return;
        }
        end(call);
        call.predecessors = List.of(); // answered, so all before it were
        if (call.ticket != null) {
            sessions.done(call.ticket);
        }
        threads.callbacks().execute(() -> call.future.complete(result));
    }

    private void fail(Call<?> call, EventStoreException failure) {
        end(call);
        if (call.ticket != null) {
            if (staysUnknown(call, failure)) {
                sessions.unknown(call.ticket);
            } else {
                sessions.done(call.ticket);
            }
        }
        threads.callbacks().execute(() -> call.future.completeExceptionally(failure));
    }

    /**
     * Whether the answer is still wanted. What refuses to send a request again, for other content say, tells nothing about the
     * request: its answer must not be given away for a mistake.
     */
    private static boolean staysUnknown(Call<?> call, EventStoreException failure) {
        boolean isRefusedAgain = call.kind == Call.Kind.AGAIN && !(failure instanceof EventStoreException.Aborted);
        return isRefusedAgain || failure instanceof EventStoreException.OutcomeUnknown;
    }

    private void end(Call<?> call) {
        admission.ended(call);
        ready.remove(call.ordinal);
        unsend(call);
        byExpiry.remove(call);
        call.isDone = true;
        call.predecessors = List.copyOf(call.openPredecessors());
        for (ByteString stream : call.streams) {
            // One that was given up before those ahead of it stays, to stand for them.
            if (call.predecessors.isEmpty() && latestOfStream.get(stream) == call) {
                latestOfStream.remove(stream);
            }
        }
        if (byExpiry.isEmpty()) {
            latestOfStream.clear();
        }
        onEnd.accept(call);
    }

    // ---- time

    private void setAlarm(long now) {
        long next = Long.MAX_VALUE; // nanoseconds from now
        if (!byExpiry.isEmpty()) {
            next = byExpiry.first().expiryNanos - now;
        }
        if (!sent.isEmpty()) {
            next = Math.min(next, heardAtNanos + silenceNanos() - now);
        }
        if (!ready.isEmpty() && resumeAtNanos - now > 0) {
            next = Math.min(next, resumeAtNanos - now);
        }
        if (next == Long.MAX_VALUE) {
            return;
        }
        long at = now + Math.max(next, 0);
        Future<?> set = alarm;
        if (set != null && alarmAtNanos - at <= 0) {
            return; // it rings early enough
        }
        if (set != null) {
            set.cancel(false);
        }
        alarmAtNanos = at;
        alarm = threads.after(Math.max(next, 0), () -> serial.execute(() -> alarm = null));
    }
}
