package io.weir.cli.git;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A commit as git exports it: its state is that of its first parent, plus its changes in their order.
 *
 * @param id its object id
 * @param parents ids, the first parent first; empty for a root and for the boundary of a shallow clone
 * @param subject first line of its message, shortened; for people only
 * @param changes against the first parent
 */
public record GitCommit(String id, List<String> parents, String subject, List<Change> changes) {
    public GitCommit {
        parents = List.copyOf(parents);
        changes = List.copyOf(changes);
    }

    /**
     * What a commit did to one path.
     *
     * @param entry what it holds from now on; null if it was deleted
     */
    public record Change(GitPath path, @Nullable TreeEntry entry) {}
}
