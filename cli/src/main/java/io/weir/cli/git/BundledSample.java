package io.weir.cli.git;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The history that serves where there is no repository: a real export of a small repository made by hand, with everything
 * in it that a naive reader gets wrong, and what {@code git ls-tree} said of each of its commits.
 */
public final class BundledSample implements History {
    private final List<GitCommit> commits;
    private final Map<String, byte[]> listings;

    private BundledSample(List<GitCommit> commits, Map<String, byte[]> listings) {
        this.commits = commits;
        this.listings = listings;
    }

    /** Reads the sample from this module's resources. */
    public static BundledSample open() throws IOException {
        try (InputStream export = resource("sample.fast-export");
                InputStream listings = resource("sample.ls-tree")) {
            FastExport reader = new FastExport(export);
            List<GitCommit> commits = new ArrayList<>();
            for (GitCommit commit = reader.next(); commit != null; commit = reader.next()) {
                commits.add(commit);
            }
            return new BundledSample(commits, listings(listings));
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = BundledSample.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("this build of weir lacks its resource " + name);
        }
        return in;
    }

    /** {@code <commit id> <bytes> LF <listing>}, again and again. */
    private static Map<String, byte[]> listings(InputStream in) throws IOException {
        Map<String, byte[]> listings = new HashMap<>();
        for (String head = line(in); head != null; head = line(in)) {
            String[] words = head.split(" ", -1);
            listings.put(words[0], in.readNBytes(Integer.parseInt(words[1])));
        }
        return listings;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            line.append((char) b);
        }
        return line.toString();
    }

    @Override
    public String origin() {
        return "the bundled sample history";
    }

    @Override
    public String tip() {
        return commits.get(commits.size() - 1).id();
    }

    @Override
    public List<GitCommit> commits(int limit) {
        return commits.subList(0, Math.min(limit, commits.size()));
    }

    @Override
    public Map<GitPath, TreeEntry> tree(String commitId) throws IOException {
        byte[] listing = listings.get(commitId);
        if (listing == null) {
            throw new GitFailure("fatal: not a tree object: " + commitId);
        }
        return LsTree.parse(listing);
    }
}
