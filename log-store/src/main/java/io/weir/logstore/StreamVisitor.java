package io.weir.logstore;

/** Receives streams during a listing. */
@FunctionalInterface
public interface StreamVisitor {
    /**
     * One stream; both arguments are immutable and may be kept.
     *
     * @return whether to go on with the next stream
     */
    boolean onStream(StreamKey key, StreamHead head);
}
