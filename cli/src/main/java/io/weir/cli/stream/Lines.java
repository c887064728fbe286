package io.weir.cli.stream;

import io.weir.cli.shell.CliFailure;
import io.weir.protocol.Limits;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Bytes, line by line, without their line ends; empty lines are passed over. Not for several threads. */
final class Lines {
    /** A line of JSON may be this much longer than the event that it describes. */
    private static final int MAX_LINE_BYTES = 4 * Limits.MAX_EVENT_BYTES;

    private final BufferedInputStream in;
    private long number;

    Lines(InputStream in) {
        this.in = new BufferedInputStream(in, 64 << 10);
    }

    /** The next line that is not empty, or null at the end. */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            if (next != '\n') {
                line.write(next);
                requireBounded(line.size());
                continue;
            }
            number++;
            byte[] bytes = trimmed(line.toByteArray());
            if (bytes.length > 0) {
                return bytes;
            }
            line.reset();
        }
        number++;
        byte[] last = trimmed(line.toByteArray());
        return last.length > 0 ? last : null;
    }

    /** The number of the line that came last, from 1. */
    long number() {
        return number;
    }

    /** Whether more is at hand without waiting for whoever writes. */
    boolean hasMoreAtHand() throws IOException {
        return in.available() > 0;
    }

    private void requireBounded(int bytes) {
        if (bytes > MAX_LINE_BYTES) {
            throw CliFailure.usage(
                    "line " + (number + 1) + " has more than " + MAX_LINE_BYTES + " bytes",
                    "An event holds " + Limits.MAX_EVENT_BYTES + " bytes at most; split it.");
        }
    }

    private static byte[] trimmed(byte[] line) {
        boolean endsWithCr = line.length > 0 && line[line.length - 1] == '\r';
        return endsWithCr ? java.util.Arrays.copyOf(line, line.length - 1) : line;
    }
}
