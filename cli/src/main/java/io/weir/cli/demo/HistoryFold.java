package io.weir.cli.demo;

import io.weir.cli.git.GitPath;
import io.weir.cli.git.TreeEntry;
import io.weir.client.RecordedEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every commit of a history held, folded from events that a store returned.
 *
 * <p>A path's state at a commit is that of the last event in its stream whose commit lies on the commit's chain of first
 * parents. Folding all events in their order instead mixes the branches: it is right on a straight history, right at most
 * tips of small ones, and wrong at 27 paths of one public history of 9 000 commits. Not for several threads.
 */
final class HistoryFold {
    /** The changes of one path, in the order of its stream. */
    private static final class PathHistory {
        private int[] commits = new int[2];
        private final List<@Nullable TreeEntry> entries = new ArrayList<>(2);

        private void add(int commit, @Nullable TreeEntry entry) {
            if (entries.size() == commits.length) {
                commits = Arrays.copyOf(commits, commits.length * 2);
            }
            commits[entries.size()] = commit;
            entries.add(entry);
        }

        private @Nullable TreeEntry lastOn(BitSet chain) {
            for (int i = entries.size() - 1; i >= 0; i--) {
                if (chain.get(commits[i])) {
                    return entries.get(i);
                }
            }
            return null;
        }
    }

    /** Numbers for commit ids, given at first sight: a change may be read before the commit that it belongs to. */
    private final Map<String, Integer> numbers = new HashMap<>();

    private final Map<Integer, List<String>> parents = new HashMap<>();
    private final Set<String> commits = new HashSet<>();
    private final Map<GitPath, PathHistory> paths = new HashMap<>();

    /** Takes an event; those of one stream in their order, streams in any. */
    void add(RecordedEvent event) throws CheckFailed {
        if (GitEvents.isCommitStream(event.stream())) {
            GitEvents.Commit commit = GitEvents.parseCommit(event);
            parents.put(number(commit.id()), commit.parents());
            commits.add(commit.id());
        } else if (GitEvents.isPathStream(event.stream())) {
            GitEvents.Change change = GitEvents.parseChange(event);
            paths.computeIfAbsent(change.path(), path -> new PathHistory())
                    .add(number(change.commitId()), change.entry());
        }
    }

    private int number(String commitId) {
        Integer next = numbers.size();
        Integer given = numbers.putIfAbsent(commitId, next);
        return given == null ? next : given;
    }

    /** All commits. */
    Set<String> commits() {
        return commits;
    }

    /** How many paths have ever been. */
    int paths() {
        return paths.size();
    }

    /** The commit and its first parents, back to the beginning. */
    List<String> firstParentChain(String commitId) throws CheckFailed {
        List<String> chain = new ArrayList<>();
        String at = commitId;
        while (true) {
            Integer number = numbers.get(at);
            List<String> before = number == null ? null : parents.get(number);
            if (before == null) {
                throw new CheckFailed("stream \"" + GitEvents.streamOf(at) + "\" is missing");
            }
            chain.add(at);
            if (before.isEmpty()) {
                return chain;
            }
            at = before.get(0);
        }
    }

    /** Everything that a commit held. */
    Map<GitPath, TreeEntry> stateAt(String commitId) throws CheckFailed {
        BitSet chain = new BitSet(numbers.size());
        for (String id : firstParentChain(commitId)) {
            chain.set(number(id));
        }
        Map<GitPath, TreeEntry> state = new HashMap<>();
        paths.forEach((path, history) -> {
            TreeEntry entry = history.lastOn(chain);
            if (entry != null) {
                state.put(path, entry);
            }
        });
        return state;
    }
}
