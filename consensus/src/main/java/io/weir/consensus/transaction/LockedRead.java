package io.weir.consensus.transaction;

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

    /** The partition that is read. */
    public interface Here {
        /**
         * Whether the transaction is staged here, in a new snapshot that is linearizable itself: after a proof of leadership
         * that begins after this call. A leader that was deposed while it asked would find the transaction staged still,
         * though the next one has resolved it, and home has forgotten it since.
         */
        CompletableFuture<Boolean> isStaged(TransactionId id);

        /** Completes when the transaction is no longer staged here. */
        CompletableFuture<Void> awaitResolved(TransactionId id);
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
        List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
        for (TransactionId holder : holders) {
            if (holder.getHome() != partition) { // a part that is staged at home is undecided
                verdicts.add(home.ask(holder, timeoutMs).thenCompose(info -> judge(info, here)));
            }
        }
        return CompletableFuture.allOf(verdicts.toArray(CompletableFuture[]::new))
                .thenApply(all -> verdicts.stream().allMatch(verdict -> verdict.join() == Verdict.ANSWER)
                        ? Verdict.ANSWER
                        : Verdict.AGAIN);
    }

    private static CompletableFuture<Verdict> judge(TransactionInfo info, Here here) {
        return switch (info.getRecord().getState()) {
            case STAGED, NO, ABORTED -> CompletableFuture.completedFuture(Verdict.ANSWER);
            case COMMITTED -> here.awaitResolved(info.getId()).thenApply(resolved -> Verdict.AGAIN);
            // Home may have forgotten a commit, after it was resolved here; or it has never heard of the transaction.
            case UNSPECIFIED, FORGOTTEN, UNRECOGNIZED ->
                here.isStaged(info.getId()).thenApply(isStaged -> isStaged ? Verdict.ANSWER : Verdict.AGAIN);
        };
    }
}
