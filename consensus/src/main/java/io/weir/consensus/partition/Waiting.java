package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Locked;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Requirement;
import io.weir.statemachine.TransactionKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A command, or a step of a transaction, that waits for its outcome at the leader. */
public final class Waiting {
    private final Proposal asked;
    private final int bytes;
    private final long deadlineNanos;
    private final boolean isPatient;
    private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
    /** Its place among those that came to the leader, from 1; given and used by {@link Parking}, under its lock. */
    long ticket;

    /**
     * Waits from now on.
     *
     * @param asked command or step, without a deadline
     * @param isPatient it may wait for any lock, as nobody can wait for it meanwhile
     * @param nowNanos of {@link System#nanoTime}, as are all times here
     */
    public Waiting(Proposal asked, boolean isPatient, long timeoutMs, long nowNanos) {
        this.asked = asked;
        this.bytes = asked.getSerializedSize();
        this.isPatient = isPatient || asked.hasCommand();
        this.deadlineNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    Proposal asked() {
        return asked;
    }

    /** Its encoded size. */
    int bytes() {
        return bytes;
    }

    /** When its caller stops waiting. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    boolean isPast(long nowNanos) {
        return deadlineNanos - nowNanos <= 0;
    }

    /** Completed once, by whoever comes first: apply, a failure of the proposal, or the deadline. */
    public CompletableFuture<Outcome> answer() {
        return answer;
    }

    boolean isPrepare() {
        return asked.getStep().hasPrepare();
    }

    /** Whether it may wait for a lock for as long as its caller does: nobody can wait for it meanwhile. */
    boolean isPatient() {
        return isPatient;
    }

    /** Of a step: whether its transaction has the right of way. */
    boolean isOlderThan(TransactionKey holder) {
        return TransactionKeys.key(asked.getStep().getId()).compareTo(holder) < 0;
    }

    /** Whether it holds a stream exclusively once it was answered with YES. */
    boolean wouldHold(ByteString stream) {
        return appends().stream().anyMatch(append -> append.getStream().equals(stream) && append.getEventsCount() > 0);
    }

    /** Those that it holds exclusively once it was answered with YES, each by its own transaction. */
    List<Locked> locks() {
        return appends().stream()
                .filter(append -> append.getEventsCount() > 0)
                .map(append -> Locked.newBuilder()
                        .setHolder(asked.getStep().getId())
                        .setStream(append.getStream())
                        .build())
                .toList();
    }

    /** The streams that it names. */
    List<ByteString> streams() {
        List<ByteString> streams = new ArrayList<>();
        appends().forEach(append -> streams.add(append.getStream()));
        requirements().forEach(requirement -> streams.add(requirement.getStream()));
        return streams;
    }

    private List<Append> appends() {
        Command command = asked.getCommand();
        return switch (command.getOperationCase()) {
            case APPEND -> List.of(command.getAppend());
            case TRANSACT -> command.getTransact().getAppendsList();
            default -> prepare().getAppendsList();
        };
    }

    private List<Requirement> requirements() {
        return asked.hasCommand()
                ? asked.getCommand().getTransact().getRequirementsList()
                : prepare().getRequirementsList();
    }

    private Prepare prepare() {
        return asked.getStep().getPrepare();
    }
}
