package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.Digest;
import io.weir.logstore.Lock;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StateView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Command;
import io.weir.protocol.Decided;
import io.weir.protocol.Limits;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionStep;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The deterministic state machine of one partition: applies log entries in the order of their indexes to a write batch.
 * Replicas that apply the same entries hold the same state, whatever they make of batches and restarts, because
 * everything that a decision depends on is in the entry or in the batch.
 *
 * <p>Nothing is kept here between two calls: after a batch was dropped, the same entries may be applied to another one.
 *
 * <p>One thread at a time. A {@link StoreException} passes through untouched; the batch must then be dropped.
 */
public final class PartitionStateMachine {
    /** The only {@link LogEntry#getFormat() format} of log entries. What is refused, too, is part of the format. */
    public static final int LOG_ENTRY_FORMAT = 3;

    /** An upper bound of what a violation takes in a stored answer beside its stream's name. */
    private static final int MAX_VIOLATION_BYTES = 64;

    static {
        long largestAnswer = CommandHash.FINGERPRINT_BYTES
                + Limits.MAX_TRANSACTION_BYTES
                + (long) MAX_VIOLATION_BYTES * Limits.MAX_STREAMS_PER_TRANSACTION;
        if (largestAnswer > LogStore.MAX_ANSWER_BYTES
                || Limits.MAX_EVENT_BYTES > LogStore.MAX_EVENT_BYTES
                || Limits.MAX_STREAM_NAME_BYTES > StreamKey.MAX_NAME_BYTES
                || Limits.SLOTS != StreamKey.SLOTS) {
            throw new AssertionError("a command within its limits would not fit the store");
        }
    }

    /** Stored under the id of the request that it fences off. */
    private static final Effects FENCED = new Effects(
            Outcome.newBuilder()
                    .setRefusal(Refusal.newBuilder()
                            .setReason(Refusal.Reason.FENCED)
                            .setDetail("it had not been executed when its status was asked, and never will be"))
                    .build(),
            List.of());

    private final CommandHash hash = new CommandHash();
    private final DigestMarks marks = new DigestMarks();

    /**
     * What became of an entry.
     *
     * @param outcomes one for each proposal, in their order
     * @param written the streams that got events, without duplicates, in the order of their first event
     * @param unlocked the streams of which a transaction over several partitions gave up a lock, likewise
     * @param decided what this entry decided about such transactions, as their home
     * @param marked this replica's digest after the entry, if the entry is a mark
     * @param verdict what follows from the reports in the entry, if it has any that can be judged here
     */
    public record Applied(
            List<Outcome> outcomes,
            List<StreamName> written,
            List<StreamName> unlocked,
            List<Decided> decided,
            @Nullable Digest marked,
            @Nullable DigestVerdict verdict) {
        public Applied {
            outcomes = List.copyOf(outcomes);
            written = List.copyOf(written);
            unlocked = List.copyOf(unlocked);
            decided = List.copyOf(decided);
        }
    }

    /**
     * Decides every proposal of an entry, in order, and writes the effects into the batch, together with the state that
     * follows. No command, however malformed, makes it throw.
     *
     * @param term Raft term of the entry
     * @param index Raft index of the entry, above all that were applied or skipped
     * @throws UnsupportedFormatException if the entry is of an unknown format; nothing was written
     * @throws IllegalStateException if the entry was applied before; nothing was written
     */
    public Applied apply(long term, long index, LogEntry entry, WriteBatch batch) {
        PartitionState before = batch.state();
        requireNext(before, term, index);
        if (entry.getFormat() != LOG_ENTRY_FORMAT) {
            throw new UnsupportedFormatException(term, index, entry.getFormat());
        }
        EntryRun run = new EntryRun(before, index, entry.getStampMs(), batch);
        List<Outcome> outcomes = new ArrayList<>(entry.getProposalsCount());
        hash.begin(before.digest(), term, index, entry);
        for (Proposal proposal : entry.getProposalsList()) {
            outcomes.add(proposal.hasStep() ? take(run, proposal.getStep()) : decide(run, proposal));
        }
        new Sweep(batch, run.sessions, run.transactions, run.logTimeMs, entry.getProposalsCount())
                .run(before.logTimeMs());
        run.sessions.flush();
        batch.setState(new PartitionState(term, index, run.nextPosition, run.nextStreamId, run.logTimeMs, hash.end()));
        Digest marked = entry.getDigestMark() ? marks.mark(index, batch) : null;
        DigestVerdict verdict = entry.hasDigestReports() ? marks.conclude(entry.getDigestReports(), batch) : null;
        return new Applied(
                outcomes,
                List.copyOf(run.written),
                run.transactions.unlocked(),
                run.transactions.decided(),
                marked,
                verdict);
    }

    private Outcome decide(EntryRun run, Proposal proposal) {
        byte[] fingerprint = hash.fingerprint(proposal.getCommand());
        Outcome outcome = run.decide(proposal, fingerprint);
        hash.add(proposal, fingerprint, outcome);
        return outcome;
    }

    private Outcome take(EntryRun run, TransactionStep step) {
        byte[] fingerprint = hash.fingerprint(step);
        Outcome outcome = run.take(step, fingerprint);
        hash.add(step, fingerprint, outcome);
        return outcome;
    }

