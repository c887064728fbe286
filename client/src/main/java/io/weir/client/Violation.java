package io.weir.client;

/**
 * A condition that did not hold.
 *
 * @param stream the stream that it was about
 * @param expected what the writer expected
 * @param actual what was found
 */
public record Violation(String stream, Expected expected, StreamState actual) {
    @Override
    public String toString() {
        return "stream \"" + stream + "\": expected " + expected + ", found " + actual;
    }
}
