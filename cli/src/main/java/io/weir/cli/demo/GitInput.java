package io.weir.cli.demo;

import io.weir.cli.git.GitCommit;
import io.weir.cli.git.GitPath;
import io.weir.cli.git.History;
import io.weir.cli.git.TreeEntry;
import io.weir.cli.shell.CliFailure;
import io.weir.client.RecordedEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A git history as the demo's input, and {@code git ls-tree} as its judge. */
final class GitInput implements DemoInput {
    /** Commits to judge on the tip's chain of first parents, and as many aside from it. */
    private static final int JUDGED_ON_EACH_SIDE = 32;

    private final History history;
    private final List<GitCommit> commits;
    private final int judgedOnEachSide;
    private final HistoryFold fold = new HistoryFold();
    private @Nullable GitPath corruptPath;
    private int corruptCommit = -1;

    /**
     * Reads a history.
     *
     * @param limit how many commits at most, from the oldest; the last of them is judged as the tip
     */
    GitInput(History history, int limit) throws IOException {
        this(history, limit, JUDGED_ON_EACH_SIDE);
    }

    GitInput(History history, int limit, int judgedOnEachSide) throws IOException {
        this.history = history;
        this.judgedOnEachSide = judgedOnEachSide;
        this.commits = history.commits(limit);
        if (commits.isEmpty()) {
            throw new IOException(history.origin() + " has no commits");
        }
    }

    /**
     * Writes a wrong object id where the tip got its version of a path, so that the judge must find it.
     *
     * @throws CliFailure if the tip has no such path
     */
    GitInput corrupting(GitPath path) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < commits.size(); i++) {
            numbers.put(commits.get(i).id(), i);
        }
        for (Integer at = commits.size() - 1; at != null; at = firstParent(numbers, at)) {
            for (GitCommit.Change change : commits.get(at).changes()) {
                if (change.path().equals(path) && change.entry() != null) {
                    corruptPath = path;
                    corruptCommit = at;
                    return this;
                }
                if (change.path().equals(path)) {
                    throw absent(path);
                }
            }
        }
        throw absent(path);
    }

    private @Nullable Integer firstParent(Map<String, Integer> numbers, int commit) {
        List<String> parents = commits.get(commit).parents();
        return parents.isEmpty() ? null : numbers.get(parents.get(0));
    }

    private CliFailure absent(GitPath path) {
        return CliFailure.usage(
                "--corrupt: commit " + tip() + " has no path " + path, "\"git ls-tree -r HEAD\" shows what it has.");
    }

    private String tip() {
        return commits.get(commits.size() - 1).id();
    }

    @Override
    public String description() {
        long changes =
                commits.stream().mapToLong(commit -> commit.changes().size()).sum();
        return String.format(
                Locale.ROOT,
                "%s at %s: %,d commits, %,d changes of paths",
                history.origin(),
                tip().substring(0, 12),
                commits.size(),
                changes);
    }

    @Override
    public String units() {
        return "commits";
    }

    @Override
    public int size() {
        return commits.size();
    }

    @Override
    public String name(int number) {
        return commits.get(number).id();
    }

    @Override
    public List<Write> unit(int number) {
        GitCommit commit = commits.get(number);
        List<Write> writes = new ArrayList<>(commit.changes().size() + 1);
        writes.add(new Write(GitEvents.streamOf(commit.id()), GitEvents.committed(commit)));
        for (GitCommit.Change change : commit.changes()) {
            GitCommit.Change written =
                    number == corruptCommit && change.path().equals(corruptPath) ? corrupt(change) : change;
            writes.add(new Write(GitEvents.streamOf(change.path()), GitEvents.changed(commit.id(), written)));
        }
        return writes;
    }

    private static GitCommit.Change corrupt(GitCommit.Change change) {
        TreeEntry entry = change.entry();
        if (entry == null) {
            return change;
        }
        char last = entry.id().charAt(entry.id().length() - 1);
        String wrong = entry.id().substring(0, entry.id().length() - 1) + (last == '0' ? '1' : '0');
        return new GitCommit.Change(change.path(), new TreeEntry(entry.mode(), wrong));
    }

    @Override
    public void readBack(RecordedEvent event) throws CheckFailed {
        fold.add(event);
    }

    @Override
    public String judge() throws CheckFailed, IOException {
        List<String> ids = commits.stream().map(GitCommit::id).toList();
        if (!fold.commits().equals(Set.copyOf(ids))) {
            throw new CheckFailed(
                    "the store holds " + fold.commits().size() + " commits, and not those of the history");
        }
        List<String> differences = new ArrayList<>();
        Set<String> chain = new HashSet<>(fold.firstParentChain(tip()));
        List<String> judged = sample(ids, chain, judgedOnEachSide);
        long compared = 0;
        int wrongCommits = 0;
        for (String id : judged) {
            Map<GitPath, TreeEntry> expected = history.tree(id);
            List<String> wrong = compare(id, expected, fold.stateAt(id));
            differences.addAll(wrong);
            wrongCommits += wrong.isEmpty() ? 0 : 1;
            compared += expected.size();
        }
        if (!differences.isEmpty()) {
            throw new CheckFailed(
                    "git ls-tree disagrees at " + wrongCommits + " of " + judged.size() + " commits", differences);
        }
        long aside = judged.stream().filter(id -> !chain.contains(id)).count();
        return String.format(
                Locale.ROOT,
                "git ls-tree agrees at %,d commits, %,d of them off the first-parent chain: %,d paths, modes and ids",
                judged.size(),
                aside,
                compared);
    }

    /**
     * An even spread over the commits of the tip's chain and over those aside from it, the tip always among them. What one
     * side lacks the other gets. The tip comes first, since its differences say most.
     */
    static List<String> sample(List<String> commits, Set<String> chain, int each) {
        List<String> on = commits.stream().filter(chain::contains).toList();
        List<String> aside = commits.stream().filter(id -> !chain.contains(id)).toList();
        int fromAside = Math.min(aside.size(), Math.max(each, 2 * each - on.size()));
        int fromChain = Math.min(on.size(), 2 * each - fromAside);
        List<String> sample = new ArrayList<>(spread(on, fromChain));
        sample.addAll(spread(aside, fromAside));
        return sample;
    }

    /** The last of a list and others at even distances, backwards. */
    private static List<String> spread(List<String> all, int count) {
        List<String> spread = new ArrayList<>(count);
        for (int i = count; i > 0; i--) {
            spread.add(all.get((int) ((long) all.size() * i / count) - 1));
        }
        return spread;
    }

    private static List<String> compare(
            String commitId, Map<GitPath, TreeEntry> expected, Map<GitPath, TreeEntry> found) {
        Set<GitPath> paths = new TreeSet<>(expected.keySet());
        paths.addAll(found.keySet());
        List<String> differences = new ArrayList<>();
        for (GitPath path : paths) {
            TreeEntry right = expected.get(path);
            TreeEntry got = found.get(path);
            if (right == null || !right.equals(got)) {
                differences.add("commit " + commitId.substring(0, 12) + ", path " + path + ": expected "
                        + (right == null ? "nothing" : right) + ", found " + (got == null ? "nothing" : got));
            }
        }
        return differences;
    }
}
