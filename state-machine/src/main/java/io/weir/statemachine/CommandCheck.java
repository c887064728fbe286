package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Expected;
import io.weir.protocol.Limits;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a command is well-formed and within the {@link Limits}: judged by the command alone, without any state. The front
 * door asks before it proposes, and the state machine asks again before it decides: so a malformed command does no harm by
 * whatever way it came into the log.
 *
 * <p>The rules are part of the log format. To change one is to decide old entries differently on a newer replica: a change
 * needs a new {@link PartitionStateMachine#LOG_ENTRY_FORMAT}. The sentences are not part of it.
 */
public final class CommandCheck {
    private int streams;
    private int events;
    private long bytes;

    private CommandCheck() {}

    /** Returns why the command is refused, INVALID or TOO_LARGE, or null if it is well-formed. Any thread. */
    public static @Nullable Refusal check(Command command) {
        Refusal header = checkHeader(command);
        if (header != null) {
            return header;
        }
        CommandCheck check = new CommandCheck();
        return switch (command.getOperationCase()) {
            case APPEND -> check.append(command.getAppend());
            case TRANSACT ->
                check.all(
                        command.getTransact().getAppendsList(),
                        command.getTransact().getRequirementsList());
            case FENCE -> null;
            case DISTRIBUTED ->
                invalid("a transaction over several partitions is driven in steps, it is no command of one");
            case OPERATION_NOT_SET -> invalid("command has no operation that this version knows");
        };
    }

    private static @Nullable Refusal checkHeader(Command command) {
        if (!command.hasRequestId()) {
            return invalid("request id is missing");
        }
        RequestId id = command.getRequestId();
        int life = SessionIds.lifeMinutes(id.getSessionHigh());
        if (life < 1 || life > Limits.MAX_SESSION_LIFE_MINUTES) {
            return refusal(
                    Reason.INVALID, life, Limits.MAX_SESSION_LIFE_MINUTES, "session's life in minutes is out of range");
        }
        long sequence = id.getSequence();
        if (sequence == 0) {
            return invalid("sequence is 0; sequences begin at 1");
        }
        if (Long.compareUnsigned(command.getLowWaterMark(), sequence) >= 0) {
            return refusal(
                    Reason.INVALID,
                    command.getLowWaterMark(),
                    sequence - 1,
                    "low-water mark is not below the command's own sequence");
        }
        return checkAfter(command, sequence);
    }

    /** More predecessors than a session has answers cannot all be above its mark, and those below need not be named. */
    private static @Nullable Refusal checkAfter(Command command, long sequence) {
        if (command.getAfterCount() > Limits.MAX_ANSWERS_PER_SESSION) {
            return tooLarge(command.getAfterCount(), Limits.MAX_ANSWERS_PER_SESSION, "too many entries in `after`");
        }
        for (int i = 0; i < command.getAfterCount(); i++) {
            long after = command.getAfter(i);
            if (after == 0 || Long.compareUnsigned(after, sequence) >= 0) {
                return refusal(
                        Reason.INVALID, after, sequence - 1, "`after` names a sequence that is not an earlier one");
            }
        }
        return null;
    }

    /** As {@link #check(Command)}, of a transaction over several partitions, or of its part in one. */
    public static @Nullable Refusal check(List<Append> appends, List<Requirement> requirements) {
        return new CommandCheck().all(appends, requirements);
    }

    private @Nullable Refusal all(List<Append> appends, List<Requirement> requirements) {
        int named = appends.size() + requirements.size();
        if (named == 0) {
            return invalid("transaction has neither appends nor requirements");
        }
        if (named > Limits.MAX_STREAMS_PER_TRANSACTION) {
            return tooLarge(named, Limits.MAX_STREAMS_PER_TRANSACTION, "transaction names too many streams");
        }
        for (Append append : appends) {
            Refusal refusal = append(append);
            if (refusal != null) {
                return refusal;
            }
        }
        for (Requirement requirement : requirements) {
            Refusal refusal = condition(requirement.getStream(), requirement.hasExpected(), requirement.getExpected());
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable Refusal append(Append append) {
        Refusal refusal = condition(append.getStream(), append.hasExpected(), append.getExpected());
        if (refusal != null) {
            return refusal;
        }
        events += append.getEventsCount();
        if (events > Limits.MAX_EVENTS_PER_TRANSACTION) {
            return tooLarge(events, Limits.MAX_EVENTS_PER_TRANSACTION, "command has too many events");
        }
        for (ByteString event : append.getEventsList()) {
            refusal = event(event);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable Refusal condition(ByteString stream, boolean present, Expected expected) {
        streams++;
        if (stream.isEmpty()) {
            return invalid("stream name " + streams + " of the command is missing or empty");
        }
        if (stream.size() > Limits.MAX_STREAM_NAME_BYTES) {
            return tooLarge(
                    stream.size(),
                    Limits.MAX_STREAM_NAME_BYTES,
                    "stream name " + streams + " of the command has too many bytes");
        }
        if (!stream.isValidUtf8()) {
            return invalid("stream name " + streams + " of the command is not UTF-8");
        }
        boolean known = switch (expected.getKind()) {
            case ANY, NO_STREAM, EXISTS, REVISION, AT_MOST -> true;
            case UNSPECIFIED, UNRECOGNIZED -> false;
        };
        if (!present || !known) {
            return invalid("stream name " + streams + " of the command comes without a condition that is known;"
                    + " there is no default");
        }
        return count(stream);
    }

    private @Nullable Refusal event(ByteString event) {
        if (event.size() > Limits.MAX_EVENT_BYTES) {
            return tooLarge(event.size(), Limits.MAX_EVENT_BYTES, "event has too many bytes");
        }
        if (!EventCheck.isWellFormed(event)) {
            return invalid("event is not an encoded Event with an id of 16 bytes");
        }
        return count(event);
    }

    private @Nullable Refusal count(ByteString part) {
        bytes += part.size();
        return bytes > Limits.MAX_TRANSACTION_BYTES
                ? tooLarge(bytes, Limits.MAX_TRANSACTION_BYTES, "events and names of the command have too many bytes")
                : null;
    }

    private static Refusal invalid(String detail) {
        return refusal(Reason.INVALID, 0, 0, detail);
    }

    private static Refusal tooLarge(long value, long limit, String detail) {
        return refusal(Reason.TOO_LARGE, value, limit, detail);
    }

    private static Refusal refusal(Reason reason, long value, long limit, String detail) {
        return Refusal.newBuilder()
                .setReason(reason)
                .setValue(value)
                .setLimit(limit)
                .setDetail(
                        value == 0 && limit == 0
                                ? detail
                                : detail + ": " + Long.toUnsignedString(value) + "; the limit is "
                                        + Long.toUnsignedString(limit))
                .build();
    }
}
