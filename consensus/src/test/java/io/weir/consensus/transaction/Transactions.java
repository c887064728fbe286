package io.weir.consensus.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Error;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.statemachine.SessionIds;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Short ways to say transactions. */
final class Transactions {
    /** A session issued when virtual time begins, that lives for ten minutes. */
    static final SessionId SESSION = SessionIds.issue(FakePartitions.T0, 10, 1);

    static final long LIFE_MS = 600_000;

    private Transactions() {}

    /** An id whose expiry is so long after the beginning of virtual time. */
    static TransactionId id(long sequence, int home, long expiryMs) {
        return TransactionId.newBuilder()
                .setSessionHigh(SESSION.high())
                .setSessionLow(SESSION.low())
                .setSequence(sequence)
                .setHome(home)
                .setExpiryMs(FakePartitions.T0 + expiryMs)
                .build();
    }

    static DistributedTransact transact(List<Append> appends, Requirement... requirements) {
        return DistributedTransact.newBuilder()
                .addAllAppends(appends)
                .addAllRequirements(List.of(requirements))
                .build();
    }

    static Append append(StreamName stream, Expected expected, String... events) {
        Append.Builder append = Append.newBuilder().setStream(stream.utf8()).setExpected(expected);
        for (String event : events) {
            append.addEvents(event(event));
        }
        return append.build();
    }

    static ByteString event(String text) {
        return Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType(text)
                .build()
                .toByteString();
    }

    static Requirement require(StreamName stream, Expected expected) {
        return Requirement.newBuilder()
                .setStream(stream.utf8())
                .setExpected(expected)
                .build();
    }

    static Expected any() {
        return Expected.newBuilder().setKind(Expected.Kind.ANY).build();
    }

    static Expected noStream() {
        return Expected.newBuilder().setKind(Expected.Kind.NO_STREAM).build();
    }

    static Expected revision(long revision) {
        return Expected.newBuilder()
                .setKind(Expected.Kind.REVISION)
                .setRevision(revision)
                .build();
    }

    /** What a call has failed with. */
    static Error error(CompletableFuture<Outcome> answer) {
        assertThat(answer).isCompletedExceptionally();
        ExecutionException thrown = catchThrowableOfType(ExecutionException.class, answer::get);
        if (thrown.getCause() instanceof NodeFailure failure) {
            return failure.error();
        }
        throw new AssertionError(thrown);
    }
}
