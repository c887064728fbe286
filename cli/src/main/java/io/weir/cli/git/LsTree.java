package io.weir.cli.git;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The parser of {@code git ls-tree -r -z --full-tree}: {@code <mode> <type> <id> TAB <path> NUL}, again and again. */
final class LsTree {
    private LsTree() {}

    static Map<GitPath, TreeEntry> parse(byte[] listing) throws GitFormatException {
        Map<GitPath, TreeEntry> tree = new HashMap<>();
        int from = 0;
        while (from < listing.length) {
            int tab = indexOf(listing, '\t', from);
            int end = indexOf(listing, '\0', tab);
            String[] words = new String(listing, from, tab - from, StandardCharsets.ISO_8859_1).split(" ", -1);
            if (words.length != 3) {
                throw new GitFormatException("git ls-tree, byte " + from + ": not a mode, a type and an id");
            }
            GitPath path = GitPath.of(Arrays.copyOfRange(listing, tab + 1, end));
            if (tree.put(path, new TreeEntry(canonicalMode(words[0]), words[2])) != null) {
                throw new GitFormatException("git ls-tree lists " + path + " twice");
            }
            from = end + 1;
        }
        return tree;
    }

    /**
     * Trees of 2005 hold modes such as 100664, which ls-tree prints as they stand; everything else in git, the export
     * included, reduces a file's permissions to "may its owner execute it".
     */
    private static String canonicalMode(String mode) {
        if (!mode.startsWith("100")) {
            return mode;
        }
        boolean isExecutable = (Integer.parseInt(mode, 8) & 0100) != 0;
        return isExecutable ? "100755" : "100644";
    }

    private static int indexOf(byte[] listing, char wanted, int from) throws GitFormatException {
        for (int i = from; i < listing.length; i++) {
            if (listing[i] == wanted) {
                return i;
            }
        }
        throw new GitFormatException("git ls-tree, byte " + from + ": the listing ends in the middle of an entry");
    }
}
