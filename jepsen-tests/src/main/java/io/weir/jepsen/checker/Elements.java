package io.weir.jepsen.checker;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.Operation;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Every value that was added to a stream, numbered as they first come, with what became of the requests for it: a value
 * that was sent several times is one request. And the streams, numbered as they first come. Some 50 bytes a value.
 */
final class Elements {
    /** Instead of a call: there is none. */
    static final int NONE = -1;

    private final Calls calls;
    private final DenseIndex streams = new DenseIndex();
    private final DenseIndex values = new DenseIndex();
    private int[] first = new int[64];
    private int[] acknowledged = new int[64];
    private long[] revisions = new long[64];
    private boolean[] mayHaveHappened = new boolean[64];

    /** Reports answers that differ. */
    Elements(Calls calls, Findings findings) {
        this.calls = calls;
        for (int call = 0; call < calls.count(); call++) {
            Operation operation = calls.operation(call);
            if (operation instanceof Addition addition) {
                add(call, addition.stream(), addition.value(), addition.revision(), findings);
            } else if (operation instanceof ConditionalAppend append) {
                add(call, append.stream(), append.value(), append.revision(), findings);
            }
        }
    }

    private void add(int call, int stream, int value, long revision, Findings findings) {
        int known = values.size();
        int element = values.add(DenseIndex.key(stream, value));
        streams.add(stream);
        if (element == known) {
            grow(element);
            first[element] = call;
            acknowledged[element] = NONE;
            revisions[element] = Operation.UNKNOWN;
        }
        mayHaveHappened[element] |= !calls.isFailed(call);
        if (!calls.isOk(call)) {
            return;
        }
        int before = acknowledged[element];
        if (before == NONE || calls.place(call) < calls.place(before)) {
            acknowledged[element] = call;
        }
        if (revisions[element] == Operation.UNKNOWN) {
            revisions[element] = revision;
        } else if (revision != Operation.UNKNOWN && revision != revisions[element]) {
            long other = revisions[element];
            findings.add(
                    AnomalyKind.CHANGED_ANSWER,
                    () -> "line " + calls.place(before) + " was told revision " + other + " for " + value
                            + " in stream " + stream + ", and line " + calls.place(call)
                            + ", which sent the same again, revision " + revision,
                    before,
                    call);
        }
    }

    private void grow(int element) {
        if (element == first.length) {
            first = Arrays.copyOf(first, element * 2);
            acknowledged = Arrays.copyOf(acknowledged, element * 2);
            revisions = Arrays.copyOf(revisions, element * 2);
            mayHaveHappened = Arrays.copyOf(mayHaveHappened, element * 2);
        }
    }

    int count() {
        return values.size();
    }

    /** The element of a value in a stream, both as in the history; {@link #NONE} if nobody added it. */
    int find(int stream, int value) {
        return values.find(DenseIndex.key(stream, value));
    }

    int streams() {
        return streams.size();
    }

    /** The number here of the stream with this number in the history; {@link #NONE} if nobody added anything. */
    int stream(int name) {
        return streams.find(name);
    }

    /** The stream's number in the history. */
    int streamOf(int element) {
        return (int) (values.key(element) >> 32);
    }

    int value(int element) {
        return (int) values.key(element);
    }

    /** The request that was invoked first. */
    int first(int element) {
        return first[element];
    }

    /** The line before which it cannot have happened. */
    int begun(int element) {
        return calls.invocation(first[element]);
    }

    /** The request that was acknowledged first; {@link #NONE} if none was. */
    int acknowledged(int element) {
        return acknowledged[element];
    }

    boolean isAcknowledged(int element) {
        return acknowledged[element] != NONE;
    }

    /** The line at which it had happened for certain; {@link Calls#NEVER} if there is none. */
    int over(int element) {
        return isAcknowledged(element) ? calls.place(acknowledged[element]) : Calls.NEVER;
    }

    /** That the store returned first, or {@link Operation#UNKNOWN}. */
    long revision(int element) {
        return revisions[element];
    }

    /** Whether not all requests for it failed. */
    boolean mayHaveHappened(int element) {
        return mayHaveHappened[element];
    }

    /** For reports. */
    String described(int element) {
        return value(element) + " in stream " + streamOf(element);
    }

    /** For reports: a node's name in a sentence, if it is known. */
    static String on(@Nullable String node) {
        return node == null ? "" : " on node " + node;
    }
}
