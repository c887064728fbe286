package io.weir.consensus.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program that behaves towards its parent as a server does: takes the same flags, says when it is ready, ends with its
 * standard input. Its first argument makes it fail instead.
 */
final class ScriptedServer {
    private ScriptedServer() {}

    /** First argument: {@code serve}, {@code die}, or {@code lose-port} with a file that it creates and then behaves. */
    public static void main(String[] args) throws IOException {
        String behaviour = args[0];
        if (behaviour.equals("die")) {
            System.err.println("weir: the disk is on fire");
            System.exit(7);
        }
        if (behaviour.startsWith("lose-port=")) {
            Path seen = Path.of(behaviour.substring("lose-port=".length()));
            if (!Files.exists(seen)) {
                Files.createFile(seen);
                System.err.println("weir: 127.0.0.1:1 cannot be bound (Address already in use)");
                System.exit(2);
            }
        }
        System.out.println("starting");
        System.out.println("ready " + String.join(" ", args));
        while (System.in.read() >= 0) {
            // Nobody writes; the end is what this waits for.
        }
    }
}
