package io.weir.cli.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledSampleTest {
    @Test
    void isWhatGitSaysOfTheZoo(@TempDir Path temp) throws Exception {
        GitRepository zoo = GitRepository.at(Zoo.into(temp));
        BundledSample sample = BundledSample.open();
        List<GitCommit> commits = zoo.commits(Integer.MAX_VALUE);

        assertThat(sample.tip()).isEqualTo(zoo.tip());
        assertThat(sample.commits(Integer.MAX_VALUE).stream().map(GitCommit::id))
                .as("run SampleWriter on src/main/resources/io/weir/cli/git after changing the zoo")
                .containsExactlyInAnyOrderElementsOf(
                        commits.stream().map(GitCommit::id).toList());
        for (GitCommit commit : commits) {
            assertThat(sample.tree(commit.id())).isEqualTo(zoo.tree(commit.id()));
            GitCommit bundled = sample.commits(Integer.MAX_VALUE).stream()
                    .filter(other -> other.id().equals(commit.id()))
                    .findFirst()
                    .orElseThrow();
            assertThat(Set.copyOf(bundled.changes())).isEqualTo(Set.copyOf(commit.changes()));
            assertThat(bundled.parents()).isEqualTo(commit.parents());
        }
    }

    @Test
    void holdsTheNamesThatAreHard() throws Exception {
        BundledSample sample = BundledSample.open();
        assertThat(sample.tree(sample.tip()).keySet())
                .contains(Zoo.notUtf8(), GitPath.ofText("new\nline"), GitPath.ofText("g".repeat(248)))
                .doesNotContain(Zoo.tooLong());
    }
}
