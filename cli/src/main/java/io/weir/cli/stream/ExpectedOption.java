package io.weir.cli.stream;

import io.weir.client.Expected;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a condition as it is written on the command line. */
public final class ExpectedOption implements ITypeConverter<Expected> {
    static final String ALLOWED = "any, no-stream, exists, revision:N or at-most:N";
    private static final Pattern NUMBERED = Pattern.compile("(revision|at-most):([0-9]{1,18})");

    @Override
    public Expected convert(String text) {
        switch (text) {
            case "any":
                return Expected.any();
            case "no-stream":
                return Expected.noStream();
            case "exists":
                return Expected.exists();
            default:
                Matcher numbered = NUMBERED.matcher(text);
                if (!numbered.matches()) {
                    throw new TypeConversionException("'" + text + "' is no condition; allowed are " + ALLOWED);
                }
                long revision = Long.parseLong(numbered.group(2));
                return numbered.group(1).equals("revision") ? Expected.revision(revision) : Expected.atMost(revision);
        }
    }

    /**
     * The condition that says after {@code appended} events of ours what {@code first} said before them: that nobody else
     * has come between.
     */
    static Expected after(Expected first, long appended) {
        if (appended == 0) {
            return first;
        }
        if (first instanceof Expected.NoStream) {
            return Expected.revision(appended - 1);
        }
        if (first instanceof Expected.Revision revision) {
            return Expected.revision(revision.n() + appended);
        }
        if (first instanceof Expected.AtMost atMost) {
            return Expected.atMost(atMost.n() + appended);
        }
        return first;
    }
}
