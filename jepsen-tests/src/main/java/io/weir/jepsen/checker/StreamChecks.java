package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.Arrays;

/**
 * What the reads of one stream show: phantom, duplicate, incompatible order, G1a, dirty update, lost, wrong revision.
 */
final class StreamChecks {
    private static final int NONE = VersionOrders.NONE;

    private final Transactions transactions;
    private final Appends appends;
    private final Reads reads;
    private final VersionOrders orders;
    private final Findings findings;

    StreamChecks(Transactions transactions, Appends appends, Reads reads, VersionOrders orders, Findings findings) {
        this.transactions = transactions;
        this.appends = appends;
        this.reads = reads;
        this.orders = orders;
        this.findings = findings;
    }

    void check() {
        checkReads();
        for (int append = 0; append < appends.count(); append++) {
            if (orders.isSeen(append) && transactions.isFailed(appends.transaction(append))) {
                reportFailed(append);
            }
        }
        checkLost();
        checkRevisions();
    }

    /**
     * What the longest read shows the shorter ones show too: so each stream's longest is looked at, and what differs.
     */
    private void checkReads() {
        int[] seenBy = new int[appends.count()];
        Arrays.fill(seenBy, NONE);
        for (int read = 0; read < reads.count(); read++) {
            if (!orders.isPrefix(read)) {
                reportIncompatible(read, orders.longest(reads.stream(read)));
            }
            if (!orders.isPrefix(read) || orders.longest(reads.stream(read)) == read) {
                checkValues(read, seenBy);
            }
        }
    }

    private void checkValues(int read, int[] seenBy) {
        Values values = reads.values(read);
        int stream = appends.streamName(reads.stream(read));
        for (int i = 0; i < values.size(); i++) {
            int value = values.at(i);
            int append = appends.find(stream, value);
            if (append == NONE) {
                report(AnomalyKind.PHANTOM, read, " holds " + value + ", which nobody appended to it");
            } else if (seenBy[append] == read) {
                report(AnomalyKind.DUPLICATE, read, " holds " + value + " more than once");
            } else {
                seenBy[append] = read;
            }
        }
    }

    private void report(AnomalyKind kind, int read, String what) {
        findings.add(kind, () -> seen(read) + what, reads.transaction(read));
    }

    private void reportIncompatible(int read, int longest) {
        findings.add(
                AnomalyKind.INCOMPATIBLE_ORDER,
                () -> {
                    int common = reads.values(read).commonPrefix(reads.values(longest));
                    return seen(read) + ", and line " + transactions.place(reads.transaction(longest)) + " read "
                            + Text.of(reads.values(longest)) + ": they differ from place " + common + " on";
                },
                reads.transaction(read),
                reads.transaction(longest));
    }

    private void reportFailed(int append) {
        int writer = appends.transaction(append);
        int reader = reads.transaction(someReadOf(append));
        findings.add(
                AnomalyKind.G1A,
                () -> "line " + transactions.place(reader) + " read " + described(append) + " although that failed",
                reader,
                writer);
        int place = orders.place(append);
        int behind = place == NONE ? NONE : orders.next(appends.streamOf(append), place + 1);
        if (behind != NONE) {
            findings.add(
                    AnomalyKind.DIRTY_UPDATE,
                    () -> described(behind) + " behind " + described(append) + ", which failed",
                    appends.transaction(behind),
                    writer);
        }
    }

    /** The longest that shows it, or the first one that does if the longest does not. */
    private int someReadOf(int append) {
        int stream = appends.streamOf(append);
        if (orders.place(append) != NONE) {
            return orders.longest(stream);
        }
        for (int read = 0; read < reads.count(); read++) {
            if (reads.stream(read) == stream
                    && Arrays.stream(reads.values(read).toArray()).anyMatch(value -> value == appends.value(append))) {
                return read;
            }
        }
        throw new IllegalStateException(described(append) + " was seen, but in no read");
    }

    private void checkLost() {
        int[] lastReads = lastReads();
        for (int append = 0; append < appends.count(); append++) {
            int writer = appends.transaction(append);
            int read = lastReads[appends.streamOf(append)];
            if (read == NONE || orders.isSeen(append) || !transactions.isOk(writer)) {
                continue;
            }
            int reader = reads.transaction(read);
            if (transactions.place(writer) < transactions.invocation(reader)) {
                reportLost(append, read);
            }
        }
    }

    private void reportLost(int append, int read) {
        int reader = reads.transaction(read);
        findings.add(
                AnomalyKind.LOST,
                () -> described(append) + ", which was acknowledged; line " + transactions.place(reader)
                        + ", invoked later in line " + transactions.invocation(reader) + ", read "
                        + Text.of(reads.values(read)) + ", and no other read holds it",
                appends.transaction(append),
                reader);
    }

    /** For each stream the read that was invoked last. */
    private int[] lastReads() {
        int[] last = new int[appends.streams()];
        Arrays.fill(last, NONE);
        for (int read = 0; read < reads.count(); read++) {
            last[reads.stream(read)] = read;
        }
        return last;
    }

    private void checkRevisions() {
        DenseIndex given = new DenseIndex();
        int[] takers = new int[appends.count()];
        for (int append = 0; append < appends.count(); append++) {
            long revision = appends.revision(append);
            int stream = appends.streamOf(append);
            if (revision == Step.Append.NO_REVISION || orders.isBroken(stream)) {
                continue;
            }
            if (revision >= appends.count()) {
                reportRevision(append, "all streams together hold fewer", append);
                continue;
            }
            int place = orders.place(append);
            boolean isHeld = place == NONE && revision < orders.length(stream);
            if (isHeld || (place != NONE && place != revision)) {
                String found = place == NONE ? "reads hold another one there" : "reads have it at place " + place;
                reportRevision(append, found, append);
            }
            int known = given.size();
            int number = given.add(DenseIndex.key(stream, (int) revision));
            if (number < known) {
                reportRevision(
                        append,
                        "so was line " + transactions.place(appends.transaction(takers[number])),
                        takers[number]);
            } else {
                takers[number] = append;
            }
        }
    }

    private void reportRevision(int append, String found, int other) {
        findings.add(
                AnomalyKind.WRONG_REVISION,
                () -> described(append) + " and was told revision " + appends.revision(append) + "; " + found,
                appends.transaction(append),
                appends.transaction(other));
    }

    private String seen(int read) {
        return "line " + transactions.place(reads.transaction(read)) + " read stream "
                + appends.streamName(reads.stream(read)) + " as " + Text.of(reads.values(read));
    }

    private String described(int append) {
        return "line " + transactions.place(appends.transaction(append)) + " appended " + appends.value(append)
                + " to stream " + appends.streamName(appends.streamOf(append));
    }
}
