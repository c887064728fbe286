package io.weir.logstore.pages;

import java.util.function.BooleanSupplier;

/**
 * How much a verification may take, and who may end it. Interrupting the thread ends it as well.
 *
 * @param budgetMs time after which it stops where it is, in milliseconds; {@link Long#MAX_VALUE} for no bound
 * @param bytesPerSecond how fast it may read; {@link Long#MAX_VALUE} for no bound
 * @param progress is told after about every MiB, on the verifying thread
 * @param goOn asked after every read and before its bytes are judged: when the answer is no, nothing is said of them. For
 *     files that are in use: whether the pages are still pinned
 */
public record Effort(long budgetMs, long bytesPerSecond, Progress progress, BooleanSupplier goOn) {
    /** Hears how far a verification is. */
    @FunctionalInterface
    public interface Progress {
        /** So many pages were read, of about so many. */
        void at(long pages, long ofPages);
    }

    public Effort {
        if (budgetMs < 0 || bytesPerSecond < 1) {
            throw new IllegalArgumentException("budget " + budgetMs + " ms, " + bytesPerSecond + " bytes/s");
        }
    }

    /** Everything, as fast as it goes. */
    public static Effort full() {
        return within(Long.MAX_VALUE);
    }

    /** What can be done in a time; the most telling pages first. */
    public static Effort within(long budgetMs) {
        return new Effort(budgetMs, Long.MAX_VALUE, (pages, ofPages) -> {}, () -> true);
    }

    /** The same, slower. */
    public Effort atMost(long bytesPerSecondNow) {
        return new Effort(budgetMs, bytesPerSecondNow, progress, goOn);
    }

    /** The same, telling how far it is. */
    public Effort telling(Progress listener) {
        return new Effort(budgetMs, bytesPerSecond, listener, goOn);
    }

    /** The same, only as long as {@code condition} holds. */
    public Effort onlyWhile(BooleanSupplier condition) {
        return new Effort(budgetMs, bytesPerSecond, progress, condition);
    }

    boolean isBounded() {
        return budgetMs != Long.MAX_VALUE;
    }
}
