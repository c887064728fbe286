package io.weir.jepsen.simulator;

import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Decided;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Voted;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What is proposed and answered, in few words, for schedules. */
final class Describe {
    private Describe() {}

    static String id(TransactionId id) {
        return "T" + id.getSessionLow() + "." + id.getSequence() + "@p" + id.getHome() + " until +"
                + (id.getExpiryMs() - World.EPOCH_MS);
    }

    static String ids(Collection<TransactionId> ids) {
        return ids.stream().map(Describe::id).collect(Collectors.joining(", "));
    }

    static String entry(LogEntry entry) {
        return entry.getProposalsList().stream().map(Describe::proposal).collect(Collectors.joining("; "));
    }

    static String applied(LogEntry entry, Applied applied) {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < entry.getProposalsCount(); i++) {
            text.add(proposal(entry.getProposals(i)) + " -> "
                    + outcome(applied.outcomes().get(i)));
        }
        return "at +" + (entry.getStampMs() - World.EPOCH_MS) + ": " + String.join("; ", text);
    }

    private static String proposal(Proposal proposal) {
        return proposal.hasStep() ? step(proposal.getStep()) : command(proposal.getCommand());
    }

    static String command(Command command) {
        RequestId id = command.getRequestId();
        return "C" + id.getSessionLow() + "." + id.getSequence() + " above " + command.getLowWaterMark()
                + switch (command.getOperationCase()) {
                    case APPEND -> append(command.getAppend());
                    case TRANSACT ->
                        parts(
                                command.getTransact().getAppendsList(),
                                command.getTransact().getRequirementsList());
                    case FENCE -> " fence";
                    case DISTRIBUTED -> distributed(command.getDistributed());
                    case OPERATION_NOT_SET -> " nothing";
                };
    }

    private static String distributed(DistributedTransact transact) {
        String content = parts(transact.getAppendsList(), transact.getRequirementsList());
        return " until +" + (transact.getExpiryMs() - World.EPOCH_MS) + (content.isEmpty() ? " status" : content);
    }

    private static String parts(List<Append> appends, List<Requirement> requirements) {
        StringBuilder text = new StringBuilder();
        appends.forEach(append -> text.append(append(append)));
        for (Requirement requirement : requirements) {
            text.append(" require ")
                    .append(requirement.getStream().toStringUtf8())
                    .append(' ')
                    .append(requirement.getExpected().getKind())
                    .append(' ')
                    .append(requirement.getExpected().getRevision());
        }
        return text.toString();
    }

    private static String append(Append append) {
        String values = append.getEventsList().stream()
                .map(event -> Integer.toString(Streams.value(event)))
                .collect(Collectors.joining(",", "[", "]"));
        return " append " + append.getStream().toStringUtf8() + ' '
                + append.getExpected().getKind() + ' ' + append.getExpected().getRevision() + values;
    }

    static String step(TransactionStep step) {
        return id(step.getId())
                + switch (step.getStepCase()) {
                    case PREPARE ->
                        " prepare"
                                + parts(
                                        step.getPrepare().getAppendsList(),
                                        step.getPrepare().getRequirementsList());
                    case DECIDE ->
                        step.getDecide().hasCommit()
                                ? " decide COMMIT"
                                : " decide ABORT " + step.getDecide().getAbort().getReason();
                    case RESOLVE -> step.getResolve().getCommit() ? " resolve COMMIT" : " resolve ABORT";
                    case FORGET -> " forget";
                    case STEP_NOT_SET -> " nothing";
                };
    }

    static String outcome(Outcome outcome) {
        return switch (outcome.getResultCase()) {
            case APPENDED -> "appended at " + outcome.getAppended().getFirstRevision();
            case COMMITTED -> "done";
            case REJECTED -> "rejected";
            case REFUSAL -> "refused " + outcome.getRefusal().getReason();
            case VOTED -> voted(outcome.getVoted());
            case DECIDED -> decided(outcome.getDecided());
            case DONE -> "ok";
            case LOCKED -> "LOCKED by " + id(outcome.getLocked().getHolder());
            case RESULT_NOT_SET -> "nothing";
        };
    }

    private static String voted(Voted voted) {
        return switch (voted.getVoteCase()) {
            case YES -> "YES";
            case NO -> "NO " + voted.getNo().getReason();
            case LOCKED -> "LOCKED by " + id(voted.getLocked().getHolder());
            case VOTE_NOT_SET -> "no vote";
        };
    }

    static String decided(Decided decided) {
        AbortedTransaction aborted = decided.getAborted();
        return decided.hasAborted()
                ? "ABORTED " + aborted.getReason()
                : decided.getDecisionCase().toString();
    }
}
