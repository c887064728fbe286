package io.weir.consensus.transfer;

import com.google.protobuf.ByteString;
import io.weir.consensus.partition.Failures;
import io.weir.logstore.Digest;
import java.nio.ByteBuffer;

/** A digest as it stands in a message: 16 bytes, the upper half first. */
final class DigestBytes {
    private static final int BYTES = 2 * Long.BYTES;

    private DigestBytes() {}

    static ByteString of(Digest digest) {
        return ByteString.copyFrom(ByteBuffer.allocate(BYTES)
                .putLong(digest.high())
                .putLong(digest.low())
                .flip());
    }

    /** @throws io.weir.client.spi.NodeFailure {@code INVALID_ARGUMENT} if it is none */
    static Digest parse(ByteString bytes) {
        if (bytes.size() != BYTES) {
            throw Failures.invalid("a digest has " + BYTES + " bytes, not " + bytes.size());
        }
        ByteBuffer fields = bytes.asReadOnlyByteBuffer();
        return new Digest(fields.getLong(), fields.getLong());
    }
}
