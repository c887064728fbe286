package io.weir.logstore;

/**
 * What a replica remembers of the marks at which all replicas compare their digests. But for {@code digest}, it follows from
 * the log and is equal on all of them.
 *
 * @param index Raft index of the last mark, -1 before the first
 * @param digest of this replica as it was right after that entry: over {@link PartitionState} and {@link TableDigests}
 * @param agreedIndex Raft index of the last mark that a majority of the members reported one value for, -1 if none
 * @param agreed that value
 * @param disputedIndex Raft index of a mark that all members reported and no majority agreed on, -1 if there was none since
 *     the last agreement
 */
public record DigestMark(long index, Digest digest, long agreedIndex, Digest agreed, long disputedIndex) {
    /** Before the first mark. */
    public static final DigestMark NONE = new DigestMark(-1, Digest.EMPTY, -1, Digest.EMPTY, -1);

    /** The last mark is now the one at this index. */
    public DigestMark at(long markIndex, Digest value) {
        return new DigestMark(markIndex, value, agreedIndex, agreed, disputedIndex);
    }

    /** A majority agreed on a value: what was disputed before is so no longer. */
    public DigestMark agreedOn(long markIndex, Digest value) {
        return new DigestMark(index, digest, markIndex, value, -1);
    }

    /** All members reported, and no majority agreed. */
    public DigestMark disputedAt(long markIndex) {
        return new DigestMark(index, digest, agreedIndex, agreed, markIndex);
    }

    /** Whether nobody can say which replica is right. */
    public boolean isDisputed() {
        return disputedIndex >= 0;
    }
}
