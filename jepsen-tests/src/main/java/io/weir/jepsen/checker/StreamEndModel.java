package io.weir.jepsen.checker;

import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import org.jspecify.annotations.Nullable;

/** A stream as conditional appends see it: its last revision, {@link Operation#NO_STREAM} at the beginning. */
final class StreamEndModel implements SequentialModel<Long> {
    @Override
    public Long initial() {
        return Operation.NO_STREAM;
    }

    @Override
    public @Nullable Long after(Long state, Operation operation, LineType ending) {
        if (operation instanceof EndOfStream end) {
            return ending == LineType.OK && end.revision() != state ? null : state;
        }
        if (!(operation instanceof ConditionalAppend append)) {
            throw new IllegalArgumentException(operation.name() + " is no operation of a stream's end");
        }
        boolean holds = append.condition().holds(state);
        if (ending == LineType.FAIL) {
            return !holds && append.actual() == state ? state : null;
        }
        boolean fits = append.revision() == Operation.UNKNOWN || append.revision() == state + 1;
        return holds && fits ? (Long) (state + 1) : null;
    }
}
