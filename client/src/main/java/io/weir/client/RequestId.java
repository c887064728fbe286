package io.weir.client;

/**
 * Identity of a request; the same id is executed at most once, however often it is sent.
 *
 * @param sessionHigh upper half of the session
 * @param sessionLow lower half of the session
 * @param sequence number within the session, from 1
 */
public record RequestId(long sessionHigh, long sessionLow, long sequence) {
    /** {@code session-sequence}, the session in 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x-%d", sessionHigh, sessionLow, sequence);
    }
}
