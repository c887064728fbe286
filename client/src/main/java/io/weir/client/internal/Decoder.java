package io.weir.client.internal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.client.AbortReason;
import io.weir.client.AppendResult;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.StreamInfo;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import io.weir.client.TransactionInfo;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.client.Violation;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Appended;
import io.weir.protocol.Committed;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decided;
import io.weir.protocol.Error;
import io.weir.protocol.Event;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** What nodes say, in the terms of the API; every message of a failed call is made here. */
final class Decoder {
    private static final String CHECK_NODES =
            "; check that a majority of the nodes runs and can be reached (weir cluster status), then send it again";

    private Decoder() {}

    // ---- outcomes

    static AppendResult appendResult(int partition, Outcome outcome) {
        return switch (outcome.getResultCase()) {
            case APPENDED -> appended(partition, outcome.getAppended());
            case REJECTED -> new AppendResult.Rejected(violationsOf(outcome).get(0));
            case REFUSAL -> throw fenced("the append");
            default -> throw mismatch("an append", outcome);
        };
    }

    private static AppendResult.Appended appended(int partition, Appended appended) {
        return new AppendResult.Appended(
                appended.getFirstRevision(),
                appended.getFirstRevision() + appended.getCount() - 1,
                VectorPosition.of(partition, appended.getFirstPosition() + appended.getCount()));
    }

    private static EventStoreException fenced(String what) {
        return new EventStoreException.Aborted(
                AbortReason.FENCED,
                what + " was not executed and never will be: " + AbortReason.FENCED.explanation()
                        + "; send it again as a new request");
    }

    /** Of a transaction in one partition. */
    static TransactionResult transactionResult(int partition, Transaction transaction, Outcome outcome) {
        return switch (outcome.getResultCase()) {
            case COMMITTED -> {
                Committed committed = outcome.getCommitted();
                yield committed(
                        transaction, ranges(committed), VectorPosition.of(partition, committed.getNextPosition()));
            }
            case REJECTED -> new TransactionResult.Rejected(violationsOf(outcome));
            case REFUSAL -> new TransactionResult.Aborted(AbortReason.FENCED, 1);
            default -> throw mismatch("a transaction", outcome);
        };
    }

    /** What home decided about a transaction over several partitions. */
    static Decided decided(Outcome outcome) {
        if (outcome.hasRefusal()) {
            return Decided.newBuilder()
                    .setAborted(AbortedTransaction.newBuilder().setReason(AbortedTransaction.Reason.FENCED))
                    .build();
        }
        if (!outcome.hasDecided() || outcome.getDecided().getDecisionCase() == Decided.DecisionCase.NOT_STAGED) {
            throw mismatch("a transaction over several partitions", outcome);
        }
        return outcome.getDecided();
    }

    static TransactionResult committed(Transaction transaction, CommittedTransaction committed, RequestId id) {
        return committed(transaction, ranges(committed), token(committed, id));
    }

    /** Where the events of one append are. */
    private record Range(long firstRevision, int count) {
        long lastRevision() {
            return firstRevision + count - 1;
        }
    }

    private static List<Range> ranges(Committed committed) {
        return committed.getAppendsList().stream()
                .map(appended -> new Range(appended.getFirstRevision(), appended.getCount()))
                .toList();
    }

    private static List<Range> ranges(CommittedTransaction committed) {
        return committed.getAppendsList().stream()
                .map(part -> new Range(part.getFirstRevision(), part.getCount()))
                .toList();
    }

    private static List<Long> lastRevisions(List<Range> ranges) {
        return ranges.stream().map(Range::lastRevision).toList();
    }

    private static TransactionResult committed(Transaction transaction, List<Range> ranges, VectorPosition token) {
        List<Transaction.Append> appends = transaction.appends();
        if (appends.size() != ranges.size()) {
            throw new EventStoreException.Internal(
                    "a transaction of " + appends.size() + " appends was answered with " + ranges.size()
                            + "; please report it",
                    null);
        }
        Map<String, Long> lastRevisions = new LinkedHashMap<>();
        for (int i = 0; i < appends.size(); i++) {
            if (ranges.get(i).count > 0) {
                lastRevisions.put(appends.get(i).stream(), ranges.get(i).lastRevision());
            }
        }
        return new TransactionResult.Committed(Map.copyOf(lastRevisions), token);
    }

    private static VectorPosition token(CommittedTransaction committed, RequestId id) {
        return new VectorPosition(
                Map.of(),
                committed.getPartsList().stream()
                        .map(part -> new VectorPosition.Prepared(part.getPartition(), id, part.getIndex()))
                        .collect(Collectors.toSet()));
    }

