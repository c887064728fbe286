package io.weir.consensus.guard;

/**
 * How far a replica's Raft log had been flushed, and which promises it had made.
 *
 * @param index the last entry that is known to have been flushed, -1 if none is
 * @param term the term in the vote file, 0 before the first election
 * @param voteCrc CRC32C of the vote file's bytes, 0 if there was no file
 * @param configurationCrc CRC32C of the bytes of the file that names the members, 0 if there was no file
 */
public record Mark(long index, long term, int voteCrc, int configurationCrc) {
    /** Of a group that has no log yet. */
    public static final Mark NONE = new Mark(-1, 0, 0, 0);

    public Mark {
        if (index < -1 || term < 0) {
            throw new IllegalArgumentException("index " + index + " or term " + term + " is below its least value");
        }
    }

    Mark withIndex(long other) {
        return new Mark(other, term, voteCrc, configurationCrc);
    }
}
