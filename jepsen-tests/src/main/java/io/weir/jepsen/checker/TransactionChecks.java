package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.Arrays;
import java.util.List;

/** What one transaction shows by itself, or two that met on one stream: internal, G1b, lost update. */
final class TransactionChecks {
    private static final int NONE = VersionOrders.NONE;

    private final Transactions transactions;
    private final Appends appends;
    private final Reads reads;
    private final VersionOrders orders;
    private final Findings findings;

    TransactionChecks(
            Transactions transactions, Appends appends, Reads reads, VersionOrders orders, Findings findings) {
        this.transactions = transactions;
        this.appends = appends;
        this.reads = reads;
        this.orders = orders;
        this.findings = findings;
    }

    void check() {
        int[] touchedBy = new int[appends.streams()];
        Arrays.fill(touchedBy, NONE);
        for (int transaction = 0; transaction < transactions.count(); transaction++) {
            if (transactions.isOk(transaction) && touchesAStreamTwice(transaction, touchedBy)) {
                checkInternal(transaction);
            }
        }
        checkOwnOrder();
        checkIntermediateReads();
        checkLostUpdates();
    }

    /** Others' appends between them would be a cycle; the transaction's own ones make none. */
    private void checkOwnOrder() {
        for (int later = 1; later < appends.count(); later++) {
            int transaction = appends.transaction(later);
            for (int append = appends.first(transaction); append < later; append++) {
                if (appends.streamOf(append) == appends.streamOf(later)
                        && orders.place(append) > orders.place(later)
                        && orders.place(later) != NONE) {
                    reportOrder(append, later);
                }
            }
        }
    }

    private void reportOrder(int first, int second) {
        int transaction = appends.transaction(first);
        int reader = reads.transaction(orders.longest(appends.streamOf(first)));
        findings.add(
                AnomalyKind.INTERNAL,
                () -> "line " + transactions.place(transaction) + " appended " + appends.value(first) + " and then "
                        + appends.value(second) + " to stream " + nameOf(first) + ", but line "
                        + transactions.place(reader) + " read them the other way round",
                transaction,
                reader);
    }

    /** A read of ten thousand streams contradicts nothing, and is not worth the time that looking for it would take. */
    private boolean touchesAStreamTwice(int transaction, int[] touchedBy) {
        for (Step step : transactions.steps(transaction)) {
            int stream = appends.stream(step.stream());
            if (touchedBy[stream] == transaction) {
                return true;
            }
            touchedBy[stream] = transaction;
        }
        return false;
    }

    private void checkInternal(int transaction) {
        List<Step> steps = transactions.steps(transaction);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Read read && read.values() != null) {
                String contradiction = contradiction(steps, i, read.stream(), read.values());
                if (!contradiction.isEmpty()) {
                    String text = "line " + transactions.place(transaction) + " read " + Text.of(read.values())
                            + " of stream " + read.stream() + ", although it " + contradiction;
                    findings.add(AnomalyKind.INTERNAL, () -> text, transaction);
                }
            }
        }
    }

    /** Between a read and the other steps of its transaction; empty if there is none. */
    private static String contradiction(List<Step> steps, int index, int stream, Values seen) {
        int end = seen.size();
        for (int i = index - 1; i >= 0; i--) {
            Step step = steps.get(i);
            if (step.stream() != stream) {
                continue;
            }
            if (step instanceof Step.Read before && before.values() != null) {
                boolean isSame = before.values().equals(seen.first(end));
                return isSame ? "" : "had read " + Text.of(before.values()) + " before";
            }
            if (step instanceof Step.Append own) {
                end--;
                if (end < 0 || seen.at(end) != own.value()) {
                    return "had appended " + own.value() + " before";
                }
            }
        }
        for (Step later : steps.subList(index + 1, steps.size())) {
            if (later instanceof Step.Append own && own.stream() == stream && contains(seen, own.value())) {
                return "appended " + own.value() + " only later";
            }
        }
        return "";
    }

    private static boolean contains(Values values, int value) {
        for (int i = 0; i < values.size(); i++) {
            if (values.at(i) == value) {
                return true;
            }
        }
        return false;
    }

    private void checkIntermediateReads() {
        for (int read = 0; read < reads.count(); read++) {
            int last = reads.isExternal(read) ? orders.last(read) : NONE;
            if (last == NONE || appends.isLastOfItsTransaction(last)) {
                continue;
            }
            int reader = reads.transaction(read);
            int writer = appends.transaction(last);
            if (reader != writer && !transactions.isFailed(writer)) {
                findings.add(
                        AnomalyKind.G1B,
                        () -> "line " + transactions.place(reader) + " read stream " + nameOf(last) + " up to "
                                + appends.value(last) + ", but line " + transactions.place(writer)
                                + ", which appended that, appended more to it",
                        reader,
                        writer);
            }
        }
    }

    private void checkLostUpdates() {
        int[] ofAppend = new int[appends.count()];
        int[] ofEmpty = new int[appends.streams()];
        Arrays.fill(ofAppend, NONE);
        Arrays.fill(ofEmpty, NONE);
        for (int read = 0; read < reads.count(); read++) {
            if (!reads.isExternal(read) || !appendsTo(reads.transaction(read), reads.stream(read))) {
                continue;
            }
            int last = orders.last(read);
            if (last != NONE) {
                checkLostUpdate(read, ofAppend, last);
            } else if (reads.values(read).size() == 0) {
                checkLostUpdate(read, ofEmpty, reads.stream(read));
            }
        }
    }

    private boolean appendsTo(int transaction, int stream) {
        for (int append = appends.first(transaction); append < appends.first(transaction + 1); append++) {
            if (appends.streamOf(append) == stream) {
                return true;
            }
        }
        return false;
    }

    private void checkLostUpdate(int read, int[] updaters, int state) {
        int updater = reads.transaction(read);
        int other = updaters[state];
        if (other == NONE) {
            updaters[state] = updater;
            return;
        }
        findings.add(
                AnomalyKind.LOST_UPDATE,
                () -> "lines " + transactions.place(other) + " and " + transactions.place(updater) + " both read "
                        + Text.of(reads.values(read)) + " of stream " + appends.streamName(reads.stream(read))
                        + " and then appended to it",
                other,
                updater);
    }

    private int nameOf(int append) {
        return appends.streamName(appends.streamOf(append));
    }
}
