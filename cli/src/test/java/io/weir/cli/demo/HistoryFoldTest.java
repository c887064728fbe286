package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.git.Git;
import io.weir.cli.git.GitCommit;
import io.weir.cli.git.GitPath;
import io.weir.cli.git.GitRepository;
import io.weir.cli.git.History;
import io.weir.cli.git.HistoryBuilder;
import io.weir.cli.git.RandomHistory;
import io.weir.cli.git.TreeEntry;
import io.weir.cli.git.Zoo;
import io.weir.cli.shell.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole histories through a store and back, judged by the installed git at every commit. */
class HistoryFoldTest {
    @TempDir
    Path temp;

    @Test
    void theZooIsRightAtEveryCommit() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));
        int commits = Integer.parseInt(Git.text(zoo, "rev-list", "--count", "HEAD"));

        assertThat(commits).isGreaterThan(50);
        assertThat(judgeAtEveryCommit(zoo)).contains("git ls-tree agrees at " + commits + " commits");
    }

    @Test
    void aRepositoryOfSha256IsRightAtEveryCommit() throws Exception {
        Path repository = temp.resolve("sha256");
        HistoryBuilder git = new HistoryBuilder();
        int at = git.commit("1").file("a", "1").on();
        git.commit("2").file("a", "2").delete("b").file("c/d", "1").on(at);
        git.into(repository, "--object-format=sha256");

        assertThat(judgeAtEveryCommit(repository)).contains("agrees at 2 commits");
    }

    @Test
    void aShallowCloneIsRightAtEveryCommit() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));
        Git.text(temp, "clone", "--quiet", "--bare", "--depth=9", zoo.toUri().toString(), "shallow");
        Path shallow = temp.resolve("shallow");
        int commits = Integer.parseInt(Git.text(shallow, "rev-list", "--count", "HEAD"));

        assertThat(commits).isEqualTo(9);
        assertThat(judgeAtEveryCommit(shallow)).contains("agrees at 9 commits");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomHistoriesAreRightAtEveryCommit(long seed) throws Exception {
        Path repository = RandomHistory.into(temp.resolve("random"), seed, 60);
        assertThat(judgeAtEveryCommit(repository)).contains("agrees at 60 commits");
    }

    @Test
    void theNaiveFoldIsWrongAndTheJudgeSeesIt() throws Exception {
        History straightened = new Straightened(GitRepository.at(Zoo.into(temp.resolve("zoo"))));
        String tip = straightened.tip().substring(0, 12);

        assertThatThrownBy(() -> play(new GitInput(straightened, Integer.MAX_VALUE)))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("git ls-tree disagrees")
                .hasMessageContaining("commit " + tip + ", path conflict/ours: expected 100644 ");
    }

    @Test
    void aChangeOnASideBranchDoesNotReachThePathsOfOthers() throws Exception {
        HistoryBuilder git = new HistoryBuilder();
        int base = git.commit("base").file("f", "0").on();
        int main = git.commit("main").file("f", "main").on(base);
        int side = git.commit("side").file("f", "side").on(base);
        git.commit("ours").on(main, side);
        assertThat(judgeAtEveryCommit(git.into(temp.resolve("r")))).contains("agrees at 4 commits, 1 of them off");
    }

    /** A reader that takes every commit for the child of the one before: all changes folded in the order of the export. */
    private record Straightened(History history) implements History {
        @Override
        public String origin() {
            return history.origin();
        }

        @Override
        public String tip() {
            return history.tip();
        }

        @Override
        public List<GitCommit> commits(int limit) throws IOException {
            List<GitCommit> straight = new ArrayList<>();
            for (GitCommit commit : history.commits(limit)) {
                List<String> parents = straight.isEmpty()
                        ? List.of()
                        : List.of(straight.get(straight.size() - 1).id());
                straight.add(new GitCommit(commit.id(), parents, commit.subject(), commit.changes()));
            }
            return straight;
        }

        @Override
        public Map<GitPath, TreeEntry> tree(String commitId) throws IOException {
            return history.tree(commitId);
        }
    }

    private static String judgeAtEveryCommit(Path repository) throws Exception {
        return play(new GitInput(GitRepository.at(repository), Integer.MAX_VALUE, Integer.MAX_VALUE / 2));
    }

    private static String play(DemoInput input) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        try (FakeCluster cluster = new FakeCluster(3, 4)) {
            Lines lines = new Lines(new Console(
                    InputStream.nullInputStream(),
                    print,
                    print,
                    false,
                    false,
                    (address, timeout) -> cluster.connect()));
            new DemoRun(input, cluster, cluster.connect(), cluster.connect(), lines).play();
            assertThat(cluster.killed).hasValue(1);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
