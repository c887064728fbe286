package io.weir.peers;

import java.io.IOException;
import java.util.Arrays;

/**
 * Runs the main class that its first argument names, and ends the process when standard input ends: that is a pipe from the
 * program that started it, which breaks even if that was killed. A server left behind would distort the next run.
 */
public final class ChildMain {
    private ChildMain() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        Thread watch = new Thread(ChildMain::endWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(args, 1, args.length));
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes; only the end matters.
            }
        } catch (IOException e) {
            // An end as well.
        }
        Runtime.getRuntime().halt(1);
    }
}
