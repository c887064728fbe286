package io.weir.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.consensus.ListenConfig;
import io.weir.consensus.MemberConfig;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weir server} refuses before it starts anything, and how it reads its members. */
class ServerCommandTest {
    private static final String THREE =
            "n1=127.0.0.1:7301/127.0.0.1:7401,n2=127.0.0.1:7302/127.0.0.1:7402,n3=127.0.0.1:7303/127.0.0.1:7403";

    @TempDir
    Path directory;

    @Test
    void membersAreReadInTheirOrder() {
        List<MemberConfig> members = Members.parse(THREE);
        assertThat(members).extracting(MemberConfig::id).containsExactly("n1", "n2", "n3");
        assertThat(members.get(1).peerAddress()).isEqualTo("127.0.0.1:7302");
        assertThat(members.get(1).clientAddress()).isEqualTo("127.0.0.1:7402");
        assertThat(Members.parse("a=[::1]:1/[::1]:2").get(0).peerAddress()).isEqualTo("[::1]:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "n1", "n1=127.0.0.1:7301", "n1=127.0.0.1/127.0.0.1", "N1=127.0.0.1:1/127.0.0.1:2", ","})
    void membersThatCannotBeReadSayHow(String members) {
        assertRefused("n1=127.0.0.1:7301/127.0.0.1:7401", "--members", members);
    }

    @Test
    void whereItListensIsReadOrRefused() {
        ListenConfig listen = Members.parseListen("127.0.0.1:9301/[::1]:9401");
        assertThat(listen.peerAddress()).isEqualTo("127.0.0.1:9301");
        assertThat(listen.clientAddress()).isEqualTo("[::1]:9401");
        assertRefused("127.0.0.1:9301/127.0.0.1:9401", "--listen", "127.0.0.1:9301");
        Run foreign = server("--listen", "10.0.0.1:9301/127.0.0.1:9401");
        assertThat(foreign.exitCode()).isEqualTo(2);
        assertThat(foreign.err()).contains("10.0.0.1:9301 can be reached from other machines");
    }

    @Test
    void anUnknownOrMissingNodeNamesTheMembers() {
        assertRefused("[n1, n2, n3]", "--members", THREE, "--node", "n4");
        assertRefused("[n1, n2, n3]", "--members", THREE);
    }

    @Test
    void whatTheConfigurationCannotBeIsRefused() {
        assertRefused("1 to 64", "--partitions", "0");
        assertRefused("1 to 64", "--partitions", "65");
        assertRefused("not an int", "--partitions", "four");
        assertRefused("1 to 64", "--cluster-id", "");
        assertRefused("all from 1", "--checkpoint-mib", "0");
        assertRefused("is no time", "--checkpoint-age", "0s");
        assertRefused("is no time", "--verify-every", "0s");
        assertRefused("may be negative", "--keep-log-mib", "-1");
        assertRefused("may be negative", "--log-segment-mib", "-1");
        assertRefused("same id", "--members", "a=h:1/h:2,a=h:3/h:4", "--node", "a");
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Run run = Run.weir(
                new FakeStore(), "server", "--dir", file.resolve("below").toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("cannot be created or written").contains("--dir");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertNotStarted(
                    "peer address of node n1 " + address + " cannot be bound", "n1=" + address + "/127.0.0.1:1");
            assertNotStarted("client address of node n1 " + address + " cannot be bound", "n1=127.0.0.1:0/" + address);
        }
        assertThat(ObjectInputFilter.Config.getSerialFilter())
                .as("set before a node starts")
                .isNotNull();
    }

    private void assertNotStarted(String why, String members) {
        Run run = server("--members", members);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains(why)
                .contains("stop what listens on port")
                .contains("--members");
        assertThat(run.err()).doesNotContain("Nothing was changed");
    }

    @Test
    void aDirectoryOfAnotherClusterOrANewerFormatIsRefused() throws IOException {
        String identity = "format=1\ncluster=right\nnode=n1\npartitions=4\nmember=n1\n";
        Path file = Files.writeString(directory.resolve("weir.identity"), identity);
        Run other = server("--cluster-id", "wrong");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .contains(directory + " belongs to another cluster: it has right, the configuration says wrong")
                .contains("use the right directory or an empty one")
                .contains("--dir");
        assertThat(file).hasContent(identity);

        Files.writeString(file, identity.replace("format=1", "format=2"));
        Run newer = server("--cluster-id", "right");
        assertThat(newer.exitCode()).isEqualTo(2);
        assertThat(newer.err())
                .contains("has format 2; this version of Weir knows format 1")
                .contains("--dir");
    }

    @Test
    void leftoversOfProcessesThatEndedAreRemoved() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        assertThat(ended.waitFor()).isZero();
        Path leftover = Files.createDirectories(directory.resolve("native/" + ended.pid()));
        Files.createFile(leftover.resolve("liblmdb.so"));
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        Path ofOther = Files.createDirectories(directory.resolve("native/" + parent));
        Path foreign = Files.createDirectories(directory.resolve("native/notes"));
        NativeFiles files = NativeFiles.prepare(directory);
        Path own = directory.resolve("native/" + ProcessHandle.current().pid());
        assertThat(leftover).doesNotExist();
        assertThat(ofOther).exists();
        assertThat(foreign).exists();
        assertThat(own).exists();
        files.remove();
        assertThat(own).doesNotExist();
    }

    private void assertRefused(String message, String... options) {
        Run run = server(options);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.err().lines().count()).as(run.err()).isBetween(1L, 3L);
        assertThat(run.out()).isEmpty();
    }

    private Run server(String... options) {
        List<String> args = new ArrayList<>(List.of("server", "--dir", directory.toString()));
        args.addAll(List.of(options));
        return Run.weir(new FakeStore(), args.toArray(String[]::new));
    }
}
