package io.weir.statemachine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.StoreException;
import io.weir.protocol.Outcome;
import java.util.Arrays;

/**
 * The bytes under which an answer is kept: what was asked, as a fingerprint, and what came of it.
 *
 * <pre>
 *  0                16
 * +----------------+----------------------+
 * | fingerprint    | Outcome (protobuf)   |
 * +----------------+----------------------+
 * </pre>
 */
final class StoredAnswer {
    private static final int FINGERPRINT_OFFSET = 0;
    private static final int OUTCOME_OFFSET = FINGERPRINT_OFFSET + CommandHash.FINGERPRINT_BYTES;

    private StoredAnswer() {}

    static byte[] encode(byte[] fingerprint, Outcome outcome) {
        byte[] result = outcome.toByteArray();
        byte[] stored = Arrays.copyOf(fingerprint, OUTCOME_OFFSET + result.length);
        System.arraycopy(result, 0, stored, OUTCOME_OFFSET, result.length);
        return stored;
    }

    static boolean matches(byte[] stored, byte[] fingerprint) {
        return Arrays.equals(stored, FINGERPRINT_OFFSET, OUTCOME_OFFSET, fingerprint, 0, fingerprint.length);
    }

    /**
     * The outcome in a stored answer.
     *
     * @throws StoreException.Corrupted if the bytes are not what {@link #encode} made
     */
    static Outcome outcome(byte[] stored) {
        try {
            return Outcome.parser().parseFrom(stored, OUTCOME_OFFSET, stored.length - OUTCOME_OFFSET);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException.Corrupted(
                    "a stored answer of " + stored.length + " bytes holds no outcome: " + e.getMessage());
        }
    }
}
