package io.weir.jepsen.checker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The anomalies found so far, with texts for the first ones of each kind: a store that loses all its data loses it a
 * million times.
 */
final class Findings {
    private static final int MAX_LISTED = 16;

    private final Transactions transactions;
    private final Map<AnomalyKind, List<Anomaly>> listed = new EnumMap<>(AnomalyKind.class);
    private int unlisted;

    Findings(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Notes an anomaly; the text is asked for only if it is listed. */
    void add(AnomalyKind kind, Supplier<String> text, int... concerned) {
        List<Anomaly> ofKind = listed.computeIfAbsent(kind, absent -> new ArrayList<>());
        if (ofKind.size() == MAX_LISTED) {
            unlisted++;
            return;
        }
        ofKind.add(new Anomaly(
                kind,
                text.get(),
                Arrays.stream(concerned).distinct().mapToObj(transactions::line).toList()));
    }

    Verdict verdict() {
        List<Anomaly> all = new ArrayList<>();
        listed.values().forEach(all::addAll);
        return new Verdict(all, unlisted);
    }
}
