package io.weir.cli.shell;

import org.jspecify.annotations.Nullable;

/** The end of a command with a message for people: what happened and was tried, and the next step. */
public final class CliFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;
    private final String next;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param what what happened, in one sentence without a full stop
     * @param next what to do now, a command if possible
     */
    public CliFailure(int exitCode, String what, String next, @Nullable Throwable cause) {
        super(what, cause);
        this.exitCode = exitCode;
        this.next = next;
    }

    public CliFailure(int exitCode, String what, String next) {
        this(exitCode, what, next, null);
    }

    /** A command line that cannot be meant. */
    public static CliFailure usage(String what, String next) {
        return new CliFailure(ExitCode.USAGE, what, next);
    }

    public int exitCode() {
        return exitCode;
    }

    public String next() {
        return next;
    }
}
