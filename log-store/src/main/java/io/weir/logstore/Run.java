package io.weir.logstore;

/**
 * A piece of a stream without a gap: its events have positions that follow one another as their revisions do.
 *
 * @param firstRevision of its first event
 * @param firstPosition of its first event
 * @param count events, at least 1
 */
public record Run(long firstRevision, long firstPosition, long count) {
    public long lastRevision() {
        return firstRevision + count - 1;
    }

    public long lastPosition() {
        return firstPosition + count - 1;
    }
}
