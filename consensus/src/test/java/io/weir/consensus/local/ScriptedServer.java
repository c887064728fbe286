package io.weir.consensus.local;

import io.weir.consensus.MemberConfig;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.WeirNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A server program that takes the same flags as the real one, and does what its first argument says: {@code serve}; {@code
 * die}; or {@code lose-port=FILE}, which fails until it has created the file.
 */
final class ScriptedServer {
    private ScriptedServer() {}

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
        System.out.println("arguments " + String.join(" ", args));
        System.out.println(
                "jvm " + String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        WeirNode node = WeirNode.start(config(List.of(args)));
        Thread serving = new Thread(() -> {
            node.awaitReady(Duration.ofMinutes(1));
            System.out.println("ready");
        });
        serving.setDaemon(true);
        serving.start();
        while (System.in.read() >= 0) {
            // Nobody writes; the end is what this waits for.
        }
        System.exit(0);
    }

    private static NodeConfig config(List<String> args) {
        List<MemberConfig> members = Arrays.stream(value(args, "--members").split(",", -1))
                .map(member -> member.split("[=/]", -1))
                .map(parts -> new MemberConfig(parts[0], parts[1], parts[2]))
                .toList();
        return new NodeConfig(
                value(args, "--cluster-id"),
                value(args, "--node"),
                members,
                Integer.parseInt(value(args, "--partitions")),
                Path.of(value(args, "--dir")));
    }

    private static String value(List<String> args, String name) {
        return args.get(args.indexOf(name) + 1);
    }
}
