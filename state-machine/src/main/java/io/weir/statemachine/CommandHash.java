package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.Digest;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.Expected;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import io.weir.protocol.Violation;

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
                content.number(command.getTransact().getAppendsCount());
                command.getTransact().getAppendsList().forEach(this::append);
                content.number(command.getTransact().getRequirementsCount());
                command.getTransact().getRequirementsList().forEach(this::requirement);
            }
            case OPERATION_NOT_SET -> {}
        }
        return content.finish();
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
            case REJECTED -> {
                rolling.number(outcome.getRejected().getViolationsCount());
                outcome.getRejected().getViolationsList().forEach(this::violation);
            }
            case REFUSAL -> refusal(outcome.getRefusal());
            case RESULT_NOT_SET -> throw new IllegalStateException("a command was decided without an outcome");
        }
    }

    private void appended(Appended appended) {
        rolling.number(appended.getFirstRevision());
        rolling.number(appended.getCount());
        rolling.number(appended.getFirstPosition());
    }

    private void violation(Violation violation) {
        rolling.bytes(violation.getStream());
        expected(rolling, violation.getExpected());
        rolling.number(violation.getActual().getExists() ? 1 : 0);
        rolling.number(violation.getActual().getRevision());
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
