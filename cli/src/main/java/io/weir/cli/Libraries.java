package io.weir.cli;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What libraries do by default and a command should not: print a stranger's broken connection with its stack trace, copy
 * native code into the temporary folder, where it stays when the process is killed, or start a thread for each entry of a log.
 * Must run before they load.
 */
final class Libraries {
    /** Held, since java.util.logging forgets the level of a logger that nobody holds. */
    private static final List<Logger> CALMED =
            List.of(Logger.getLogger("io.grpc"), Logger.getLogger("org.apache.ratis.thirdparty.io.grpc"));

    private Libraries() {}

    static void calm() {
        onePoolForFutures();
        Logger.getLogger("").setLevel(Level.WARNING);
        CALMED.forEach(logger -> logger.setLevel(Level.SEVERE));
        for (String netty : List.of("io.grpc.netty.shaded.io.netty", "org.apache.ratis.thirdparty.io.netty")) {
            System.setProperty(netty + ".transport.noNative", "true");
        }
    }

    /**
     * Ratis hands each append of a follower to the pool that {@link java.util.concurrent.CompletableFuture} has by default. Where
     * there are two processors or fewer that is no pool: the JDK starts a thread for each task, unless it is told to have two.
     */
    private static void onePoolForFutures() {
        String parallelism = "java.util.concurrent.ForkJoinPool.common.parallelism";
        if (System.getProperty(parallelism) == null && Runtime.getRuntime().availableProcessors() <= 2) {
            System.setProperty(parallelism, "2");
        }
    }
}
