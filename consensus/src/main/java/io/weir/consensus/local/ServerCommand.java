package io.weir.consensus.local;

import io.weir.consensus.ListenConfig;
import io.weir.consensus.MemberConfig;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Composes the command lines of server processes. */
final class ServerCommand {
    /** Without memory some thread of Raft's has died, and nobody knows which: the others must not go on without it. */
    private static final String EXIT = "-XX:+ExitOnOutOfMemoryError";

    private ServerCommand() {}

    /** Runs what this process runs: its jar, if it is one runnable jar, else a class on its class path. */
    static List<String> ofThisProgram(String mainClass, int maxHeapMib) {
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
            return ofJar(Path.of(classPath), maxHeapMib);
        }
        String absolute = Arrays.stream(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        // The flag stands in the manifest of the runnable jar; here it must be given.
        String opens = "java.base/jdk.internal.misc=ALL-UNNAMED";
        return List.of(java(), heap(maxHeapMib), EXIT, "--add-opens", opens, "-cp", absolute, mainClass, "server");
    }

    static List<String> ofJar(Path jar, int maxHeapMib) {
        return List.of(
                java(), heap(maxHeapMib), EXIT, "-jar", jar.toAbsolutePath().toString(), "server");
    }

    /** The whole command of one node. */
    static List<String> ofNode(
            List<String> serverCommand,
            String clusterId,
            String nodeId,
            List<MemberConfig> members,
            int partitions,
            @Nullable ListenConfig listen,
            Path dataDirectory) {
        List<String> command = new ArrayList<>(serverCommand);
        command.addAll(nodeArguments(clusterId, nodeId, members, dataDirectory));
        if (listen != null) {
            command.addAll(List.of("--listen", listen.peerAddress() + "/" + listen.clientAddress()));
        }
        command.addAll(List.of("--partitions", Integer.toString(partitions)));
        // Standard input is a pipe from this process. A server that outlived a killed test would hold
        // its port and disk.
        command.add("--exit-with-parent");
        return command;
    }

    /** What says which node of which cluster is meant, and where it keeps its data. */
    static List<String> nodeArguments(String clusterId, String nodeId, List<MemberConfig> members, Path dataDirectory) {
        String memberList = members.stream()
                .map(member -> member.id() + "=" + member.peerAddress() + "/" + member.clientAddress())
                .collect(Collectors.joining(","));
        return List.of(
                "--dir",
                dataDirectory.toString(),
                "--cluster-id",
                clusterId,
                "--node",
                nodeId,
                "--members",
                memberList);
    }

    /** The command with arguments for the JVM, which come right behind the program. */
    static List<String> withJvmArguments(List<String> command, List<String> jvmArguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(1, jvmArguments);
        return List.copyOf(all);
    }

    private static String heap(int maxHeapMib) {
        return "-Xmx" + maxHeapMib + "m";
    }

    private static String java() {
        String home = System.getProperty("java.home");
        return ProcessHandle.current()
                .info()
                .command()
                .orElse(Path.of(home, "bin", "java").toString());
    }
}
