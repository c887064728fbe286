package io.weir.consensus.guard;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a segment says: {@code log_<first>-<last>} for one that is closed, {@code log_inprogress_<first>} for the
 * one that is being written.
 *
 * @param path the file
 * @param first index of its first entry
 * @param last index of its last entry, {@link #OPEN} if it is being written
 */
record SegmentName(Path path, long first, long last) {
    static final long OPEN = -1;

    /** The order in which Ratis loads them. */
    static final Comparator<SegmentName> ORDER =
            Comparator.comparingLong(SegmentName::first).thenComparingLong(SegmentName::last);

    /** More than Ratis' own patterns match: also the names that make it fail. */
    private static final Pattern LOADED = Pattern.compile("log_(\\d+-\\d+|inprogress_\\d+(\\..*)?)");

    private static final String NUMBER = "(0|[1-9]\\d{0,17})";
    private static final Pattern CLOSED = Pattern.compile("log_" + NUMBER + "-" + NUMBER);
    private static final Pattern IN_PROGRESS = Pattern.compile("log_inprogress_" + NUMBER);

    boolean isOpen() {
        return last == OPEN;
    }

    String file() {
        return path.getFileName().toString();
    }

    /** Whether Ratis would read the file as a segment. */
    static boolean isLoaded(Path path) {
        return LOADED.matcher(path.getFileName().toString()).matches();
    }

    /** Null for a name that Ratis never gives. */
    static @Nullable SegmentName parse(Path path) {
        String name = path.getFileName().toString();
        Matcher closed = CLOSED.matcher(name);
        if (closed.matches()) {
            long first = Long.parseLong(closed.group(1));
            long last = Long.parseLong(closed.group(2));
            return first <= last ? new SegmentName(path, first, last) : null;
        }
        Matcher open = IN_PROGRESS.matcher(name);
        return open.matches() ? new SegmentName(path, Long.parseLong(open.group(1)), OPEN) : null;
    }

    static Path closed(Path directory, long first, long last) {
        return directory.resolve("log_" + first + "-" + last);
    }
}
