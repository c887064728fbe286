package io.weir.statemachine;

import io.weir.logstore.StateView;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.Rejected;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.StreamState;
import io.weir.protocol.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One command being decided: the runs that it would append and the conditions that failed so far. It reads the state and
 * writes nothing.
 *
 * <p>An append's condition is checked as if all appends before it in the command had been done, whether their own
 * conditions held or not: so what an append is checked against depends on the command alone. A requirement is checked
 * against the state before the command.
 */
final class Decision {
    /** The last revision of a stream that does not exist. */
    private static final long NO_REVISION = -1;

    private final StateView state;
    private final Map<StreamKey, Long> lastRevisions = new LinkedHashMap<>();
    private final List<Effects.Run> runs = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private long nextPosition;

    /** Begins a decision about a command whose first event would get {@code nextPosition}. */
    Decision(StateView state, long nextPosition) {
        this.state = state;
        this.nextPosition = nextPosition;
    }

    /** Plans an append; the answer holds only if nothing was violated in the end. */
    Appended append(Append append) {
        StreamName stream = StreamName.of(append.getStream());
        StreamKey key = StreamKeys.key(stream);
        Long planned = lastRevisions.get(key);
        long last = planned != null ? planned : lastRevision(key);
        check(append.getExpected(), stream, last);
        int count = append.getEventsCount();
        Appended answer = Appended.newBuilder()
                .setFirstRevision(last + 1)
                .setCount(count)
                .setFirstPosition(nextPosition)
                .build();
        if (count > 0) {
            runs.add(new Effects.Run(stream, key, last == NO_REVISION, last + 1, nextPosition, append.getEventsList()));
            lastRevisions.put(key, last + count);
            nextPosition += count;
        }
        return answer;
    }

    /** Checks a condition on a stream that the command does not write. */
    void require(Requirement requirement) {
        StreamName stream = StreamName.of(requirement.getStream());
        check(requirement.getExpected(), stream, lastRevision(StreamKeys.key(stream)));
    }

    /** The position after all that was planned. */
    long nextPosition() {
        return nextPosition;
    }

    /** The planned runs and {@code success}, or, if any condition failed, a rejection that names every one. */
    Effects conclude(Outcome success) {
        if (violations.isEmpty()) {
            return new Effects(success, runs);
        }
        Rejected rejected = Rejected.newBuilder().addAllViolations(violations).build();
        return new Effects(Outcome.newBuilder().setRejected(rejected).build(), List.of());
    }

    /** Every condition that failed so far, in the order of the command. */
    List<Violation> violations() {
        return List.copyOf(violations);
    }

    private void check(Expected expected, StreamName stream, long last) {
        if (holds(expected, last)) {
            return;
        }
        StreamState.Builder actual = StreamState.newBuilder();
        if (last != NO_REVISION) {
            actual.setExists(true).setRevision(last);
        }
        violations.add(Violation.newBuilder()
                .setStream(stream.utf8())
                .setExpected(Expected.newBuilder() // what this version knows of it: a bounded number of bytes
                        .setKind(expected.getKind())
                        .setRevision(expected.getRevision()))
                .setActual(actual)
                .build());
    }

    private static boolean holds(Expected expected, long last) {
        boolean exists = last != NO_REVISION;
        return switch (expected.getKind()) {
            case ANY -> true;
            case NO_STREAM -> !exists;
            case EXISTS -> exists;
            case REVISION -> exists && last == expected.getRevision();
            case AT_MOST -> !exists || Long.compareUnsigned(last, expected.getRevision()) <= 0;
            // CommandCheck refuses these before; were one to come here, failing is safer than guessing.
            case UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    private long lastRevision(StreamKey key) {
        StreamHead head = state.head(key);
        return head == null ? NO_REVISION : head.lastRevision();
    }
}
