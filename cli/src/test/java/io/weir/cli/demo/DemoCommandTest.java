package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.git.Git;
import io.weir.cli.git.GitPath;
import io.weir.cli.git.HistoryBuilder;
import io.weir.cli.git.Zoo;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.FailureReport;
import io.weir.client.EventStoreException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole command on a cluster in memory: what it prints, how it ends, what it leaves behind. */
class DemoCommandTest {
    @TempDir
    Path temp;

    private final FakeCluster cluster = new FakeCluster(3, 4);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private byte[] stdin = new byte[0];

    @Test
    void aHistoryThatIsRight() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));

        assertThat(run("--repo", zoo.toString())).as(err()).isZero();

        assertThat(out())
                .contains("cluster    3 nodes in memory, 4 partitions")
                .contains("kill -9    node n")
                .containsPattern("failover +\\d+ ms from the kill")
                .containsPattern("halted +node n\\d, leader of partition \\d, with a transaction prepared everywhere")
                .containsPattern("recovered +\\d+ ms from its end until all of these were decided")
                .containsPattern("atomic +\\d+ transactions, each all or nothing: .* \\d+ over 2, ")
                .containsPattern(
                        "pairs +[1-9][\\d,]* pairs .*, [1-9][\\d,]* of them over several partitions, .* halves seen: 0")
                .contains("digests of 3 replicas of each of 4 partitions are equal")
                .contains("acknowledged events lost: 0")
                .contains("git ls-tree agrees at 61 commits")
                .contains("every check passed")
                .doesNotContain("events/s");
        assertThat(cluster.killed).hasValue(1);
        assertThat(cluster.haltedAtDecision).hasValue(1);
        assertNothingIsLeft();
    }

    @Test
    void aCorruptedObjectIdIsFoundAndItsPathNamed() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));

        assertThat(run("--repo", zoo.toString(), "--corrupt", "conflict/ours")).isEqualTo(1);

        String right = Git.text(zoo, "rev-parse", "HEAD:conflict/ours");
        assertThat(err())
                .contains("FAILED: git ls-tree disagrees at ")
                .contains(", path conflict/ours: expected 100644 " + right + ", found 100644 " + right.substring(0, 39))
                .doesNotContain("path README.md");
        assertThat(out()).contains("acknowledged events lost: 0").doesNotContain("every check passed");
        assertNothingIsLeft();
    }

    @Test
    void aPathToCorruptMustBeThere() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));
        assertThat(run("--repo", zoo.toString(), "--corrupt", "gone")).isEqualTo(2);
        assertThat(err()).contains("has no path gone");
    }

    @Test
    void anEventThatIsLostIsFound() throws Exception {
        cluster.losing = (stream, revision) -> stream.equals("git/path/src/main.c") && revision == 3;

        assertThat(run("--repo", Zoo.into(temp.resolve("zoo")).toString())).isEqualTo(1);

        assertThat(err())
                .contains("FAILED: 1 acknowledged events are lost")
                .contains("stream \"git/path/src/main.c\": ")
                .contains("stream \"git/path/src/main.c\", revision 3: found 4");
        assertNothingIsLeft();
    }

    @Test
    void halfATransactionIsFound() throws Exception {
        cluster.isHalving = true;

        assertThat(run("--repo", Zoo.into(temp.resolve("zoo")).toString())).isEqualTo(1);

        assertThat(err())
                .containsPattern("FAILED: a second client saw half of transaction [0-9a-f]{40}")
                .containsPattern("stream \"git/.*\" in partition 1: none of its events")
                .containsPattern("stream \"git/.*\" in partition [023]: all of its events");
        assertNothingIsLeft();
    }

    @Test
    void oneAloneCannotBeHaltedBetweenPartitions() throws Exception {
        FakeCluster single = new FakeCluster(3, 1);
        assertThat(run((directory, nodes, partitions) -> single.startedIn(directory), "--partitions", "1"))
                .as(err())
                .isZero();
        assertThat(out())
                .contains("62 transactions, each all or nothing: 62 in one partition")
                .doesNotContain("halted");
        assertThat(single.killed).hasValue(1);
    }

    @Test
    void aReplicaThatDiffersIsFound() throws Exception {
        cluster.differing = "n3";
        assertThat(run("--repo", Zoo.into(temp.resolve("zoo")).toString())).isEqualTo(1);
        assertThat(err()).contains("FAILED: replicas differ").contains("partition 0 at index ");
        assertNothingIsLeft();
    }

    @Test
    void withoutARepositoryGitSaysSoAndTheSampleServes() {
        assertThat(run()).as(err()).isZero();
        assertThat(err()).startsWith("fatal: not a git repository").contains("bundled sample");
        assertThat(out()).contains("the bundled sample history at ").contains("every check passed");
    }

    @Test
    void theRepositoryOfTheCurrentDirectoryServesByDefault() throws Exception {
        HistoryBuilder git = new HistoryBuilder();
        git.commit("only").on();
        git.into(temp);
        assertThat(run()).as(err()).isZero();
        assertThat(out()).contains("the git repository of " + temp).contains("git ls-tree agrees at 1 commits");
    }

    @Test
    void aRepositoryThatIsNamedAndIsNoneIsAMistake() {
        assertThat(run("--repo", temp.toString())).isEqualTo(2);
        assertThat(err()).contains("--repo " + temp + ": fatal: not a git repository");
        assertThat(run("--repo", temp.resolve("typo").toString())).isEqualTo(2);
        assertThat(err())
                .contains("--repo " + temp.resolve("typo") + ": fatal: ")
                .doesNotContain("bundled sample");
        assertThat(cluster.directory).isNull();
    }

    @Test
    void aHistoryOfOneCommitIsEnough() throws Exception {
        HistoryBuilder git = new HistoryBuilder();
        git.commit("only").on();
        Path repository = git.into(temp.resolve("one"));

        assertThat(run("--repo", repository.toString())).as(err()).isZero();
        assertThat(out()).contains("git ls-tree agrees at 1 commits").contains("after 1 of 1 commits");
    }

    @Test
    void onlyTheFirstCommits() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));
        assertThat(run("--repo", zoo.toString(), "--commits", "7")).as(err()).isZero();
        assertThat(out()).contains("git ls-tree agrees at 7 commits");
    }

    @Test
    void aLongHistoryHasARateAndASpreadSample() throws Exception {
        HistoryBuilder git = new HistoryBuilder();
        int main = git.commit("root").file("f", "0").on();
        for (int i = 0; i < 100; i++) {
            HistoryBuilder.CommitBuilder wide = git.commit("wide " + i);
            for (int f = 0; f < 100; f++) {
                wide.file("d" + f % 10 + "/f" + f, "content " + i);
            }
            int side = wide.on(main);
            main = git.commit("merge").file("f", i + "").on(main, side);
        }
        Path repository = git.into(temp.resolve("long"));

        assertThat(run("--repo", repository.toString())).as(err()).isZero();
        assertThat(out())
                .containsPattern("201 commits as 10,3\\d\\d events")
                .containsPattern("[\\d,]+ events/s")
                .contains("agrees at 64 commits, 32 of them off the first-parent chain");
    }

    @Test
    void aDirectoryToKeepIsKept() throws Exception {
        Path keep = temp.resolve("kept");
        assertThat(run("--keep", keep.toString())).isZero();
        assertThat(keep).exists();
        assertThat(cluster.directory).isEqualTo(keep);

        Files.writeString(keep.resolve("something"), "");
        assertThat(run("--keep", keep.toString())).isEqualTo(2);
        assertThat(err()).contains("is not empty");
    }

    /** A file in the way stops even the superuser, who may write everywhere. */
    @Test
    void aDirectoryToKeepThatCannotBeWrittenIsAMistake() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "stays");
        assertThat(run("--keep", file.toString())).isEqualTo(2);
        assertThat(run("--keep", file.resolve("below").toString())).isEqualTo(2);
        assertThat(err())
                .contains("--keep: " + file + " cannot be created or written")
                .contains("--keep: " + file.resolve("below") + " cannot be created or written")
                .doesNotContain("defect of Weir");
        assertThat(file).hasContent("stays");
        assertThat(cluster.directory).isNull();
    }

    @Test
    void rowsFromStandardInput() {
        StringBuilder csv = new StringBuilder("customer,order,amount\n");
        for (int i = 0; i < 500; i++) {
            csv.append("customer-")
                    .append(i % 17)
                    .append(",o")
                    .append(i / 3)
                    .append(',')
                    .append(i)
                    .append('\n');
        }
        stdin = csv.toString().getBytes(StandardCharsets.UTF_8);

        assertThat(run("--from", "csv", "-", "--stream-key", "customer", "--tx-key", "order"))
                .as(err())
                .isZero();
        assertThat(out())
                .contains("standard input: 500 rows for 17 streams in 167 transactions")
                .contains("the input agrees: 500 rows of 17 streams, counts and content hashes");
        assertNothingIsLeft();
    }

    @Test
    void rowsThatAreLostAreFound() throws Exception {
        cluster.losing = (stream, revision) -> stream.equals("a") && revision == 1;
        Path file = Files.writeString(temp.resolve("rows"), "{\"s\":\"a\"}\n{\"s\":\"a\"}\n{\"s\":\"b\"}\n");
        assertThat(run("--from", "ndjson", file.toString(), "--stream-key", "s"))
                .isEqualTo(1);
        assertThat(err()).contains("1 acknowledged events are lost").contains("stream \"a\"");
    }

    @Test
    void usageErrorsEndWith2BeforeAnythingStarts() throws Exception {
        Path file = Files.writeString(temp.resolve("rows"), "{\"s\":\"a\"}\nbroken\n");
        assertThat(run("--from", "ndjson", file.toString(), "--stream-key", "s"))
                .isEqualTo(2);
        assertThat(err()).contains("line 2: ");
        assertThat(run("--from", "ndjson", file.toString())).isEqualTo(2);
        assertThat(run("--from", "xml", file.toString(), "--stream-key", "s")).isEqualTo(2);
        assertThat(run("--from", "csv", temp.resolve("absent").toString(), "--stream-key", "s"))
                .isEqualTo(2);
        assertThat(run("--from", "csv")).isEqualTo(2);
        assertThat(run("--stream-key", "s")).isEqualTo(2);
        assertThat(run("--commits", "0")).isEqualTo(2);
        assertThat(run("--partitions", "65")).isEqualTo(2);
        assertThat(cluster.directory).isNull();
    }

    @Test
    void aClusterThatDoesNotStartLeavesNothing() {
        DemoCluster.Starter starter = (directory, nodes, partitions) -> {
            cluster.startedIn(directory);
            throw new EventStoreException.CannotOpen("no port is free", null);
        };
        assertThat(run(starter)).isEqualTo(3);
        assertThat(err()).contains("no port is free");
        assertThat(cluster.directory).isNotNull().doesNotExist();
    }

    @Test
    void helpEndsWithTwoExamples() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .containsPattern("(?s)Examples:\\R  weir demo --repo [^\\n]*\\R  weir demo --from [^\\n]*\\R$");
    }

    @Test
    void theStreamOfAnyPathCanBeFound() {
        assertThat(GitEvents.isPathStream(GitEvents.streamOf(GitPath.ofText("x"))))
                .isTrue();
        assertThat(GitEvents.isPathStream(GitEvents.streamOf(Zoo.tooLong()))).isTrue();
    }

    private int run(String... arguments) {
        return run((directory, nodes, partitions) -> cluster.startedIn(directory), arguments);
    }

    /** As the program does it: failures are reported, with the exit code that belongs to them. */
    private int run(DemoCluster.Starter starter, String... arguments) {
        Console console = new Console(
                new ByteArrayInputStream(stdin),
                print(out),
                print(err),
                false,
                false,
                (address, timeout) -> cluster.connect());
        CommandLine command = new CommandLine(new DemoCommand(console, starter, temp));
        command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        command.setExecutionExceptionHandler((failure, failed, parsed) -> {
            FailureReport report = FailureReport.of(failure);
            console.err().println("weir demo: " + report.what() + "\n" + report.next());
            return report.exitCode();
        });
        return command.execute(arguments);
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void assertNothingIsLeft() {
        assertThat(cluster.isClosed).isTrue();
        assertThat(cluster.directory).isNotNull().doesNotExist();
    }
}
