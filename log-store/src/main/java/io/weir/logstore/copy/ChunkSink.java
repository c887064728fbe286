package io.weir.logstore.copy;

/** Receives the chunks of a copy, in order. */
@FunctionalInterface
public interface ChunkSink {
    /**
     * One chunk; may block until the receiver is ready for it.
     *
     * @param chunk the sink's from now on; nobody changes it
     * @return whether to go on; false ends the copy
     */
    boolean chunk(byte[] chunk);
}
