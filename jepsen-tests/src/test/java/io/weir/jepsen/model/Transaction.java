package io.weir.jepsen.model;

import java.util.Arrays;
import java.util.List;

/**
 * What a transaction wants. If it touches one partition only, it is a command there, without any protocol.
 *
 * @param home the participant that decides
 * @param expiry E, the last log time at which it may be prepared
 * @param after the transaction whose commit the client knew when this one began, or {@link #NONE}
 */
record Transaction(int home, int expiry, int after, List<Part> parts) {
    static final int NONE = -1;

    /** A set with this one transaction. Sets are numbers with a bit for each. */
    static int setOf(int t) {
        return 1 << t;
    }

    static boolean isIn(int set, int t) {
        return (set & setOf(t)) != 0;
    }

    /** What it wants in one partition; {@code expected} is a revision, as the number of events, or {@link #NONE}. */
    record Part(boolean isTouched, boolean writes, int expected) {
        static Part of(String words) {
            int expected = words.startsWith("if ") ? words.charAt(3) - '0' : NONE;
            return new Part(!words.isEmpty(), words.endsWith("append"), expected);
        }
    }

    /** With words for each partition: {@code append}, {@code if 1}, {@code if 1 append}, or nothing. */
    static Transaction of(int home, String... parts) {
        return new Transaction(home, 0, NONE, Arrays.stream(parts).map(Part::of).toList());
    }

    Transaction expiringAt(int logTime) {
        return new Transaction(home, logTime, after, parts);
    }

    Transaction startedAfter(int other) {
        return new Transaction(home, expiry, other, parts);
    }

    boolean touches(int partition) {
        return parts.get(partition).isTouched();
    }

    boolean writes(int partition) {
        return parts.get(partition).writes();
    }

    boolean isSingle() {
        return parts.stream().filter(Part::isTouched).count() == 1;
    }
}
