package io.weir.cli;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What libraries do by default and a command should not: print a stranger's broken connection with its stack trace, or copy
 * native code into the temporary folder, where it stays when the process is killed. Must run before they load.
 */
final class Libraries {
    /** Held, since java.util.logging forgets the level of a logger that nobody holds. */
    private static final List<Logger> CALMED =
            List.of(Logger.getLogger("io.grpc"), Logger.getLogger("org.apache.ratis.thirdparty.io.grpc"));

    private Libraries() {}

    static void calm() {
        Logger.getLogger("").setLevel(Level.WARNING);
        CALMED.forEach(logger -> logger.setLevel(Level.SEVERE));
        for (String netty : List.of("io.grpc.netty.shaded.io.netty", "org.apache.ratis.thirdparty.io.netty")) {
            System.setProperty(netty + ".transport.noNative", "true");
        }
    }
}
