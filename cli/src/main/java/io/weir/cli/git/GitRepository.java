package io.weir.cli.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A repository on this machine, read through the installed git: bare, shallow, detached or of SHA-256 alike. */
public final class GitRepository implements History {
    private final Path directory;
    private final String tip;

    private GitRepository(Path directory, String tip) {
        this.directory = directory;
        this.tip = tip;
    }

    /**
     * The repository that a directory belongs to, and the commit that its HEAD is at now.
     *
     * @throws GitFailure in git's own words: no repository, no commit yet, another owner, not installed
     */
    public static GitRepository at(Path directory) throws IOException {
        byte[] id = output(directory, List.of("rev-parse", "--verify", "--end-of-options", "HEAD^{commit}"));
        return new GitRepository(directory, new String(id, StandardCharsets.ISO_8859_1).strip());
    }

    @Override
    public String origin() {
        return "the git repository of " + directory.toAbsolutePath().normalize();
    }

    @Override
    public String tip() {
        return tip;
    }

    /**
     * {@inheritDoc} Without {@code --reencode=no} the export would abort on a commit in another encoding; with {@code --all} on a
     * signed tag; {@code -M} and {@code -C} would hide object ids behind renames.
     */
    @Override
    public List<GitCommit> commits(int limit) throws IOException {
        List<String> export = List.of(
                "fast-export",
                "--no-data",
                "--show-original-ids",
                "--reencode=no",
                "--signed-tags=strip",
                "--tag-of-filtered-object=drop",
                tip);
        return run(directory, export, stdout -> {
            FastExport reader = new FastExport(stdout);
            List<GitCommit> commits = new ArrayList<>();
            while (commits.size() < limit) {
                GitCommit commit = reader.next();
                if (commit == null) {
                    return new Result<>(commits, true);
                }
                commits.add(commit);
            }
            return new Result<>(commits, false);
        });
    }

    /** {@inheritDoc} Without {@code --full-tree} a subdirectory would list only itself. */
    @Override
    public Map<GitPath, TreeEntry> tree(String commitId) throws IOException {
        return LsTree.parse(listing(commitId));
    }

    byte[] listing(String commitId) throws IOException {
        return output(directory, List.of("ls-tree", "-r", "-z", "--full-tree", commitId));
    }

    private static byte[] output(Path directory, List<String> arguments) throws IOException {
        return run(directory, arguments, stdout -> new Result<>(stdout.readAllBytes(), true));
    }

    private record Result<T>(T value, boolean isWhole) {}

    private interface Reader<T> {
        Result<T> read(InputStream stdout) throws IOException;
    }

    /** Runs git and reads what it writes; if it fails, its own words are worth more than what it wrote so far. */
    private static <T> T run(Path directory, List<String> arguments, Reader<T> reader) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(arguments);
        Path words = Files.createTempFile("weir-git", ".err");
        try {
            Process git = start(new ProcessBuilder(command).redirectError(words.toFile()));
            try {
                return read(git, words, reader);
            } finally {
                git.destroy();
            }
        } finally {
            Files.delete(words);
        }
    }

    private static Process start(ProcessBuilder builder) throws GitFailure {
        try {
            Process git = builder.start();
            git.getOutputStream().close();
            return git;
        } catch (IOException e) {
            throw new GitFailure(String.valueOf(e.getMessage()));
        }
    }

    private static <T> T read(Process git, Path words, Reader<T> reader) throws IOException {
        Result<T> result;
        try (InputStream stdout = git.getInputStream()) {
            result = reader.read(stdout);
        } catch (IOException e) {
            // A git that failed leaves a torn export and says why; one that is merely cut off here says nothing.
            if (exitCode(git) != 0 && Files.size(words) > 0) {
                throw failure(git, words);
            }
            throw e;
        }
        if (result.isWhole() && exitCode(git) != 0) {
            throw failure(git, words);
        }
        return result.value();
    }

    private static GitFailure failure(Process git, Path words) throws IOException {
        String said = new String(Files.readAllBytes(words), StandardCharsets.UTF_8).strip();
        return new GitFailure(said.isEmpty() ? "git ended with code " + git.exitValue() : said);
    }

    private static int exitCode(Process git) throws IOException {
        try {
            return git.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while git was running", e);
        }
    }
}
