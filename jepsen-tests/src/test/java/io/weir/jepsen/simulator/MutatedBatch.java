package io.weir.jepsen.simulator;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.Lock;
import io.weir.logstore.LockVisitor;
import io.weir.logstore.PartitionState;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Append;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Requirement;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionRecord.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the state machine of production sees of its store, and does to it, with a mistake on the way. */
final class MutatedBatch extends ForwardingBatch {
    private final Mutant mutant;
    private final int partition;
    private final boolean forgets;
    private final boolean isBlind;

    MutatedBatch(WriteBatch batch, Mutant mutant, int partition, LogEntry entry) {
        super(batch);
        this.mutant = mutant;
        this.partition = partition;
        this.isBlind = (mutant == Mutant.COMMANDS_IGNORE_LOCKS
                        && entry.getProposalsList().stream().allMatch(Proposal::hasCommand))
                || (mutant == Mutant.PREPARES_IGNORE_LOCKS
                        && entry.getProposalsList().stream().allMatch(Proposal::hasStep));
        this.forgets = entry.getProposalsList().stream()
                .anyMatch(proposal -> proposal.getStep().hasForget());
    }

    @Override
    public @Nullable SessionRow session(SessionId id) {
        SessionRow row = super.session(id);
        return row == null || mutant != Mutant.LOW_WATER_MARK_IGNORED
                ? row
                : new SessionRow(0, row.lastUseMs(), row.answers());
    }

    @Override
    public byte @Nullable [] transaction(TransactionKey id) {
        byte[] kept = super.transaction(id);
        if (kept == null || mutant != Mutant.LAST_DECISION_WINS || forgets) {
            return kept;
        }
        TransactionRecord record = parse(kept);
        return record.getState() == State.STAGED || !record.hasDecision()
                ? kept
                : record.toBuilder().clearDecision().build().toByteArray();
    }

    @Override
    public void putTransaction(TransactionKey id, byte[] kept) {
        State state = parse(kept).getState();
        boolean isHome = id.home() == partition;
        boolean isLost = !isHome
                && ((mutant == Mutant.VOTE_NOT_KEPT && state == State.COMMITTED)
                        || (mutant == Mutant.MARK_NOT_KEPT && state == State.ABORTED));
        if (isLost) {
            removeTransaction(id);
        } else {
            super.putTransaction(id, kept);
        }
    }

    @Override
    public boolean hasLocks() {
        return !isBlind && super.hasLocks();
    }

    @Override
    public void visitLocks(StreamKey stream, LockVisitor visitor) {
        super.visitLocks(
                stream,
                lock -> visitor.onLock(
                        mutant == Mutant.CONDITIONS_IGNORE_LOCKS
                                ? new Lock(lock.stream(), lock.holder(), false)
                                : lock));
    }

    @Override
    public void putLock(Lock lock) {
        if (lock.exclusive() || mutant != Mutant.NO_SHARED_LOCKS) {
            super.putLock(lock);
        }
    }

    /** The end of an entry. */
    @Override
    public void setState(PartitionState state) {
        if (mutant == Mutant.DECISION_GOES_AT_EXPIRY || mutant == Mutant.STAGED_GOES_AT_EXPIRY) {
            for (TransactionKey key : expired(state.logTimeMs())) {
                byte[] kept = super.transaction(key);
                if (kept != null) {
                    dropAtExpiry(key, parse(kept));
                }
            }
        }
        super.setState(state);
    }

    private List<TransactionKey> expired(long logTimeMs) {
        List<TransactionKey> expired = new ArrayList<>();
        TransactionKey key = nextTransaction(null);
        while (key != null && key.expiryMs() < logTimeMs) {
            expired.add(key);
            key = nextTransaction(key);
        }
        return expired;
    }

    private void dropAtExpiry(TransactionKey key, TransactionRecord record) {
        if (mutant == Mutant.DECISION_GOES_AT_EXPIRY && record.hasDecision()) {
            removeStaged(key);
            removeTransaction(key);
        }
        if (mutant == Mutant.STAGED_GOES_AT_EXPIRY && record.getState() == State.STAGED) {
            Prepare prepare = Staged.prepare(this, key);
            for (Append append : prepare.getAppendsList()) {
                removeLock(World.key(append.getStream()), key);
            }
            for (Requirement requirement : prepare.getRequirementsList()) {
                removeLock(World.key(requirement.getStream()), key);
            }
            removeStaged(key);
            putTransaction(
                    key, record.toBuilder().setState(State.ABORTED).build().toByteArray());
        }
    }

    private static TransactionRecord parse(byte[] kept) {
        try {
            return TransactionRecord.parseFrom(kept);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what is kept is no record", e);
        }
    }
}
