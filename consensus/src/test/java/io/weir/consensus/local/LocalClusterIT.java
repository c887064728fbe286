package io.weir.consensus.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.EventStoreException;
import io.weir.consensus.MemberConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalClusterIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void nodesAreKilledStartedAgainPausedResumedAndEnded() throws Exception {
        List<ProcessHandle> handles = new ArrayList<>();
        LocalCluster cluster = LocalCluster.start(options(directory, 3, "serve"));
        try (cluster) {
            long first = cluster.pid("n1");
            cluster.kill("n1");
            assertThat(ProcessHandle.of(first)).isEmpty();
            assertThatThrownBy(() -> cluster.pid("n1")).hasMessageContaining("n1 is not running");
            cluster.awaitReady(SOON); // the other two

            cluster.restart("n1");
            cluster.awaitReady(SOON);
            assertThat(cluster.pid("n1")).isNotEqualTo(first);
            requireSameArguments(cluster);

            cluster.pause("n2");
            assertThat(stateOf(cluster.pid("n2"))).startsWith("T");
            cluster.awaitReady(SOON); // the other two
            cluster.resume("n2");
            assertThat(stateOf(cluster.pid("n2"))).doesNotStartWith("T");
            cluster.awaitReady(SOON);

            cluster.pause("n3"); // a process that does not see SIGTERM
            for (String id : cluster.nodeIds()) {
                handles.add(ProcessHandle.of(cluster.pid(id)).orElseThrow());
            }
        }
        assertThat(handles).noneMatch(ProcessHandle::isAlive);
        cluster.close();
    }

    private static void requireSameArguments(LocalCluster cluster) throws IOException {
        List<String> lives = Files.readAllLines(cluster.output("n1")).stream()
                .filter(line -> line.startsWith("arguments"))
                .toList();
        assertThat(lives).hasSize(2).allMatch(line -> line.equals(lives.get(0)));
        MemberConfig other = cluster.member("n2");
        assertThat(lives.get(0))
                .contains("--node n1 ")
                .contains("n2=" + other.peerAddress() + "/" + other.clientAddress());
        assertThat(cluster.uri())
                .isEqualTo("weir://"
                        + cluster.nodeIds().stream()
                                .map(id -> String.valueOf(cluster.member(id).clientAddress()))
                                .collect(Collectors.joining(",")));
    }

    @Test
    void aPausedNodeCanBeStoppedAndItsDirectoryIsNotTakenTwice() {
        try (LocalCluster cluster = LocalCluster.start(options(directory, 1, "serve"))) {
            cluster.pause("n1");
            cluster.stop("n1");
            assertThatThrownBy(() -> LocalCluster.start(options(directory, 1, "serve")))
                    .isInstanceOf(EventStoreException.CannotOpen.class)
                    .hasMessageContaining("empty directory");
        }
    }

    @Test
    void aNodeCanHaveItsDataElsewhereAndALifeWithOtherJvmArguments() throws Exception {
        LocalCluster.Options options = options(directory.resolve("nodes"), 1, "serve")
                .withDataDirectories(id -> directory.resolve("disks").resolve(id))
                .withJvmArguments(List.of("-Dscripted.every=1"));
        try (LocalCluster cluster = LocalCluster.start(options)) {
            assertThat(cluster.dataDirectory("n1"))
                    .isEqualTo(directory.resolve("disks").resolve("n1"));
            assertThat(lastArguments(cluster)).contains("--dir " + cluster.dataDirectory("n1") + " ");
            assertThat(lastJvmArguments(cluster)).contains("-Dscripted.every=1").doesNotContain("-Dscripted.once=1");

            cluster.kill("n1");
            assertThat(cluster.hasDied("n1")).isFalse();
            cluster.startWith("n1", List.of("-Dscripted.once=1"));
            cluster.awaitReady(SOON);
            assertThat(lastJvmArguments(cluster)).contains("-Dscripted.every=1", "-Dscripted.once=1");
            cluster.restart("n1");
            cluster.awaitReady(SOON);
            assertThat(lastJvmArguments(cluster)).doesNotContain("-Dscripted.once=1");
        }
    }

    private static String lastArguments(LocalCluster cluster) throws IOException {
        return lastLine(cluster, "arguments ");
    }

    private static String lastJvmArguments(LocalCluster cluster) throws IOException {
        return lastLine(cluster, "jvm ");
    }

    private static String lastLine(LocalCluster cluster, String beginning) throws IOException {
        List<String> lines = Files.readAllLines(cluster.output("n1")).stream()
                .filter(line -> line.startsWith(beginning))
                .toList();
        return lines.get(lines.size() - 1);
    }

    @Test
    void aNodeThatDiesAtStartIsReportedAtOnceWithItsLastWords() {
        assertThatThrownBy(() -> LocalCluster.start(options(directory, 2, "die")))
                .isInstanceOf(EventStoreException.CannotOpen.class)
                .hasMessageContaining("exit code 7")
                .hasMessageContaining("the disk is on fire");
    }

    @Test
    void aPortLostToAnotherProgramMeansAnotherTry() {
        String once = "lose-port=" + directory.resolve("seen");
        try (LocalCluster cluster = LocalCluster.start(options(directory.resolve("cluster"), 1, once))) {
            assertThat(directory.resolve("seen")).exists();
            cluster.awaitReady(SOON);
        }
    }

    @Test
    void nodesEndWithAParentThatIsKilled() throws Exception {
        Process parent = new ProcessBuilder(
                        java(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShortLivedParent.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = parent.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            assertThat(line).startsWith("pids ");
            List<ProcessHandle> children = new ArrayList<>();
            for (String pid : line.substring("pids ".length()).split(" ", -1)) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(children::add);
            }
            assertThat(children).hasSize(2);
            parent.destroyForcibly();
            for (ProcessHandle child : children) {
                child.onExit().get(20, TimeUnit.SECONDS);
            }
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void portsAreDistinctFreeAndOutsideOfWhatOutgoingConnectionsGet() throws IOException {
        List<Integer> ports = Ports.free(20);
        assertThat(new HashSet<>(ports)).hasSize(20);
        assertThat(ports).allMatch(port -> port >= 10_000 && port < 32_768);
        for (int port : ports) {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    static LocalCluster.Options options(Path directory, int nodes, String behaviour) {
        return new LocalCluster.Options(
                directory,
                nodes,
                1,
                List.of(
                        java(),
                        "-Xmx96m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--add-opens",
                        "java.base/jdk.internal.misc=ALL-UNNAMED",
                        // A killed node cannot remove its native library: it lies where the test is cleaned up.
                        "-Dlmdbjava.extract.dir=" + directory,
                        "-Djffi.extract.dir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScriptedServer.class.getName(),
                        behaviour));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String stateOf(long pid) throws Exception {
        Process ps = new ProcessBuilder("ps", "-o", "stat=", "-p", Long.toString(pid)).start();
        try (BufferedReader output = ps.inputReader(StandardCharsets.UTF_8)) {
            return String.valueOf(output.readLine());
        } finally {
            ps.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
