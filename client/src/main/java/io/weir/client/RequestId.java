package io.weir.client;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identity of a request; the same id is executed at most once, however often it is sent. It holds all that is needed to send
 * the request again or to ask what became of it, from any store of the cluster, and has a text form to be kept or logged.
 *
 * @param sessionHigh upper half of the session
 * @param sessionLow lower half of the session
 * @param sequence number within the session, from 1
 * @param partition where it was sent: of a transaction over several partitions the one that decides
 * @param expiryMs of a transaction over several partitions the log time after which no partition agrees to it any more, in
 *     milliseconds since the epoch; 0 for anything else
 */
public record RequestId(long sessionHigh, long sessionLow, long sequence, int partition, long expiryMs) {
    private static final Pattern TEXT = Pattern.compile(
            "([0-9a-f]{16})([0-9a-f]{16})-([1-9][0-9]{0,18})@(0|[1-9][0-9]{0,9})(?:\\+([1-9][0-9]{0,18}))?");

    public RequestId {
        if (sequence < 1 || partition < 0 || expiryMs < 0) {
            throw new IllegalArgumentException("sequence " + sequence + ", partition " + partition + ", expiry "
                    + expiryMs + "; sequences begin at 1, and nothing is negative");
        }
    }

    /** Whether it is the id of a transaction over several partitions. */
    public boolean isDistributed() {
        return expiryMs > 0;
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static RequestId parse(String text) {
        Matcher parts = TEXT.matcher(text);
        try {
            if (parts.matches()) {
                return new RequestId(
                        Long.parseUnsignedLong(parts.group(1), 16),
                        Long.parseUnsignedLong(parts.group(2), 16),
                        Long.parseLong(parts.group(3)),
                        Integer.parseInt(parts.group(4)),
                        parts.group(5) == null ? 0 : Long.parseLong(parts.group(5)));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no request id: a number is too large", e);
        }
        throw new IllegalArgumentException("\"" + text + "\" is no request id; one reads SESSION-SEQUENCE@PARTITION, or"
                + " SESSION-SEQUENCE@PARTITION+EXPIRY, with the session in 32 hexadecimal digits");
    }

    /**
     * {@code session-sequence@partition}, the session in 32 hexadecimal digits; then {@code +expiry} for a transaction over
     * several partitions.
     */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%016x%016x-%d@%d", sessionHigh, sessionLow, sequence, partition)
                + (isDistributed() ? "+" + expiryMs : "");
    }
}
