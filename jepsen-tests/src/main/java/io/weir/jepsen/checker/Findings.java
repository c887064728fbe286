package io.weir.jepsen.checker;

import io.weir.jepsen.history.Line;
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

    private final Calls calls;
    private final Map<AnomalyKind, List<Anomaly>> listed = new EnumMap<>(AnomalyKind.class);
    private final List<String> doubts = new ArrayList<>();
    private int unlisted;

    Findings(Calls calls) {
        this.calls = calls;
    }

    /** Notes an anomaly, and the operations that it concerns; the text is asked for only if it is listed. */
    void add(AnomalyKind kind, Supplier<String> text, int... concerned) {
        List<Anomaly> ofKind = listed.computeIfAbsent(kind, absent -> new ArrayList<>());
        if (ofKind.size() == MAX_LISTED) {
            unlisted++;
            return;
        }
        List<Line> lines = Arrays.stream(concerned)
                .distinct()
                .limit(MAX_LISTED * 2L)
                .mapToObj(calls::line)
                .toList();
        ofKind.add(new Anomaly(kind, text.get(), kind.isCycle() ? cycle(concerned) : lines));
    }

    /** A cycle that was cut off would be none. */
    private List<Line> cycle(int[] concerned) {
        return Arrays.stream(concerned).distinct().mapToObj(calls::line).toList();
    }

    /** Notes why the history, even without any anomaly, proves nothing. */
    void doubt(String why) {
        if (doubts.size() < MAX_LISTED) {
            doubts.add(why);
        }
    }

    Verdict verdict() {
        List<Anomaly> all = new ArrayList<>();
        listed.values().forEach(all::addAll);
        return new Verdict(all, unlisted, doubts);
    }
}
