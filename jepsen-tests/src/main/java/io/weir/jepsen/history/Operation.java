package io.weir.jepsen.history;

import org.jspecify.annotations.Nullable;

/**
 * What a process asks of the store in one go, and what it was answered, as far as it was. Immutable; as it is invoked it
 * holds no answer, see {@link #asked}.
 */
public sealed interface Operation
        permits Transaction, ConditionalAppend, EndOfStream, Addition, StreamRead, Transfer, Balances, Poll {
    /** Instead of the last revision of a stream: it holds nothing, or does not exist. */
    long NO_STREAM = -1;

    /** Instead of a revision: nobody was told. */
    long UNKNOWN = -2;

    /** The name of its kind, as {@code :f} of a file, without the colon. */
    String name();

    /** The same without anything that the store answered. */
    Operation asked();

    /** Whether it holds what one that took effect must know: what was read. */
    boolean isAnswered();

    /** Whether it is one of the reads after the last fault, which must show everything that was ever acknowledged. */
    default boolean isFinal() {
        return false;
    }

    /** Whether this completes what was invoked like that: the same but for the answer. */
    default boolean isAnswerTo(Operation invoked) {
        return asked().equals(invoked);
    }

    /** What is wrong with this on a line of a type; null if nothing is. */
    default @Nullable String contradiction(LineType type) {
        if (type == LineType.OK) {
            return isAnswered() ? null : ":ok with :" + name() + ", but without what it read";
        }
        return equals(asked())
                ? null
                : type.keyword() + " with :" + name() + " and an answer, but :ok alone knows that";
    }
}
