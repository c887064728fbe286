package io.weir.consensus.guard;

/** Takes the entries of a log one by one. */
@FunctionalInterface
public interface EntryVisitor {
    /** Takes nothing. */
    EntryVisitor NONE = (entry, offset, length) -> {};

    /**
     * One sound entry, in the order of the file.
     *
     * @param entry its bytes are valid during this call only
     * @param offset of its record in the file, in bytes
     * @param length of its record, with length and checksum, in bytes
     */
    void entry(LogEntry entry, long offset, int length);
}
