package io.weir.cli.demo;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waiting for something that only asking again can tell. */
final class Poll {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Poll() {}

    /** Asks something of the outside world. */
    interface Question<T> {
        /** The answer, or null if there is none yet. */
        @Nullable
        T ask() throws CheckFailed;

        /** For the error: what is missing, as of the last time; empty if that goes without saying. */
        default String missing() {
            return "";
        }
    }

    /**
     * Asks until there is an answer.
     *
     * @param what for the error: what was waited for
     * @throws CheckFailed if patience ends
     */
    static <T> T until(Duration patience, String what, Question<T> question) throws CheckFailed {
        long start = System.nanoTime();
        while (true) {
            T answer = question.ask();
            if (answer != null) {
                return answer;
            }
            if (System.nanoTime() - start > patience.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                String missing = question.missing();
                throw new CheckFailed("waited " + patience.toSeconds() + " s for " + what + ", in vain"
                        + (missing.isEmpty() ? "" : ": " + missing));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
