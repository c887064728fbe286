package io.weir.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A node in a process of its own, to be killed. It ends with the program that started it. */
final class ReplicaProcess {
    private ReplicaProcess() {}

    /**
     * Starts one; what it prints goes to a file.
     *
     * @param fault where it halts, as in {@code weir.fault}; empty for nowhere
     * @param mutant a mistake that it makes, as in {@code weir.mutant}; empty for none
     */
    static Process start(NodeConfig config, Path output, String fault, String mutant) throws IOException {
        Path natives = Files.createDirectories(config.directory().resolveSibling("native-" + config.nodeId()));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.addAll(List.of("-Dlmdbjava.extract.dir=" + natives, "-Djffi.extract.dir=" + natives));
        command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        command.addAll(List.of("-Dweir.fault=" + fault, "-Dweir.mutant=" + mutant));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ReplicaProcess.class.getName()));
        command.addAll(List.of(config.clusterId(), config.nodeId(), Integer.toString(config.partitions())));
        command.add(config.directory().toString());
        StorageLimits limits = config.storage();
        command.addAll(List.of(Long.toString(limits.checkpointBytes()), Long.toString(limits.checkpointEntries())));
        command.addAll(List.of(limits.checkpointAge().toString(), Long.toString(limits.keptLogBytes())));
        command.add(Long.toString(limits.segmentBytes()));
        for (MemberConfig member : config.members()) {
            command.addAll(List.of(member.id(), member.peerAddress(), String.valueOf(member.clientAddress())));
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    /** Arguments: as above. */
    public static void main(String[] args) throws IOException {
        List<MemberConfig> members = new ArrayList<>();
        for (int i = 9; i < args.length; i += 3) {
            members.add(new MemberConfig(args[i], args[i + 1], args[i + 2]));
        }
        StorageLimits limits = new StorageLimits(
                Long.parseLong(args[4]),
                Long.parseLong(args[5]),
                Duration.parse(args[6]),
                Long.parseLong(args[7]),
                Long.parseLong(args[8]));
        WeirNode node = WeirNode.start(
                new NodeConfig(args[0], args[1], members, Integer.parseInt(args[2]), Path.of(args[3]), limits));
        while (System.in.read() >= 0) {
            // until the program behind standard input ends, or closes it
        }
        node.close();
        System.exit(0);
    }
}