    /**
     * Passes over a Raft entry that holds no commands (a configuration, a leader's first entry): only the applied term and
     * index advance.
     *
     * @throws IllegalStateException if the entry was applied or skipped before; nothing was written
     */
    public void skip(long term, long index, WriteBatch batch) {
        PartitionState before = batch.state();
        requireNext(before, term, index);
        batch.setState(new PartitionState(
                term, index, before.nextPosition(), before.nextStreamId(), before.logTimeMs(), before.digest()));
    }

    /** An entry applied twice would be invisible in the outcomes, thanks to the sessions, and yet split the digests. */
    private static void requireNext(PartitionState before, long term, long index) {
        if (index <= before.appliedIndex() || term < before.appliedTerm()) {
            throw new IllegalStateException("entry (term " + term + ", index " + index + ") does not follow (term "
                    + before.appliedTerm() + ", index " + before.appliedIndex() + ")");
        }
    }

    /** The running values while one entry is applied. */
    private static final class EntryRun {
        private final WriteBatch batch;
        private final long logTimeMs;
        private final SessionTable sessions;
        private final TransactionTable transactions;
        private final Set<StreamName> written = new LinkedHashSet<>();
        private long nextPosition;
        private long nextStreamId;

        EntryRun(PartitionState before, long index, long stampMs, WriteBatch batch) {
            this.batch = batch;
            this.logTimeMs = logTime(before.logTimeMs(), stampMs);
            this.sessions = new SessionTable(batch, logTimeMs, stampMs);
            this.nextPosition = before.nextPosition();
            this.nextStreamId = before.nextStreamId();
            this.transactions = new TransactionTable(batch, sessions, this::append, index, logTimeMs);
        }

        /** A stamp that no session id could carry is damage, not time: were it believed, all sessions would end at once. */
        private static long logTime(long previousMs, long stampMs) {
            return stampMs > SessionIds.MAX_STAMP_MS ? previousMs : Math.max(previousMs, stampMs);
        }

        Outcome decide(Proposal proposal, byte[] fingerprint) {
            Command command = proposal.getCommand();
            Refusal malformed = CommandCheck.check(command);
            if (malformed != null) {
                return refused(malformed);
            }
            SessionTable.Admission admission =
                    sessions.admit(command, proposal.getDeadlineMs(), fingerprint, () -> inTheWay(command));
            if (admission instanceof SessionTable.Refused refused) {
                return refused(refused.refusal());
            } else if (admission instanceof SessionTable.Answered answered) {
                return answered.outcome();
            } else if (admission instanceof SessionTable.Held held) {
                return Outcome.newBuilder().setLocked(Locks.locked(held.lock())).build();
            } else if (admission instanceof SessionTable.Admitted admitted) {
                Effects effects = execute(batch, nextPosition, command);
                effects.runs().forEach(this::write);
                sessions.store(admitted, fingerprint, effects.outcome());
                return effects.outcome();
            }
            throw new AssertionError("a fifth kind of admission: " + admission);
        }

        private @Nullable Lock inTheWay(Command command) {
            return switch (command.getOperationCase()) {
                case APPEND -> Locks.inTheWay(batch, null, List.of(command.getAppend()), List.of());
                case TRANSACT ->
                    Locks.inTheWay(
                            batch,
                            null,
                            command.getTransact().getAppendsList(),
                            command.getTransact().getRequirementsList());
                case FENCE, DISTRIBUTED, OPERATION_NOT_SET -> null;
            };
        }

        Outcome take(TransactionStep step, byte[] fingerprint) {
            Refusal malformed = StepCheck.check(step);
            if (malformed != null) {
                return refused(malformed);
            }
            TransactionKey key = TransactionKeys.key(step.getId());
            return switch (step.getStepCase()) {
                case PREPARE -> transactions.prepare(key, step.getPrepare(), fingerprint);
                case DECIDE -> transactions.decide(key, step.getDecide());
                case RESOLVE -> transactions.resolve(key, step.getResolve().getCommit());
                case FORGET -> transactions.forget(key);
                case STEP_NOT_SET -> throw new AssertionError("checked before: there is a step");
            };
        }

        /** Behind the end of the stream, wherever that is by now. */
        private void append(StreamName stream, StreamKey key, List<ByteString> events) {
            StreamHead head = batch.head(key);
            write(new Effects.Run(
                    stream, key, head == null, head == null ? 0 : head.lastRevision() + 1, nextPosition, events));
        }

        private static Effects execute(StateView state, long nextPosition, Command command) {
            return switch (command.getOperationCase()) {
                case APPEND -> AppendHandler.decide(state, nextPosition, command.getAppend());
                case TRANSACT -> TransactHandler.decide(state, nextPosition, command.getTransact());
                case FENCE -> FENCED;
                case DISTRIBUTED, OPERATION_NOT_SET ->
                    throw new AssertionError("checked before: the command has an operation");
            };
        }

        private void write(Effects.Run run) {
            if (run.creates()) {
                batch.createStream(run.key(), nextStreamId++);
            }
            List<ByteBuffer> events = new ArrayList<>(run.events().size());
            for (ByteString event : run.events()) {
                events.add(event.asReadOnlyByteBuffer());
            }
            batch.append(run.key(), run.firstRevision(), run.firstPosition(), logTimeMs, events);
            nextPosition += run.events().size();
            written.add(run.stream());
        }

        private static Outcome refused(Refusal refusal) {
            return Outcome.newBuilder().setRefusal(refusal).build();
        }
    }
}
