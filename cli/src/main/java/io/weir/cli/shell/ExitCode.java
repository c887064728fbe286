package io.weir.cli.shell;

/** What the program's exit code says; scripts rely on these numbers. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** A check failed, something asked for does not exist, or Weir itself failed. */
    public static final int FAILED = 1;

    /** The command line, the configuration or the environment must be changed first. */
    public static final int USAGE = 2;

    /** Nobody served the request in time; the same command may work later. */
    public static final int UNAVAILABLE = 3;

    /** A condition did not hold; nothing was written. */
    public static final int CONFLICT = 4;

    private ExitCode() {}
}
