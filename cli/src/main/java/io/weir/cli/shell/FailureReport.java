package io.weir.cli.shell;

import io.weir.client.EventStoreException;
import java.util.concurrent.CompletionException;

/**
 * What a failed command says, and its exit code.
 *
 * @param exitCode one of {@link ExitCode}
 * @param what what happened, with what was tried
 * @param next the next step; empty if {@code what} names it
 */
public record FailureReport(int exitCode, String what, String next) {
    /** Finds the words for whatever a command threw. */
    public static FailureReport of(Throwable thrown) {
        Throwable failure = unwrapped(thrown);
        if (failure instanceof CliFailure cli) {
            return new FailureReport(cli.exitCode(), String.valueOf(cli.getMessage()), cli.next());
        }
        if (failure instanceof EventStoreException store) {
            return of(store);
        }
        return new FailureReport(
                ExitCode.FAILED,
                "unexpected " + failure,
                "Run it again with --debug for the whole story, and report it: this is a defect of Weir.");
    }

    private static FailureReport of(EventStoreException failure) {
        String what = String.valueOf(failure.getMessage());
        if (failure instanceof EventStoreException.Unavailable) {
            return new FailureReport(
                    ExitCode.UNAVAILABLE,
                    what,
                    "\"weir cluster status\" shows who leads; \"weir server\" starts a node.");
        }
        if (failure instanceof EventStoreException.OutcomeUnknown) {
            return new FailureReport(
                    ExitCode.UNAVAILABLE,
                    what,
                    "It may have been executed: look with \"weir stream info\" before you send it again.");
        }
        if (failure instanceof EventStoreException.Aborted) {
            return new FailureReport(ExitCode.UNAVAILABLE, what, "Nothing was written; run it again.");
        }
        if (failure instanceof EventStoreException.Throttled) {
            return new FailureReport(ExitCode.UNAVAILABLE, what, "Wait a moment, then run it again.");
        }
        if (failure instanceof EventStoreException.Closed) {
            return new FailureReport(ExitCode.UNAVAILABLE, what, "Run it again.");
        }
        if (failure instanceof EventStoreException.ConditionFailed) {
            return new FailureReport(ExitCode.CONFLICT, what, "Nothing was written.");
        }
        return new FailureReport(isOfTheCaller(failure) ? ExitCode.USAGE : ExitCode.FAILED, what, "");
    }

    private static boolean isOfTheCaller(EventStoreException failure) {
        return failure instanceof EventStoreException.InvalidRequest
                || failure instanceof EventStoreException.TooLarge
                || failure instanceof EventStoreException.RequestIdReused
                || failure instanceof EventStoreException.Unauthorized
                || failure instanceof EventStoreException.CannotOpen;
    }

    /** Without what futures wrap around it. */
    public static Throwable unwrapped(Throwable thrown) {
        Throwable failure = thrown;
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }
}
