package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * An entry that this node has proposed and whose outcomes are awaited. Every command's future is completed once, by whoever
 * comes first: apply, a failure of the proposal, or the deadline.
 */
final class PendingEntry {
    private final long id;
    private final LogEntry entry;
    private final List<Waiting> commands;
    private final List<CompletableFuture<Void>> fences;
    private volatile boolean appended;

    /** @param fences of those who only want to know when this entry is applied */
    PendingEntry(long id, LogEntry entry, List<Waiting> commands, List<CompletableFuture<Void>> fences) {
        this.id = id;
        this.entry = entry;
        this.commands = commands;
        this.fences = fences;
    }

    long id() {
        return id;
    }

    LogEntry entry() {
        return entry;
    }

    /** From now on the entry may stand in a log, and may be executed at any later time. */
    void markAppended() {
        appended = true;
    }

    List<Waiting> commands() {
        return commands;
    }

    /** Answers each with its outcome, but for those that have met a lock. */
    void complete(List<Outcome> outcomes, Set<Waiting> parked) {
        fences.forEach(fence -> fence.complete(null));
        if (outcomes.size() != commands.size()) {
            fail(new NodeFailure(
                    io.weir.protocol.Error.Code.INTERNAL,
                    outcomes.size() + " outcomes for " + commands.size() + " commands",
                    true));
            return;
        }
        for (int i = 0; i < outcomes.size(); i++) {
            if (!parked.contains(commands.get(i))) {
                commands.get(i).answer().complete(outcomes.get(i));
            }
        }
    }

    /** Fails what is not answered yet once Raft has given the entry back, with the truth about whether it entered a log. */
    void fail(NodeFailure failure) {
        NodeFailure honest = Failures.withMaybeExecuted(failure, appended);
        commands.forEach(command -> command.answer().completeExceptionally(honest));
        fences.forEach(fence -> fence.completeExceptionally(honest));
    }

    /** Fails what is not answered yet while Raft still has the entry: it may enter a log at any later time. */
    void abandon(NodeFailure failure) {
        NodeFailure honest = Failures.withMaybeExecuted(failure, true);
        commands.forEach(command -> command.answer().completeExceptionally(honest));
        fences.forEach(fence -> fence.completeExceptionally(honest));
    }

    /** Ends commands whose callers wait no longer; the entry itself stays in flight. */
    void expire(long nowNanos) {
        for (Waiting command : commands) {
            if (command.isPast(nowNanos) && !command.answer().isDone()) {
                command.answer()
                        .completeExceptionally(new NodeFailure(
                                io.weir.protocol.Error.Code.DEADLINE_EXCEEDED,
                                "proposed, but not committed within the deadline",
                                !FaultPoint.isMutant("doubt-told-as-failure")));
            }
        }
    }
}
