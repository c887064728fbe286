package io.weir.client;

/** What a stream was found to be. */
public sealed interface StreamState {
    /** The stream does not exist. */
    enum Absent implements StreamState {
        INSTANCE;

        @Override
        public String toString() {
            return "no stream";
        }
    }

    /** The stream exists and its last event has this revision. */
    record At(long revision) implements StreamState {
        @Override
        public String toString() {
            return "revision " + revision;
        }
    }
}
