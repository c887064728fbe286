package io.weir.cli.server;

import io.weir.cli.shell.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The end of the process in order. Asked for by SIGTERM or SIGINT it ends with exit code 0, where the JVM would report the
 * signal as a failure: a supervisor that asked for the end got what it asked for.
 */
final class Shutdown {
    private volatile int exitCode = ExitCode.OK;

    private Shutdown() {}

    /** Runs this once, on a thread of its own, when the process ends for whatever reason; it must be bounded in time. */
    static Shutdown first(Runnable end) {
        Shutdown shutdown = new Shutdown();
        Thread hook = new Thread(
                () -> {
                    end.run();
                    Runtime.getRuntime().halt(shutdown.exitCode);
                },
                "weir-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return shutdown;
    }

    /** The process is about to end by itself, because it failed. */
    void failed(int newExitCode) {
        exitCode = newExitCode;
    }

    /**
     * Ends the process in order when its standard input ends: the pipe from a parent that was killed and could not end its
     * children. A node that outlived it would hold its ports and its directory.
     */
    static void whenInputEnds(InputStream in) {
        Thread watch = new Thread(
                () -> {
                    try {
                        in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        System.err.println("weir server: standard input broke, which counts as its end: " + e);
                    }
                    System.exit(ExitCode.OK);
                },
                "weir-parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
