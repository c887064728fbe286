package io.weir.cli.git;

/**
 * What a path holds in one commit.
 *
 * @param mode six octal digits: 100644, 100755, 120000 (symbolic link) or 160000 (commit of a submodule)
 * @param id object id, 40 hexadecimal digits, or 64 in a repository of SHA-256
 */
public record TreeEntry(String mode, String id) {
    public TreeEntry {
        if (mode.length() != 6 || !mode.chars().allMatch(c -> c >= '0' && c <= '7')) {
            throw new IllegalArgumentException("mode \"" + mode + "\" is not six octal digits");
        }
        if (!isObjectId(id)) {
            throw new IllegalArgumentException("\"" + id + "\" is not an object id");
        }
    }

    /** Whether this is a full object id: 40 or 64 digits of lower-case hexadecimal. */
    static boolean isObjectId(String id) {
        return (id.length() == 40 || id.length() == 64)
                && id.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    @Override
    public String toString() {
        return mode + " " + id;
    }
}
