package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.Digest;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decided;
import io.weir.protocol.Expected;
import io.weir.protocol.Locked;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Prepare;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import io.weir.protocol.Transact;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Violation;
import io.weir.protocol.Voted;
import java.util.List;

/**
 * The two hashes of a partition: the fingerprint of what one command asks, which tells a repeated request from a reused
 * id, and the rolling digest over everything that was applied.
 *
 * <p>Both are fed field by field with every length in front ({@link FieldHash}): protobuf does not promise that two versions
 * serialise alike. The event bytes are hashed once, for the fingerprint; the digest takes the fingerprint.
 *
 * <p>Not for several threads. Holds nothing between entries, nor after one that was broken off by an exception.
 */
final class CommandHash {
    /** Bytes of a fingerprint. */
    static final int FINGERPRINT_BYTES = FieldHash.BYTES;

    private final FieldHash content = new FieldHash();
    private final FieldHash rolling = new FieldHash();

    /**
     * What the command asks for. Its deadline, {@code low_water_mark} and {@code after} are left out: they differ when the
     * same request is sent again.
     */
    byte[] fingerprint(Command command) {
        content.begin();
        content.number(command.getOperationCase().getNumber());
        switch (command.getOperationCase()) {
            case APPEND -> append(command.getAppend());
            case TRANSACT -> {
                Transact transact = command.getTransact();
                content(transact.getAppendsList(), transact.getRequirementsList());
            }
            case FENCE, DISTRIBUTED, OPERATION_NOT_SET -> {}
        }
        return content.finish();
    }

    /** What a step asks for, but for whose it is: the id stands beside it. */
    byte[] fingerprint(TransactionStep step) {
        content.begin();
        content.number(step.getStepCase().getNumber());
        switch (step.getStepCase()) {
            case PREPARE -> {
                Prepare prepare = step.getPrepare();
                participants(content, prepare.getParticipantsList());
                content(prepare.getAppendsList(), prepare.getRequirementsList());
            }
            case DECIDE -> {
                participants(content, step.getDecide().getParticipantsList());
                committed(content, step.getDecide().getCommit());
                aborted(content, step.getDecide().getAbort());
            }
            case RESOLVE -> content.number(step.getResolve().getCommit() ? 1 : 0);
            case FORGET, STEP_NOT_SET -> {}
        }
        return content.finish();
    }

    private static void participants(FieldHash hash, List<Integer> participants) {
        hash.number(participants.size());
        participants.forEach(hash::number);
    }

    private static void committed(FieldHash hash, CommittedTransaction committed) {
        hash.number(committed.getAppendsCount());
        for (PartAppended append : committed.getAppendsList()) {
            hash.number(append.getPartition());
            hash.number(append.getFirstRevision());
            hash.number(append.getCount());
        }
        hash.number(committed.getPartsCount());
        for (PreparedPart part : committed.getPartsList()) {
            hash.number(part.getPartition());
            hash.number(part.getIndex());
        }
    }

    private static void aborted(FieldHash hash, AbortedTransaction aborted) {
        hash.number(aborted.getReasonValue());
        hash.number(aborted.hasContended() ? 1L + aborted.getContended() : 0);
        hash.number(aborted.getLogTimeMs());
        violations(hash, aborted.getViolationsList());
    }

    private static void violations(FieldHash hash, List<Violation> violations) {
        hash.number(violations.size());
        for (Violation violation : violations) {
            hash.bytes(violation.getStream());
            expected(hash, violation.getExpected());
            hash.number(violation.getActual().getExists() ? 1 : 0);
            hash.number(violation.getActual().getRevision());
        }
    }

    private void content(List<Append> appends, List<Requirement> requirements) {
        content.number(appends.size());
        appends.forEach(this::append);
        content.number(requirements.size());
        requirements.forEach(this::requirement);
    }

    private void append(Append append) {
        content.bytes(append.getStream());
        expected(content, append.getExpected());
        content.number(append.getEventsCount());
        for (ByteString event : append.getEventsList()) {
            content.bytes(event);
        }
    }

    private void requirement(Requirement requirement) {
        content.bytes(requirement.getStream());
        expected(content, requirement.getExpected());
    }

