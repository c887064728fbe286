package io.weir.cli.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitRepositoryTest {
    @TempDir
    Path temp;

    @Test
    void noRepositoryInGitsWords() {
        assertThatThrownBy(() -> GitRepository.at(temp))
                .isInstanceOf(GitFailure.class)
                .hasMessageStartingWith("fatal: not a git repository");
    }

    @Test
    void noDirectoryInGitsWords() {
        assertThatThrownBy(() -> GitRepository.at(temp.resolve("nowhere")))
                .isInstanceOf(GitFailure.class)
                .hasMessageStartingWith("fatal: cannot change to");
    }

    @Test
    void anUnbornHeadInGitsWords() throws Exception {
        Git.text(temp, "init", "--quiet");
        assertThatThrownBy(() -> GitRepository.at(temp))
                .isInstanceOf(GitFailure.class)
                .hasMessageStartingWith("fatal:");
    }

    @Test
    void aForeignOwnerInGitsWords() throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("changing owners takes root")
                .isEqualTo("root");
        Path zoo = Zoo.into(temp.resolve("zoo"));
        try (Stream<Path> tree = Files.walk(zoo)) {
            for (Path path : tree.toList()) {
                Files.setAttribute(path, "unix:uid", 12_345);
            }
        }
        assertThatThrownBy(() -> GitRepository.at(zoo))
                .isInstanceOf(GitFailure.class)
                .hasMessageContaining("dubious ownership");
    }

    @Test
    void aBrokenRepositoryInGitsWords() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));
        GitRepository repository = GitRepository.at(zoo);
        String tree = Git.text(zoo, "rev-parse", "HEAD~3^{tree}");
        unpackWithout(zoo, tree);

        assertThatThrownBy(() -> repository.commits(Integer.MAX_VALUE))
                .isInstanceOf(GitFailure.class)
                .hasMessageContaining(tree);
    }

    /** Turns the pack into loose objects and takes one of them away. */
    private static void unpackWithout(Path repository, String object) throws IOException {
        Path packs = repository.resolve("objects/pack");
        Path moved = Files.move(packs, repository.resolve("packs-aside"));
        Files.createDirectories(packs);
        try (Stream<Path> files = Files.list(moved)) {
            for (Path pack :
                    files.filter(file -> file.toString().endsWith(".pack")).toList()) {
                Git.run(repository, Files.readAllBytes(pack), "unpack-objects", "-q");
            }
        }
        Files.delete(repository.resolve("objects/" + object.substring(0, 2) + "/" + object.substring(2)));
    }

    @Test
    void onlyTheFirstCommitsAreRead() throws Exception {
        GitRepository repository = GitRepository.at(Zoo.into(temp.resolve("zoo")));
        assertThat(repository.commits(3))
                .isEqualTo(repository.commits(Integer.MAX_VALUE).subList(0, 3));
    }

    @Test
    void aDetachedHeadAndAWorkTreeBelowItsTop() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));
        Path clone = temp.resolve("clone");
        Git.text(temp, "clone", "--quiet", "--no-checkout", zoo.toString(), clone.toString());
        Git.text(clone, "update-ref", "--no-deref", "HEAD", "HEAD~2");
        Path below = Files.createDirectories(clone.resolve("src/deep"));

        GitRepository repository = GitRepository.at(below);

        assertThat(repository.tip()).isEqualTo(Git.text(zoo, "rev-parse", "HEAD~2"));
        assertThat(repository.tree(repository.tip()))
                .isEqualTo(GitRepository.at(zoo).tree(repository.tip()));
    }

    @Test
    void modesOfOldTreesAreReducedAsTheExportDoes() throws Exception {
        String blob = "0".repeat(39) + "1";
        String listing =
                "100664 blob " + blob + "\ta\0" + "100775 blob " + blob + "\tb\0" + "120000 blob " + blob + "\tc\0";
        Map<GitPath, TreeEntry> tree = LsTree.parse(listing.getBytes(StandardCharsets.US_ASCII));

        assertThat(tree)
                .containsEntry(GitPath.ofText("a"), new TreeEntry("100644", blob))
                .containsEntry(GitPath.ofText("b"), new TreeEntry("100755", blob))
                .containsEntry(GitPath.ofText("c"), new TreeEntry("120000", blob));
    }

    @Test
    void aTornListingIsRefused() {
        String blob = "0".repeat(40);
        assertThatThrownBy(() -> LsTree.parse(("100644 blob " + blob + "\ta").getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(GitFormatException.class);
        assertThatThrownBy(() -> LsTree.parse("100644 blob".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(GitFormatException.class);
    }
}
