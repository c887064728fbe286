package io.weir.benchmarks;

/** A file is no result of a benchmark, or of a kind or version that is not known here. The message names the file and says what it is. */
final class UnreadableResultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableResultException(String message) {
        super(message);
    }
}
