package io.weir.cli.git;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A git history, and git as the judge of what any of its commits holds. Not for several threads. */
public interface History {
    /** For people: where the history comes from. */
    String origin();

    /** Object id of the commit that the history ends with, resolved once. */
    String tip();

    /**
     * The commits up to the tip, parents before children.
     *
     * @param limit how many at most, from the oldest
     * @throws GitFailure if git fails
     */
    List<GitCommit> commits(int limit) throws IOException;

    /**
     * Everything that a commit holds, in git's judgement: independent of {@link #commits}.
     *
     * @throws GitFailure if git fails
     */
    Map<GitPath, TreeEntry> tree(String commitId) throws IOException;
}