    static AbortReason abortReason(AbortedTransaction aborted) {
        return switch (aborted.getReason()) {
            case CONTENTION -> AbortReason.CONTENTION;
            case EXPIRED -> AbortReason.EXPIRED;
            case RECOVERED -> AbortReason.RECOVERED;
            case FENCED -> AbortReason.FENCED;
            case REJECTED, UNSPECIFIED, UNRECOGNIZED ->
                throw new EventStoreException.Internal(
                        "an abort for a reason that this version does not know: " + aborted.getReason(), null);
        };
    }

    private static List<Violation> violationsOf(Outcome outcome) {
        List<Violation> violations = violations(outcome.getRejected().getViolationsList());
        if (violations.isEmpty()) {
            throw mismatch("a condition", outcome);
        }
        return violations;
    }

    static List<Violation> violations(List<io.weir.protocol.Violation> violations) {
        return violations.stream()
                .map(violation -> new Violation(
                        violation.getStream().toStringUtf8(),
                        expected(violation.getExpected()),
                        state(violation.getActual())))
                .toList();
    }

    /** The answer to the question what became of a request. */
    static RequestStatus status(RequestId id, Outcome outcome) {
        return switch (outcome.getResultCase()) {
            case APPENDED -> new RequestStatus.Appended(appended(id.partition(), outcome.getAppended()));
            case COMMITTED -> {
                Committed committed = outcome.getCommitted();
                yield new RequestStatus.Committed(
                        lastRevisions(ranges(committed)),
                        VectorPosition.of(id.partition(), committed.getNextPosition()));
            }
            case REJECTED -> new RequestStatus.Rejected(violationsOf(outcome));
            case DECIDED -> status(id, outcome.getDecided(), outcome);
            case REFUSAL ->
                outcome.getRefusal().getReason() == Refusal.Reason.FENCED
                        ? new RequestStatus.NotExecuted(AbortReason.FENCED)
                        : RequestStatus.Forgotten.INSTANCE;
            default -> throw mismatch("a question for a status", outcome);
        };
    }

    private static RequestStatus status(RequestId id, Decided decided, Outcome outcome) {
        return switch (decided.getDecisionCase()) {
            case COMMITTED -> {
                CommittedTransaction committed = decided.getCommitted();
                yield new RequestStatus.Committed(lastRevisions(ranges(committed)), token(committed, id));
            }
            case ABORTED ->
                decided.getAborted().getReason() == AbortedTransaction.Reason.REJECTED
                        ? new RequestStatus.Rejected(
                                violations(decided.getAborted().getViolationsList()))
                        : new RequestStatus.NotExecuted(abortReason(decided.getAborted()));
            case NEVER -> new RequestStatus.NotExecuted(AbortReason.EXPIRED);
            case FORGOTTEN_OR_NEVER -> RequestStatus.Forgotten.INSTANCE;
            case NOT_STAGED, DECISION_NOT_SET -> throw mismatch("a question for a status", outcome);
        };
    }

    private static Expected expected(io.weir.protocol.Expected expected) {
        return switch (expected.getKind()) {
            case ANY -> Expected.any();
            case NO_STREAM -> Expected.noStream();
            case EXISTS -> Expected.exists();
            case REVISION -> Expected.revision(expected.getRevision());
            case AT_MOST -> Expected.atMost(expected.getRevision());
            default ->
                throw new EventStoreException.Internal(
                        "a condition that this version does not know: " + expected.getKind(), null);
        };
    }

    static StreamState state(io.weir.protocol.StreamState state) {
        return state.getExists() ? new StreamState.At(state.getRevision()) : StreamState.Absent.INSTANCE;
    }

    private static EventStoreException mismatch(String what, Outcome outcome) {
        return new EventStoreException.Internal(
                what + " was answered with " + outcome.getResultCase() + "; please report it", null);
    }

    // ---- events and streams

    static RecordedEvent event(int partition, io.weir.protocol.RecordedEvent recorded) {
        Event event;
        try {
            event = Event.parseFrom(recorded.getEvent());
        } catch (InvalidProtocolBufferException e) {
            throw new EventStoreException.StoreCorrupted(
                    "the event at position " + recorded.getPosition() + " of partition " + partition
                            + " cannot be parsed; compare the digests of the replicas (weir cluster hash)",
                    e);
        }
        return new RecordedEvent(
                recorded.getStream().toStringUtf8(),
                recorded.getRevision(),
                partition,
                recorded.getPosition(),
                Instant.ofEpochMilli(recorded.getStampMs()),
                uuid(event.getId()),
                event.getType(),
                event.getContentType(),
                Map.copyOf(event.getPropertiesMap()),
                List.copyOf(event.getTagsList()),
                event.getPayload().toByteArray());
    }

