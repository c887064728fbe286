package io.weir.logstore.pages;

import java.io.IOException;
import java.nio.file.Path;

/** The child of {@link PowerCutSimulation} that makes a mistake on purpose: prints after how many cuts it showed. */
final class PowerCutChild {
    static final String FOUND = "found after cut ";

    private PowerCutChild() {}

    public static void main(String[] arguments) throws IOException {
        PowerCuts run = new PowerCuts(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        try {
            run.run(Integer.parseInt(arguments[2]));
            System.out.println("not found in " + run.cuts() + " cuts");
        } catch (AssertionError e) {
            System.out.println(FOUND + run.cuts() + ": " + e.getMessage());
        }
        // Without closing: the store is not worth it.
        System.exit(0);
    }
}
