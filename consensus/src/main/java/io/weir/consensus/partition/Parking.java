package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.Error;
import io.weir.protocol.Locked;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.protocol.Voted;
import io.weir.statemachine.TransactionKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a leader lets wait what has met a lock, in a queue of the locked stream, in the order in which they came to the leader. When a lock of the
 * stream goes, commands at the head of its queue are proposed again, and one {@code Prepare} with them: it will hold the
 * stream, and those behind it wait on.
 *
 * <p>A {@code Prepare} may wait for as long as its caller if no other part of its transaction is staged or being prepared; if it is
 * older than the holder, for {@value #OLDER_MS} ms; else for {@value #GRACE_MS} ms: most holders are decided already, and go at
 * once. So nobody waits in a circle for longer than that.
 *
 * <p>While a queue is not empty, its stream is locked, or one that was woken from it is on its way, or {@link #wakeUnlocked} finds
 * that neither is so. Thread-safe.
 */
public final class Parking {
    /** How long a {@code Prepare} waits for an older transaction while others may wait for its own. */
    static final long GRACE_MS = 20;

    /** Who waits has room of its own: commands of other streams must not be throttled because a transaction is stuck. */
    static final int MAX_WAITING = 16_384;

    static final long MAX_BYTES = 16 << 20;

    /**
     * How long it waits for a younger one. Its other parts may be staged meanwhile; were it longer, the care of their partitions
     * would take it for abandoned, and end it.
     */
    static final long OLDER_MS = 2_000;

    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(GRACE_MS);
    private static final long OLDER_NANOS = TimeUnit.MILLISECONDS.toNanos(OLDER_MS);

    /** One that waits, or is on its way again. */
    private static final class Parked {
        final Waiting waiting;
        final long sinceNanos;
        /** The queue in which it stands, or from which it was woken. */
        ByteString stream;

        boolean isWoken;

        Parked(Waiting waiting, ByteString stream, long sinceNanos) {
            this.waiting = waiting;
            this.stream = stream;
            this.sinceNanos = sinceNanos;
        }

        long untilNanos(Locked lock) {
            if (waiting.isPatient()) {
                return waiting.deadlineNanos();
            }
            TransactionKey holder = TransactionKeys.key(lock.getHolder());
            long untilNanos = sinceNanos + (waiting.isOlderThan(holder) ? OLDER_NANOS : GRACE_NANOS);
            return untilNanos - waiting.deadlineNanos() < 0 ? untilNanos : waiting.deadlineNanos();
        }
    }

    /** Those who wait for a stream. */
    private static final class Queue {
        /** In the order in which they came to the leader, whenever they met the lock, and however often. */
        final NavigableMap<Long, Parked> byTicket = new TreeMap<>();
        /** Who holds the stream now: whoever it was when one came, he may have waited for somebody else since. */
        Locked lock;

        Queue(Locked lock) {
            this.lock = lock;
        }
    }

    private final Consumer<Waiting> propose;
    private final Executor answers;
    private final LongSupplier nanoTime;
    private final Map<ByteString, Queue> queues = new LinkedHashMap<>();
    private final Map<Waiting, Parked> parked = new LinkedHashMap<>();
    private long tickets;
    private long bytes;
    private @Nullable NodeFailure refusal;

    /**
     * Nobody waits yet.
     *
     * @param propose puts one back into the queue of what is to be proposed; may be called from any thread
     * @param answers runs what completes callers' futures
     */
    public Parking(Consumer<Waiting> propose, Executor answers, LongSupplier nanoTime) {
        this.propose = propose;
        this.answers = answers;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes care of one that names a stream for which others wait already: it must not overtake them, and waits behind them; or,
     * if too many wait, it is told so. False: it need not wait.
     */
    public boolean joins(Waiting waiting) {
        NodeFailure full = null;
        synchronized (this) {
            takeTicket(waiting);
            if (queues.isEmpty()
                    || refusal != null
                    || !(waiting.isPrepare() || waiting.asked().hasCommand())) {
                return false;
            }
            Queue queue = null;
            for (ByteString stream : waiting.streams()) {
                queue = queues.get(stream);
                if (queue != null) {
                    full = full(waiting);
                    if (full == null) {
                        add(queue, new Parked(waiting, stream, nanoTime.getAsLong()));
                    }
                    break;
                }
            }
            if (queue == null) {
                return false;
            }
        }
        NodeFailure refused = full;
        if (refused != null) {
            answers.execute(() -> waiting.answer().completeExceptionally(refused));
        } else {
            watch(waiting);
        }
        return true;
    }

    /** Why one that does not wait yet has no room here, or null if it has. */
    private @Nullable NodeFailure full(Waiting waiting) {
        boolean isFull = parked.size() >= MAX_WAITING || bytes + waiting.bytes() > MAX_BYTES;
        return isFull && !parked.containsKey(waiting)
                ? new NodeFailure(
                        Error.Code.THROTTLED,
                        parked.size() + " commands of " + bytes
                                + " bytes wait for streams that are held by transactions"
                                + " over several partitions; the limits are " + MAX_WAITING + " and " + MAX_BYTES,
                        false)
                : null;
    }

    /**
     * Takes care of one whose outcome says that it has met a lock: it waits, or, if it may not wait any longer, is told so. False
     * if it has another outcome.
     */
    public boolean parks(Waiting waiting, Outcome outcome) {
        Locked lock = lock(outcome);
        if (lock == null) {
            return false;
        }
        boolean isNew;
        Runnable end;
        List<Waiting> woken = new ArrayList<>();
        synchronized (this) {
            if (waiting.answer().isDone()) {
                return true; // its caller has gone, and who it was in the way of was told by that
            }
            Parked known = parked.get(waiting);
            isNew = known == null;
            takeTicket(waiting);
            Parked one = known == null ? new Parked(waiting, lock.getStream(), nanoTime.getAsLong()) : known;
            hold(lock);
            end = end(one, lock);
            if (end == null) {
                ByteString before = one.stream;
                one.stream = lock.getStream();
                one.isWoken = false;
                add(queues.computeIfAbsent(one.stream, stream -> new Queue(lock)), one);
                if (!before.equals(one.stream)) {
                    wake(before, woken);
                }
            }
        }
        if (end != null) {
            answers.execute(end);
        } else if (isNew) {
            watch(waiting);
        }
        woken.forEach(propose);
        return true;
    }

    /** What tells one that it may not wait, or null if it may. */
    private @Nullable Runnable end(Parked one, Locked lock) {
        Waiting waiting = one.waiting;
        NodeFailure refused = refusal != null ? refusal : full(waiting);
        if (refused != null) {
            return () -> waiting.answer().completeExceptionally(refused);
        }
        return one.untilNanos(lock) - nanoTime.getAsLong() <= 0 ? () -> giveUp(waiting, lock) : null;
    }

    private void takeTicket(Waiting waiting) {
        if (waiting.ticket == 0) {
            waiting.ticket = ++tickets;
        }
    }

    private static @Nullable Locked lock(Outcome outcome) {
        Voted voted = outcome.getVoted();
        if (voted.hasLocked()) {
            return voted.getLocked();
        }
        return outcome.hasLocked() ? outcome.getLocked() : null;
    }

    /** It is known who holds a stream: all who wait for it wait for that one. */
    private void hold(Locked lock) {
        Queue queue = queues.get(lock.getStream());
        if (queue != null) {
            queue.lock = lock;
        }
    }

    private void add(Queue queue, Parked one) {
        queue.byTicket.put(one.waiting.ticket, one);
        if (parked.put(one.waiting, one) == null) {
            bytes += one.waiting.bytes();
        }
    }

    /** Whatever becomes of it, those behind it must hear. */
    private void watch(Waiting waiting) {
        var unused = waiting.answer().whenComplete((outcome, failure) -> ended(waiting, outcome));
    }

    private void ended(Waiting waiting, @Nullable Outcome outcome) {
        List<Waiting> woken = new ArrayList<>();
        synchronized (this) {
            Parked one = forget(waiting);
            if (one == null) {
                return;
            }
            if (!one.isWoken) {
                leave(one);
            }
            boolean isYes = outcome != null && outcome.getVoted().hasYes();
            if (isYes) {
                waiting.locks().forEach(this::hold);
            }
            if (one.isWoken && !(isYes && waiting.wouldHold(one.stream))) {
                wake(one.stream, woken);
            }
        }
        woken.forEach(propose);
    }

    private @Nullable Parked forget(Waiting waiting) {
        Parked one = parked.remove(waiting);
        bytes -= one == null ? 0 : waiting.bytes();
        return one;
    }

    private void leave(Parked one) {
        Queue queue = queues.get(one.stream);
        if (queue != null && queue.byTicket.remove(one.waiting.ticket) != null && queue.byTicket.isEmpty()) {
            queues.remove(one.stream);
        }
    }

    /** Locks of these streams have gone. */
    public void unlocked(Collection<StreamName> streams) {
        if (streams.isEmpty()) {
            return;
        }
        List<Waiting> woken = new ArrayList<>();
        synchronized (this) {
            if (!queues.isEmpty()) {
                streams.forEach(stream -> wake(stream.utf8(), woken));
            }
        }
        woken.forEach(propose);
    }

    /** Takes the head of a queue: commands, which hold nothing afterwards, and one that will. */
    private void wake(ByteString stream, List<Waiting> woken) {
        Queue queue = queues.get(stream);
        if (queue == null) {
            return;
        }
        Map.Entry<Long, Parked> next = queue.byTicket.firstEntry();
        while (next != null) {
            queue.byTicket.remove(next.getKey());
            next.getValue().isWoken = true;
            Waiting waiting = next.getValue().waiting;
            woken.add(waiting);
            next = waiting.isPrepare() ? null : queue.byTicket.firstEntry();
        }
        if (queue.byTicket.isEmpty()) {
            queues.remove(stream);
        }
    }

    /** Answers those that have waited long enough. To be called often. */
    public void expire() {
        long now = nanoTime.getAsLong();
        Map<Waiting, Locked> late = new LinkedHashMap<>();
        synchronized (this) {
            for (Queue queue : queues.values()) {
                for (Parked one : queue.byTicket.values()) {
                    if (one.untilNanos(queue.lock) - now <= 0) {
                        late.put(one.waiting, queue.lock);
                    }
                }
            }
        }
        late.forEach((waiting, lock) -> answers.execute(() -> giveUp(waiting, lock)));
    }

    /**
     * Wakes the head of every queue whose stream is not locked, if none of it is on its way. Nobody tells of a lock that was gone
     * before an answer said that it had been taken: a {@code Prepare} that is sent again is answered with the YES of the first,
     * even if its transaction has ended since. Without this, those behind it would wait for each other, and so would all
     * who come. To be called often.
     *
     * @param unlocked keeps those of some streams that are not locked, in what is applied now; asked only if somebody waits
     */
    public void wakeUnlocked(UnaryOperator<Set<ByteString>> unlocked) {
        Set<ByteString> streams;
        synchronized (this) {
            if (queues.isEmpty()) {
                return;
            }
            streams = new LinkedHashSet<>(queues.keySet());
            for (Parked one : parked.values()) {
                if (one.isWoken) {
                    streams.remove(one.stream);
                }
            }
        }
        if (streams.isEmpty()) {
            return;
        }
        Set<ByteString> free = unlocked.apply(streams);
        List<Waiting> woken = new ArrayList<>();
        synchronized (this) {
            free.forEach(stream -> wake(stream, woken));
        }
        woken.forEach(propose);
    }

    private static void giveUp(Waiting waiting, Locked lock) {
        if (waiting.isPrepare()) {
            waiting.answer()
                    .complete(Outcome.newBuilder()
                            .setVoted(Voted.newBuilder().setLocked(lock))
                            .build());
        } else {
            waiting.answer()
                    .completeExceptionally(
                            Failures.deadline(
                                    "stream \"" + lock.getStream().toStringUtf8()
                                            + "\" was held by a transaction over several partitions until the deadline passed"));
        }
    }

    /** Refuses all who wait, and all who come, with this failure; or, if it is null, lets wait again. */
    public void refuse(@Nullable NodeFailure failure) {
        synchronized (this) {
            refusal = failure;
        }
        if (failure != null) {
            refuseWaiting(failure);
        }
    }

    /** Refuses all who wait; who comes afterwards may wait. */
    void refuseWaiting(NodeFailure failure) {
        List<Waiting> refused = new ArrayList<>();
        synchronized (this) {
            for (Parked one : List.copyOf(parked.values())) {
                if (!one.isWoken) { // and never will be: it must not be proposed while it is being told that it is not
                    leave(one);
                    forget(one.waiting);
                    refused.add(one.waiting);
                }
            }
        }
        answers.execute(() -> refused.forEach(waiting -> waiting.answer().completeExceptionally(failure)));
    }

    /** How many wait, or are on their way again. */
    public synchronized int size() {
        return parked.size();
    }
}
