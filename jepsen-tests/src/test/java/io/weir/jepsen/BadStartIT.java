package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.Program.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that cannot run says why, with an exit code, and leaves the directory as it found it. */
@Timeout(120)
class BadStartIT {
    private static final int USAGE = 2;

    @TempDir
    Path directory;

    @Test
    void portsThatAreTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String takenAddress = "127.0.0.1:" + taken.getLocalPort();
            String freeAddress = "127.0.0.1:" + Rig.unusedPort();
            Result client = server("--members", "n1=" + freeAddress + "/" + takenAddress);
            client.requireExit(USAGE);
            assertThat(client.err()).contains(takenAddress).contains("already in use");
            Result peer = server(
                    "--members",
                    "n1=" + takenAddress + "/" + freeAddress + ",n2=127.0.0.1:1/127.0.0.1:2",
                    "--node",
                    "n1");
            peer.requireExit(USAGE);
            assertThat(peer.err()).contains(takenAddress).contains("already in use");
        }
    }

    /** A file stands where the directory should be: that stops even the superuser, who may write everywhere. */
    @Test
    void aDirectoryThatCannotBeWritten() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        Result result =
                Program.run(directory, "server", "--dir", file.resolve("data").toString());
        result.requireExit(USAGE);
        assertThat(result.err()).contains(file.resolve("data").toString()).contains("--dir");
        assertThat(Files.readString(file)).isEqualTo("not a directory");
    }

    @Test
    void aDirectoryOfAnotherClusterOrOfANewerFormat() throws Exception {
        Path data = directory.resolve("data");
        runOnce(data, "right");
        Path identity = data.resolve("weir.identity");
        List<String> before = contents(data);

        Result other = server("--dir", data.toString(), "--cluster-id", "wrong");
        other.requireExit(USAGE);
        assertThat(other.err()).contains("another cluster").contains("right").contains("wrong");

        String text = Files.readString(identity);
        assertThat(text).contains("format=1");
        Files.writeString(identity, text.replace("format=1", "format=2"));
        Result newer = server("--dir", data.toString(), "--cluster-id", "right");
        newer.requireExit(USAGE);
        assertThat(newer.err()).contains("format 2").contains("knows format 1");
        Files.writeString(identity, text);

        assertThat(contents(data)).isEqualTo(before);
        runOnce(data, "right");
    }

    /** It would fail for as long as the process lives: who waited for better times would wait in vain. */
    @Test
    void aNodeThatCannotUnpackItsLibrariesEndsAtOnce() throws Exception {
        Path none = directory.resolve("none");
        try (Program program = Program.start(
                directory,
                List.of("-Dlmdbjava.extract.dir=" + none),
                "server",
                "--dir",
                directory.resolve("data").toString())) {
            Result result = program.awaitEnd();
            result.requireExit(USAGE);
            assertThat(result.err())
                    .contains("cannot load LMDB's native library")
                    .contains(none.toString());
        }
    }

    @Test
    void anUnknownOptionNamesTheNearest() throws Exception {
        Result result = server("--clusterid", "x");
        result.requireExit(USAGE);
        assertThat(result.err()).contains("--cluster-id");
    }

    /** Starts a cluster of one, and ends it in order when it serves. */
    private void runOnce(Path data, String clusterId) throws Exception {
        String member = "n1=127.0.0.1:" + Rig.unusedPort() + "/127.0.0.1:" + Rig.unusedPort();
        try (Program program = Program.start(
                directory, "server", "--dir", data.toString(), "--cluster-id", clusterId, "--members", member)) {
            program.awaitLine("ready");
            program.requestEnd();
            program.awaitEnd().requireExit(0);
        }
    }

    private Result server(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("server"));
        all.addAll(List.of(options));
        return Program.run(directory, all.toArray(String[]::new));
    }

    /** Names and sizes of everything but what native libraries need while a process runs. */
    private static List<String> contents(Path root) throws Exception {
        List<String> found = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted().toList()) {
                if (Files.isRegularFile(path) && !path.startsWith(root.resolve("native"))) {
                    found.add(root.relativize(path) + " " + Files.size(path));
                }
            }
        }
        return found;
    }
}
