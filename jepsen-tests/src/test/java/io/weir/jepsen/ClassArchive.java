package io.weir.jepsen;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.rig.NodeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The classes that a server of the built product loads, in the form in which the JVM maps them: made once a build, a third less
 * work at each of the many starts of a process here.
 *
 * <p>Only time depends on it. The JVM takes it only if it was made by itself from the same jars, and does without if not; but it
 * does not look whether the archive is whole, so it gets its name when it is.
 */
final class ClassArchive {
    private ClassArchive() {}

    private static Path file() {
        return Distribution.moduleDirectory().resolve("target").resolve("weir.jsa");
    }

    /** What a JVM that runs the product is told: nothing if there is no archive. */
    static List<String> jvmArguments() {
        Path file = file();
        return Files.exists(file) ? List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off") : List.of();
    }

    /**
     * Makes it, by the life of one server; says so if that cannot be done, and goes on.
     *
     * @param args {@code skipTests=} and {@code skipITs=} with their values, as Maven has them; any true: nothing is made
     */
    public static void main(String[] args) throws IOException {
        Files.deleteIfExists(file()); // of another build
        if (List.of(args).contains("skipTests=true") || List.of(args).contains("skipITs=true")) {
            return;
        }
        Path directory = Files.createTempDirectory(file().getParent(), "class-archive");
        try {
            Path made = directory.resolve("weir.jsa");
            live(directory, List.of("-XX:ArchiveClassesAtExit=" + made, "-Xlog:cds*=off"));
            Files.move(made, file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            System.out.println("No archive of classes, processes start more slowly: " + e);
        } finally {
            NodeFiles.remove(directory);
        }
    }

    private static void live(Path directory, List<String> jvmArguments) {
        LocalCluster.Options options = LocalCluster.Options.ofJar(
                directory.resolve("cluster"), 3, Rig.PARTITIONS, Distribution.jar(), Rig.HEAP_MIB);
        try (LocalCluster cluster = LocalCluster.start(options.withJvmArguments(Rig.JVM_ARGUMENTS));
                EventStore store = Weir.connect(cluster.uri())) {
            cluster.kill("n1"); // one of three: a node by itself never talks to others
            cluster.startWith("n1", jvmArguments);
            cluster.awaitReady(Rig.PATIENCE);
            store.append("stream", Expected.noStream(), List.of(NewEvent.json("Made", "{}")))
                    .join()
                    .orThrow();
            store.read(ReadRequest.stream("stream")).iterator().next();
            cluster.stop("n1"); // it writes the archive when it ends
        }
    }
}
