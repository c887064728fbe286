package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Expected;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.PartitionStateMachine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The packer of a leader: commands that have queued while an earlier entry was on its way go into one Raft entry, because
 * Raft's cost is per entry. A lone command leaves at once; no timer stands between a command and its proposal. While an entry
 * is on its way, another one leaves only if it is full, as Nagle's rule has it for TCP (RFC 896): on busy processors small
 * entries would otherwise take each other's time, and the fewer commands each of them carries, the longer all of them take.
 *
 * <p>Order: one thread proposes, so commands stand in the log in the order in which they were submitted. An entry may fail
 * while a later one is committed; {@link Command#getAfterList} is what keeps a pipeline of appends in order then.
 *
 * <p>An entry occupies one of {@value #MAX_IN_FLIGHT} places until Raft has finished with it, even when its callers have
 * gone: a leader that lost its majority falls silent after {@value #MAX_IN_FLIGHT} entries, notices, and steps down. If
 * expired callers freed their places, steady load would keep it from ever noticing.
 */
final class CommandBatcher implements AutoCloseable {
    /** An entry is full when it has got this far. */
    static final int TARGET_ENTRY_BYTES = 256 << 10;

    /** One command may be this large with its framing; a safe distance below Raft's limit for an entry. */
    static final int MAX_COMMAND_BYTES = 6 << 20;

    /** Entries proposed and not finished. */
    static final int MAX_IN_FLIGHT = 8;

    static final int MAX_QUEUED_COMMANDS = 16_384;
    static final long MAX_QUEUED_BYTES = 16 << 20;

    private static final String CLOSING = "the node is closing";

    private final RaftPort raft;
    private final LongSupplier clockMs;
    private final LongSupplier logTimeMs;
    private final Executor answers;
    private final Thread proposer;
    private final Parking parking;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final CommitHolds holds = new CommitHolds();
    private final List<CompletableFuture<Void>> fences = new ArrayList<>();
    private final Map<Long, PendingEntry> pending = new ConcurrentHashMap<>();
    private long queuedBytes;
    private int inFlight;
    private long lastId;
    private boolean closed;
    private volatile @Nullable NodeFailure refusal;

    /**
     * @param clockMs this node's clock, milliseconds since the epoch
     * @param logTimeMs the log time applied so far
     * @param answers runs what completes callers' futures, in order
     * @param died called if the proposing thread ends by a defect or for want of memory: nobody else would ever say so
     */
    CommandBatcher(
            RaftPort raft,
            LongSupplier clockMs,
            LongSupplier logTimeMs,
            Executor answers,
            Consumer<Throwable> died,
            String threadName) {
        this.raft = raft;
        this.clockMs = clockMs;
        this.logTimeMs = logTimeMs;
        this.answers = answers;
        this.parking = new Parking(this::again, answers, System::nanoTime);
        this.proposer = new Thread(() -> run(died), threadName);
        proposer.setDaemon(true);
    }

    void start() {
        proposer.start();
    }

    /** Queues a command; fails with a {@link NodeFailure} that says whether it may have been executed. */
    CompletableFuture<Outcome> submit(Command command, long timeoutMs) {
        return submit(Proposal.newBuilder().setCommand(command).build(), true, timeoutMs);
    }

    /** As {@link #submit(Command, long)}, a step; see {@link Parking} for how long it waits for a lock. */
    CompletableFuture<Outcome> submit(TransactionStep step, boolean isPatient, long timeoutMs) {
        return submit(Proposal.newBuilder().setStep(step).build(), isPatient, timeoutMs);
    }

    private CompletableFuture<Outcome> submit(Proposal asked, boolean isPatient, long timeoutMs) {
        Waiting waiting = new Waiting(asked, isPatient, timeoutMs, System.nanoTime());
        int bytes = waiting.bytes();
        if (bytes > MAX_COMMAND_BYTES) {
            return Failures.failed(new NodeFailure(
                    Error.Code.TOO_LARGE, "command of " + bytes + " bytes; the limit is " + MAX_COMMAND_BYTES, false));
        }
        RaftView view = raft.view();
        if (!view.leads()) {
            return Failures.failed(Failures.notLeader(view.leader()));
        }
        lock.lock();
        try {
            NodeFailure refused = refusal;
            if (refused != null) {
                return Failures.failed(refused);
            }
            if (parking.joins(waiting)) {
                return waiting.answer();
            }
            int commands = queue.size();
            // What ends a transaction ends what others wait for: refused with them, it would never be. Its drivers
            // bound it.
            boolean isLimited = asked.hasCommand() || asked.getStep().hasPrepare();
            if (isLimited && (commands >= MAX_QUEUED_COMMANDS || queuedBytes + bytes > MAX_QUEUED_BYTES)) {
                return Failures.failed(new NodeFailure(
                        Error.Code.THROTTLED,
                        commands + " commands of " + queuedBytes + " bytes are queued; the limits are "
                                + MAX_QUEUED_COMMANDS + " and " + MAX_QUEUED_BYTES,
                        false));
            }
            if (!holds.keeps(waiting)) {
                queue.add(waiting);
                queuedBytes += bytes;
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        return waiting.answer();
    }

    /** Queues what has waited for a lock. It was admitted when it came: no limit applies. */
    private void again(Waiting waiting) {
        lock.lock();
        try {
            NodeFailure refused = refusal;
            if (refused == null) {
                queue.add(waiting);
                queuedBytes += waiting.bytes();
                work.signal();
                return;
            }
            answers.execute(() -> waiting.answer().completeExceptionally(refused));
        } finally {
            lock.unlock();
        }
    }

    /** Keeps back from now on what {@link CommitHolds} does, also of what is queued. What was proposed goes on: see {@link #fence}. */
    CommitHolds.Hold hold(long untilNanos) {
        lock.lock();
        try {
            CommitHolds.Hold hold = holds.begin(untilNanos);
            queue.removeIf(waiting -> {
                boolean isKept = holds.keeps(waiting);
                queuedBytes -= isKept ? waiting.bytes() : 0;
                return isKept;
            });
            return hold;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a hold; false if it had ended before. */
    boolean endHold(CommitHolds.Hold hold) {
        lock.lock();
        try {
            boolean hasLasted = holds.end(hold);
            goOn();
            return hasLasted;
        } finally {
            lock.unlock();
        }
    }

    /** In front of what came later. */
    private void goOn() {
        List<Waiting> waiting = holds.goesOn();
        for (int i = waiting.size() - 1; i >= 0; i--) {
            queue.addFirst(waiting.get(i));
            queuedBytes += waiting.get(i).bytes();
        }
        work.signal();
    }

    /**
     * Proposes an entry, an empty one if nothing is queued. When it is applied, everything that was proposed here before is
     * applied, or never will be; fails with a {@link NodeFailure} if it may not be.
     */
    CompletableFuture<Void> fence() {
        CompletableFuture<Void> fence = new CompletableFuture<>();
        lock.lock();
        try {
            if (closed) {
                return Failures.failed(Failures.notReady(CLOSING));
            }
            fences.add(fence);
            work.signal();
        } finally {
            lock.unlock();
        }
        return fence;
    }

    /** Locks of these streams have gone. */
    void unlocked(List<StreamName> streams) {
        parking.unlocked(streams);
    }

    /** See {@link Parking#wakeUnlocked}. */
    void wakeUnlocked(UnaryOperator<Set<ByteString>> unlocked) {
        parking.wakeUnlocked(unlocked);
    }

    /** The entry as it was proposed, if it was by this batcher: spares its leader the parsing. */
    @Nullable
    LogEntry proposed(long entryId) {
        PendingEntry entry = pending.get(entryId);
        return entry == null ? null : entry.entry();
    }

    void appending(long entryId) {
        PendingEntry entry = pending.get(entryId);
        if (entry != null) {
            entry.markAppended();
        }
    }

    /** Hands out the outcomes of an entry that was applied; what has met a lock is left to the parking. */
    void applied(long entryId, List<Outcome> outcomes) {
        PendingEntry entry = pending.remove(entryId);
        if (entry == null) {
            return;
        }
        Set<Waiting> parked = new HashSet<>();
        for (int i = 0; i < Math.min(outcomes.size(), entry.commands().size()); i++) {
            if (parking.parks(entry.commands().get(i), outcomes.get(i))) {
                parked.add(entry.commands().get(i));
            }
        }
        answers.execute(() -> entry.complete(outcomes, parked));
    }

    /** Ends commands past their deadlines; called every few dozen milliseconds. */
    void expire(long nowNanos) {
        if (!pending.isEmpty()) {
            answers.execute(() -> pending.values().forEach(entry -> entry.expire(nowNanos)));
        }
        RaftView view = raft.view();
        List<Waiting> late = new ArrayList<>();
        lock.lock();
        try {
            holds.expire(nowNanos);
            if (!view.leads()) { // or they would wait, to be told after all that another node leads
                holds.endAll();
            }
            goOn();
            holds.removeIf(waiting -> waiting.isPast(nowNanos) && late.add(waiting));
            queue.removeIf(waiting -> {
                boolean isLate = waiting.isPast(nowNanos);
                if (isLate) {
                    late.add(waiting);
                    queuedBytes -= waiting.bytes();
                }
                return isLate;
            });
        } finally {
            lock.unlock();
        }
        if (!late.isEmpty()) {
            answers.execute(() -> late.forEach(CommandBatcher::tooLate));
        }
        if (parking.size() > 0 && !view.leads()) {
            parking.refuseWaiting(Failures.notLeader(view.leader()));
        }
        parking.expire();
    }

    /** Refuses new commands with this failure, or takes them again if it is null. Changes nothing once this is closed. */
    void refuse(@Nullable NodeFailure failure) {
        lock.lock();
        try {
            if (!closed) {
                refusal = failure;
                parking.refuse(failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Fails what waits, each with the truth about itself, and ends the thread. Idempotent. */
    @Override
    public void close() {
        NodeFailure closing = Failures.notReady(CLOSING);
        List<Waiting> queued;
        List<CompletableFuture<Void>> unproposed;
        lock.lock();
        try {
            closed = true;
            refusal = closing;
            queued = new ArrayList<>(queue);
            queued.addAll(holds.takeAll());
            queue.clear();
            queuedBytes = 0;
            unproposed = List.copyOf(fences);
            fences.clear();
            work.signalAll();
            parking.refuse(closing);
        } finally {
            lock.unlock();
        }
        queued.forEach(waiting -> waiting.answer().completeExceptionally(closing));
        unproposed.forEach(fence -> fence.completeExceptionally(closing));
        pending.values().forEach(entry -> entry.abandon(closing));
        pending.clear();
    }

    /** Waits for the thread; true if it has ended. */
    boolean join(long timeoutMs) throws InterruptedException {
        proposer.join(timeoutMs);
        return !proposer.isAlive();
    }

    private void run(Consumer<Throwable> died) {
        try {
            proposeAll();
        } catch (Throwable t) {
            died.accept(t);
        }
    }

    private void proposeAll() {
        List<Waiting> commands = new ArrayList<>();
        List<CompletableFuture<Void>> fenced = new ArrayList<>();
        while (take(commands, fenced)) {
            List<Waiting> inTime = new ArrayList<>(commands.size());
            long now = System.nanoTime();
            for (Waiting waiting : commands) {
                if (waiting.isPast(now)) {
                    answers.execute(() -> tooLate(waiting));
                } else if (!waiting.answer().isDone()) { // a Prepare whose driver has gone would lock for nobody
                    inTime.add(waiting);
                }
            }
            if (inTime.isEmpty() && fenced.isEmpty()) {
                release();
            } else {
                propose(inTime, List.copyOf(fenced), now);
            }
            commands.clear();
            fenced.clear();
        }
    }

    /** Waits for commands and a place; false when closed. A place is taken on return. */
    private boolean take(List<Waiting> into, List<CompletableFuture<Void>> fenced) {
        lock.lock();
        try {
            while (!closed && !mayLeave()) {
                work.awaitUninterruptibly();
            }
            if (closed) {
                return false;
            }
            int bytes = 0;
            Waiting next = queue.peek();
            while (next != null && (into.isEmpty() || bytes + next.bytes() <= TARGET_ENTRY_BYTES)) {
                queue.remove();
                bytes += next.bytes();
                into.add(next);
                next = queue.peek();
            }
            queuedBytes -= bytes;
            fenced.addAll(fences);
            fences.clear();
            inFlight++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A fence does not wait until something is full: somebody waits for it who keeps others waiting. */
    private boolean mayLeave() {
        boolean isDue = inFlight == 0 ? !queue.isEmpty() : queuedBytes >= TARGET_ENTRY_BYTES;
        return inFlight < MAX_IN_FLIGHT && (isDue || !fences.isEmpty());
    }

    private void propose(List<Waiting> commands, List<CompletableFuture<Void>> fenced, long nowNanos) {
        long stampMs = Math.max(clockMs.getAsLong(), logTimeMs.getAsLong());
        LogEntry.Builder builder = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(stampMs);
        for (Waiting waiting : commands) {
            Proposal.Builder proposal = waiting.asked().toBuilder();
            if (proposal.hasCommand()) { // steps may be applied at any time
                proposal.setDeadlineMs(stampMs + TimeUnit.NANOSECONDS.toMillis(waiting.deadlineNanos() - nowNanos));
            }
            if (FaultPoint.isMutant("condition-of-first-only")
                    && builder.getProposalsCount() > 0
                    && proposal.getCommand().hasAppend()) {
                proposal.getCommandBuilder()
                        .getAppendBuilder()
                        .getExpectedBuilder()
                        .setKind(Expected.Kind.ANY);
            }
            builder.addProposals(proposal);
        }
        PendingEntry entry = new PendingEntry(++lastId, builder.build(), commands, fenced);
        pending.put(entry.id(), entry);
        try {
            var unused = raft.propose(entry.id(), entry.entry().toByteArray()).whenComplete((done, failure) -> {
                release();
                if (failure != null) {
                    failed(entry, Failures.of(failure));
                } else if (pending.containsKey(entry.id())) { // the applier has closed and left it for the next open
                    failed(entry, Failures.notReady(CLOSING));
                }
            });
        } catch (RuntimeException e) {
            release();
            failed(entry, Failures.internal("cannot propose", e, true));
        }
    }

    private void failed(PendingEntry entry, NodeFailure failure) {
        pending.remove(entry.id());
        answers.execute(() -> entry.fail(failure));
    }

    private void release() {
        lock.lock();
        try {
            inFlight--;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private static void tooLate(Waiting waiting) {
        waiting.answer()
                .completeExceptionally(Failures.deadline("the deadline passed before the command was proposed"));
    }
}
