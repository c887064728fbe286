package io.weir.consensus.transaction;

import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a linearizable read does about exclusive locks in its snapshot. The holder may be decided, and visible in another
 * partition already: a client that read there first, and here without it, would see half of it.
 *
 * <p>To be called after the snapshot was taken, for an answer that was read from it: what home says of an earlier moment says
 * nothing about this one.
 */
public final class LockedRead {
    /** What becomes of the answer. */
    public enum Verdict {
        /** It holds: none of the holders had been committed when the snapshot was taken. */
        ANSWER,
        /** The whole read has to be repeated, in a new snapshot, with all questions. */
        AGAIN
    }

    /** The homes of transactions. */
    @FunctionalInterface
    public interface Home {
        /** Asks home linearizably, by a question sent after this call; joined to no earlier one. */
        CompletableFuture<TransactionInfo> ask(TransactionId id, long timeoutMs);
    }

    /** The partition that is read. Asked once for an answer, for all transactions together: who waits takes up one place. */
    public interface Here {
        /**
         * Whether all of these transactions are staged here, in a new snapshot that is linearizable itself: after a proof of
         * leadership that begins after this call. A leader that was deposed while it asked would find them staged still, though
         * the next one has resolved them, and home has forgotten them since.
         */
        CompletableFuture<Boolean> areStaged(Collection<TransactionId> ids);

        /** Completes when none of these transactions is staged here any more. */
        CompletableFuture<Void> awaitResolved(Collection<TransactionId> ids);
    }

    private LockedRead() {}

    /**
     * Judges an answer.
     *
     * @param partition the one that was read
     * @param holders of exclusive locks in the range of the read, in its snapshot
     */
    public static CompletableFuture<Verdict> judge(
            int partition, Collection<TransactionId> holders, Home home, Here here, long timeoutMs) {
        List<CompletableFuture<TransactionInfo>> asked = holders.stream()
                .filter(holder -> holder.getHome() != partition) // a part that is staged at home is undecided
                .map(holder -> home.ask(holder, timeoutMs))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenCompose(
                        all -> judge(asked.stream().map(CompletableFuture::join).toList(), here));
    }

    private static CompletableFuture<Verdict> judge(List<TransactionInfo> infos, Here here) {
        List<TransactionId> committed = new ArrayList<>();
        List<TransactionId> unknown = new ArrayList<>();
        for (TransactionInfo info : infos) {
            switch (info.getRecord().getState()) {
                case STAGED, NO, ABORTED -> {}
                case COMMITTED -> committed.add(info.getId());
                // Home may have forgotten a commit, after it was resolved here; or it has never heard of the
                // transaction.
                case UNSPECIFIED, FORGOTTEN, UNRECOGNIZED -> unknown.add(info.getId());
            }
        }
        if (!committed.isEmpty()) {
            return here.awaitResolved(committed).thenApply(resolved -> Verdict.AGAIN);
        }
        return unknown.isEmpty() || FaultPoint.isMutant("forgotten-taken-for-aborted")
                ? CompletableFuture.completedFuture(Verdict.ANSWER)
                : here.areStaged(unknown).thenApply(areStaged -> areStaged ? Verdict.ANSWER : Verdict.AGAIN);
    }
}
