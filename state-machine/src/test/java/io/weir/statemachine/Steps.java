package io.weir.statemachine;

import io.weir.logstore.SessionId;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Forget;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Requirement;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.util.List;

/** Short ways to say steps of transactions over partitions 0 and 1. */
final class Steps {
    private Steps() {}

    /** A transaction whose home is partition 0. */
    static TransactionId id(SessionId session, long sequence, long expiryMs) {
        return TransactionId.newBuilder()
                .setSessionHigh(session.high())
                .setSessionLow(session.low())
                .setSequence(sequence)
                .setHome(0)
                .setExpiryMs(expiryMs)
                .build();
    }

    static TransactionId elsewhere(TransactionId id) {
        return id.toBuilder().setHome(1).build();
    }

    static Proposal prepare(TransactionId id, List<Append> appends, Requirement... requirements) {
        return prepare(
                id,
                Prepare.newBuilder()
                        .addAllParticipants(List.of(0, 1))
                        .addAllAppends(appends)
                        .addAllRequirements(List.of(requirements))
                        .build());
    }

    static Proposal prepare(TransactionId id, Prepare prepare) {
        return step(TransactionStep.newBuilder().setId(id).setPrepare(prepare));
    }

    static Proposal commit(TransactionId id) {
        return decide(
                id,
                Decide.newBuilder()
                        .addAllParticipants(List.of(0, 1))
                        .setCommit(CommittedTransaction.getDefaultInstance())
                        .build());
    }

    static Proposal abort(TransactionId id, AbortedTransaction aborted) {
        return decide(
                id,
                Decide.newBuilder()
                        .addAllParticipants(List.of(0, 1))
                        .setAbort(aborted)
                        .build());
    }

    static Proposal abort(TransactionId id) {
        return abort(
                id,
                AbortedTransaction.newBuilder()
                        .setReason(AbortedTransaction.Reason.RECOVERED)
                        .build());
    }

    static Proposal decide(TransactionId id, Decide decide) {
        return step(TransactionStep.newBuilder().setId(id).setDecide(decide));
    }

    static Proposal resolve(TransactionId id, boolean commit) {
        return step(TransactionStep.newBuilder()
                .setId(id)
                .setResolve(Resolve.newBuilder().setCommit(commit)));
    }

    static Proposal forget(TransactionId id) {
        return step(TransactionStep.newBuilder().setId(id).setForget(Forget.getDefaultInstance()));
    }

    static Proposal step(TransactionStep.Builder step) {
        return Proposal.newBuilder().setStep(step).build();
    }
}
