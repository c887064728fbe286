package io.weir.consensus.transaction;

import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.Forget;
import io.weir.protocol.Outcome;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Refusal;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.util.List;
import java.util.concurrent.CompletionException;

/** The steps of transactions, and the answers to them, as messages. */
final class Steps {
    private Steps() {}

    static TransactionStep commit(TransactionId id, List<Integer> participants, CommittedTransaction answer) {
        return decide(id, Decide.newBuilder().addAllParticipants(participants).setCommit(answer));
    }

    /** @param participants none, if they are not known */
    static TransactionStep abort(TransactionId id, List<Integer> participants, AbortedTransaction answer) {
        return decide(id, Decide.newBuilder().addAllParticipants(participants).setAbort(answer));
    }

    private static TransactionStep decide(TransactionId id, Decide.Builder decide) {
        return TransactionStep.newBuilder().setId(id).setDecide(decide).build();
    }

    static TransactionStep resolve(TransactionId id, boolean commit) {
        return TransactionStep.newBuilder()
                .setId(id)
                .setResolve(Resolve.newBuilder().setCommit(commit))
                .build();
    }

    static TransactionStep forget(TransactionId id) {
        return TransactionStep.newBuilder()
                .setId(id)
                .setForget(Forget.getDefaultInstance())
                .build();
    }

    static AbortedTransaction aborted(AbortedTransaction.Reason reason) {
        return AbortedTransaction.newBuilder().setReason(reason).build();
    }

    /**
     * Whether what is staged in a partition may become visible, by what home has decided. A commit that does not name the
     * partition is not about what is staged there: that came under the same id with other content, and with other
     * participants, and nobody will ever commit it.
     */
    static boolean commits(Decided decided, int partition) {
        for (PreparedPart part : decided.getCommitted().getPartsList()) {
            if (part.getPartition() == partition) {
                return true;
            }
        }
        return false;
    }

    /** What a client is told about what home has answered to a Decide. That home knows nothing any more stands. */
    static Outcome answer(Outcome home) {
        return home.getDecided().getNever()
                ? Outcome.newBuilder()
                        .setDecided(Decided.newBuilder().setAborted(aborted(AbortedTransaction.Reason.EXPIRED)))
                        .build()
                : home;
    }

    static Outcome outcome(Refusal refusal) {
        return Outcome.newBuilder().setRefusal(refusal).build();
    }

    /** What a future failed with, without the wrappings that futures give it. */
    static Throwable cause(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
