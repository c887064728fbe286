package io.weir.client;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

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
    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{16})([0-9a-f]{16})-([1-9][0-9]{0,18})"
            + "@(0|[1-9][0-9]{0,9})(?:\\+([1-9][0-9]{0,18}))?\\.([0-9a-f]{8})");

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
     * @throws IllegalArgumentException if the text is not of that form, or a character of it was changed or lost: to ask for the
     *     status of another request by mistake might end it
     */
    public static RequestId parse(String text) {
        Matcher parts = TEXT.matcher(text);
        try {
            if (parts.matches()) {
                if (!check(text.substring(0, text.length() - 9)).equals(parts.group(6))) {
                    throw new IllegalArgumentException(
                            "\"" + text + "\" is no request id, though it looks like one: its"
                                    + " check digits, the last eight, are those of another; copy it again, as a whole");
                }
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
        throw new IllegalArgumentException(
                "\"" + text + "\" is no request id; one reads SESSION-SEQUENCE@PARTITION.CHECK,"
                        + " or SESSION-SEQUENCE@PARTITION+EXPIRY.CHECK, with the session in 32 hexadecimal digits and CHECK in 8");
    }

    private static String check(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    /**
     * {@code session-sequence@partition}, the session in 32 hexadecimal digits; then {@code +expiry} for a transaction over
     * several partitions; then {@code .check}, the CRC32C of what stands before it.
     */
    @Override
    public String toString() {
        String text = String.format(Locale.ROOT, "%016x%016x-%d@%d", sessionHigh, sessionLow, sequence, partition)
                + (isDistributed() ? "+" + expiryMs : "");
        return text + "." + check(text);
    }
}