    private static UUID uuid(ByteString bytes) {
        if (bytes.size() != 2 * Long.BYTES) {
            return new UUID(0, 0); // another writer left it out
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    static StreamInfo streamInfo(io.weir.protocol.StreamInfo info) {
        return new StreamInfo(
                info.getStream().toStringUtf8(),
                info.getState().getRevision(),
                info.getSlot(),
                info.getPartition(),
                info.getLastPosition(),
                Instant.ofEpochMilli(info.getLastStampMs()));
    }

    static TransactionInfo transactionInfo(int partition, io.weir.protocol.TransactionInfo info) {
        TransactionId id = info.getId();
        TransactionRecord record = info.getRecord();
        TransactionInfo.State state = switch (record.getState()) {
            case STAGED -> TransactionInfo.State.STAGED;
            case COMMITTED -> TransactionInfo.State.COMMITTED;
            case ABORTED -> TransactionInfo.State.ABORTED;
            case NO, FORGOTTEN, UNSPECIFIED, UNRECOGNIZED ->
                throw new EventStoreException.Internal(
                        "partition " + partition + " names a transaction as open that is " + record.getState()
                                + "; please report it",
                        null);
        };
        return new TransactionInfo(
                new RequestId(
                        id.getSessionHigh(), id.getSessionLow(), id.getSequence(), id.getHome(), id.getExpiryMs()),
                partition,
                state,
                record.getParticipantsList(),
                Duration.ofMillis(Math.max(0, info.getLogTimeMs() - record.getSinceMs())));
    }

    // ---- failures

    static EventStoreException closed() {
        return new EventStoreException.Closed("this store was closed; open another one to go on");
    }

    /** Not executed by its deadline. */
    static EventStoreException unavailable(Call<?> call, String trouble) {
        String verb = call.kind == Call.Kind.QUESTION ? "answered" : "executed";
        return new EventStoreException.Unavailable(
                describe(call) + " was not " + verb + " within " + call.timeoutMs + " ms; "
                        + (call.attempts.count() > 0
                                ? call.attempts
                                : "it was never sent; last trouble in its partition: " + trouble)
                        + CHECK_NODES,
                null);
    }

    /** Turned away until its deadline. */
    static EventStoreException throttled(Call<?> call) {
        return new EventStoreException.Throttled(describe(call) + " was turned away for " + call.timeoutMs + " ms; "
                + call.attempts + "; it was not executed: slow down, then send it again");
    }

    static EventStoreException unknown(Call<?> call, String why) {
        RequestId id = call.requestId();
        return new EventStoreException.OutcomeUnknown(
                id,
                describe(call) + " may or may not have been executed: " + why + "; " + call.attempts
                        + "; send the same content with CallOptions.again(requestId()), which executes it at most once, or ask"
                        + " what became of it with status(requestId()) (request id " + id + ")",
                null);
    }

    static EventStoreException defect(Call<?> call, String what) {
        return new EventStoreException.Internal(describe(call) + " met " + what + "; please report it", null);
    }

    /** A refusal that no resend can change. */
    static EventStoreException refused(Call<?> call, Refusal refusal) {
        String detail = refusal.getDetail().isEmpty() ? "" : ": " + refusal.getDetail();
        return switch (refusal.getReason()) {
            case REQUEST_ID_REUSED ->
                new EventStoreException.RequestIdReused(describe(call)
                        + " was refused: its request id was used before, with other content" + detail
                        + "; give CallOptions.again the id and the content of one and the same request");
            case TOO_LARGE ->
                new EventStoreException.TooLarge(describe(call) + " was refused: " + refusal.getValue()
                        + " is above the limit of " + refusal.getLimit() + detail);
            default -> new EventStoreException.InvalidRequest(describe(call) + " was refused" + detail);
        };
    }

    /** A failure outside the log that ends a command. */
    static EventStoreException failed(Call<?> call, Error error) {
        if (call.mayHaveBeenExecuted()) {
            return unknown(call, "a node failed");
        }
        return failure(describe(call) + " was not executed; " + call.attempts, error);
    }

    /** A failure that sending again cannot change. */
    static EventStoreException failure(String message, Error error) {
        return switch (error.getCode()) {
            case INVALID_ARGUMENT -> new EventStoreException.InvalidRequest(message);
            case TOO_LARGE -> new EventStoreException.TooLarge(message);
            case UNAUTHORIZED -> new EventStoreException.Unauthorized(message);
            case STORE_FULL -> new EventStoreException.StoreFull(message + "; free disk space on the nodes", null);
            case STORE_CORRUPTED ->
                new EventStoreException.StoreCorrupted(
                        message + "; compare the digests of the replicas (weir cluster hash)", null);
            case THROTTLED -> new EventStoreException.Throttled(message + "; slow down, then send it again");
            case NOT_LEADER, NOT_READY, UNREACHABLE, WRONG_CLUSTER, DEADLINE_EXCEEDED ->
                new EventStoreException.Unavailable(message + CHECK_NODES, null);
            default -> new EventStoreException.Internal(message + "; please report it", null);
        };
    }

    private static String describe(Call<?> call) {
        return call.what + " (partition " + call.partition + ")";
    }
}