    /**
     * Begins the digest of an entry. The term belongs in it: Raft promises that an (index, term) names one entry on all
     * replicas, and a digest over both shows when that promise is broken though the contents happen to be equal.
     */
    void begin(Digest previous, long term, long index, LogEntry entry) {
        rolling.begin();
        rolling.number(previous.high());
        rolling.number(previous.low());
        rolling.number(term);
        rolling.number(index);
        rolling.number(entry.getStampMs());
        rolling.number(entry.getProposalsCount());
    }

    /** Adds a decided proposal of the entry. */
    void add(Proposal proposal, byte[] fingerprint, Outcome outcome) {
        Command command = proposal.getCommand();
        RequestId id = command.getRequestId();
        rolling.number(id.getSessionHigh());
        rolling.number(id.getSessionLow());
        rolling.number(id.getSequence());
        rolling.number(command.getLowWaterMark());
        rolling.number(command.getAfterCount());
        for (int i = 0; i < command.getAfterCount(); i++) {
            rolling.number(command.getAfter(i));
        }
        rolling.number(proposal.getDeadlineMs());
        rolling.bytes(fingerprint);
        outcome(outcome);
    }

    /** Adds a step of a transaction. */
    void add(TransactionStep step, byte[] fingerprint, Outcome outcome) {
        transaction(step.getId());
        rolling.number(step.getPrepare().getLowWaterMark());
        rolling.bytes(fingerprint);
        outcome(outcome);
    }

    private void transaction(TransactionId id) {
        rolling.number(id.getSessionHigh());
        rolling.number(id.getSessionLow());
        rolling.number(id.getSequence());
        rolling.number(id.getHome());
        rolling.number(id.getExpiryMs());
    }

    /** Ends the digest of the entry. */
    Digest end() {
        return rolling.finishDigest();
    }

    private void outcome(Outcome outcome) {
        rolling.number(outcome.getResultCase().getNumber());
        switch (outcome.getResultCase()) {
            case APPENDED -> appended(outcome.getAppended());
            case COMMITTED -> {
                rolling.number(outcome.getCommitted().getAppendsCount());
                outcome.getCommitted().getAppendsList().forEach(this::appended);
                rolling.number(outcome.getCommitted().getNextPosition());
            }
            case REJECTED -> violations(rolling, outcome.getRejected().getViolationsList());
            case REFUSAL -> refusal(outcome.getRefusal());
            case VOTED -> voted(outcome.getVoted());
            case DECIDED -> decided(outcome.getDecided());
            case DONE -> {}
            case LOCKED -> locked(outcome.getLocked());
            case RESULT_NOT_SET -> throw new IllegalStateException("a command was decided without an outcome");
        }
    }

    private void appended(Appended appended) {
        rolling.number(appended.getFirstRevision());
        rolling.number(appended.getCount());
        rolling.number(appended.getFirstPosition());
    }

    private void voted(Voted voted) {
        rolling.number(voted.getVoteCase().getNumber());
        switch (voted.getVoteCase()) {
            case YES -> {
                rolling.number(voted.getYes().getAppendsCount());
                voted.getYes().getAppendsList().forEach(this::appended);
                rolling.number(voted.getYes().getIndex());
            }
            case NO -> {
                rolling.number(voted.getNo().getReasonValue());
                rolling.number(voted.getNo().getLogTimeMs());
                violations(rolling, voted.getNo().getViolationsList());
            }
            case LOCKED -> locked(voted.getLocked());
            case VOTE_NOT_SET -> throw new IllegalStateException("a vote without a vote");
        }
    }

    private void locked(Locked locked) {
        transaction(locked.getHolder());
        rolling.bytes(locked.getStream());
    }

    private void decided(Decided decided) {
        rolling.number(decided.getDecisionCase().getNumber());
        switch (decided.getDecisionCase()) {
            case COMMITTED -> committed(rolling, decided.getCommitted());
            case ABORTED -> aborted(rolling, decided.getAborted());
            case NOT_STAGED, NEVER, FORGOTTEN_OR_NEVER -> {}
            case DECISION_NOT_SET -> throw new IllegalStateException("a decision without a decision");
        }
    }

    /** Without the sentence: a better wording is not a different outcome. */
    private void refusal(Refusal refusal) {
        rolling.number(refusal.getReasonValue());
        rolling.number(refusal.getValue());
        rolling.number(refusal.getLimit());
    }

    private static void expected(FieldHash hash, Expected expected) {
        hash.number(expected.getKindValue());
        hash.number(expected.getRevision());
    }
}
