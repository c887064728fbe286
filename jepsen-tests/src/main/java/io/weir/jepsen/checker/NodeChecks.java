package io.weir.jepsen.checker;

import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the reads after the last fault show node by node: an append that was acknowledged, and that other reads hold, is
 * missing on one. What no read holds at all {@link StreamChecks} finds.
 */
final class NodeChecks {
    private final Transactions transactions;
    private final Appends appends;
    private final Reads reads;
    private final VersionOrders orders;
    private final Findings findings;

    private record Place(int stream, String node) {}

    NodeChecks(Transactions transactions, Appends appends, Reads reads, VersionOrders orders, Findings findings) {
        this.transactions = transactions;
        this.appends = appends;
        this.reads = reads;
        this.orders = orders;
        this.findings = findings;
    }

    void check() {
        Map<Place, Integer> last = new LinkedHashMap<>();
        for (int read = 0; read < reads.count(); read++) {
            int reader = reads.transaction(read);
            String node = transactions.line(reader).node();
            if (transactions.operation(reader).isFinal()) {
                last.put(new Place(reads.stream(read), node == null ? "" : node), read);
            }
        }
        List<List<Integer>> finals = new ArrayList<>();
        for (int stream = 0; stream < appends.streams(); stream++) {
            finals.add(new ArrayList<>());
        }
        last.forEach((place, read) -> finals.get(place.stream()).add(read));
        for (int append = 0; append < appends.count(); append++) {
            if (orders.isSeen(append) && transactions.isOk(appends.transaction(append))) {
                for (int read : finals.get(appends.streamOf(append))) {
                    check(append, read);
                }
            }
        }
    }

    private void check(int append, int read) {
        int writer = appends.transaction(append);
        int reader = reads.transaction(read);
        if (transactions.place(writer) < transactions.invocation(reader) && !holds(read, append)) {
            findings.add(
                    AnomalyKind.LOST,
                    () -> "line " + transactions.place(writer) + " appended " + appends.value(append) + " to stream "
                            + appends.streamName(appends.streamOf(append)) + ", which was acknowledged; line "
                            + transactions.place(reader) + ", at the end"
                            + Elements.on(transactions.line(reader).node()) + ", read "
                            + Text.of(reads.values(read)) + ", while other reads hold it",
                    writer,
                    reader);
        }
    }

    private boolean holds(int read, int append) {
        Values values = reads.values(read);
        if (orders.isPrefix(read) && orders.place(append) != VersionOrders.NONE) {
            return orders.place(append) < values.size();
        }
        for (int i = 0; i < values.size(); i++) {
            if (values.at(i) == appends.value(append)) {
                return true;
            }
        }
        return false;
    }
}
