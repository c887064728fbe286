package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.protocol.MarkStatus;
import io.weir.statemachine.DigestVerdict;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Digests as a node shows them. */
final class Digests {
    private Digests() {}

    /** 16 bytes. */
    static ByteString bytes(Digest digest) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(digest.high())
                .putLong(digest.low())
                .flip();
        return ByteString.copyFrom(bytes);
    }

    /** Null before the first mark. */
    static @Nullable MarkStatus status(DigestMark mark) {
        if (mark.index() < 0) {
            return null;
        }
        MarkStatus.Builder status =
                MarkStatus.newBuilder().setIndex(mark.index()).setDigest(bytes(mark.digest()));
        if (mark.agreedIndex() >= 0) {
            status.setAgreedIndex(mark.agreedIndex()).setAgreed(bytes(mark.agreed()));
        }
        if (mark.isDisputed()) {
            status.setDisputedIndex(mark.disputedIndex());
        }
        return status.build();
    }

    /** Why a partition takes no writes, or null if its replicas do not disagree for want of a majority. */
    static @Nullable String dispute(DigestMark mark) {
        return mark.isDisputed()
                ? "the replicas hold different things (mark " + mark.disputedIndex()
                        + "), and no majority agrees: writes are refused, reads go on; weir cluster hash shows who holds what"
                : null;
    }

    static String divergence(DigestVerdict verdict) {
        return "this replica holds something else than a majority: at mark " + verdict.index() + " it has "
                + verdict.own() + ", agreed is " + verdict.agreed() + ", reported were " + verdict.reports();
    }
}
