package io.weir.jepsen.checker;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a checker says of a history.
 *
 * @param anomalies what was found, in the order of the kinds; empty if the history is strictly serializable
 * @param unlisted how many more were found, of kinds of which enough are listed
 */
public record Verdict(List<Anomaly> anomalies, int unlisted) {
    public Verdict {
        anomalies = List.copyOf(anomalies);
    }

    /** Whether nothing is wrong. */
    public boolean isValid() {
        return anomalies.isEmpty();
    }

    /** The kinds that were found. */
    public Set<AnomalyKind> kinds() {
        return anomalies.stream()
                .map(Anomaly::kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(AnomalyKind.class)));
    }

    /** All of it as text, an argument after the other. */
    public String report() {
        if (isValid()) {
            return "no anomaly";
        }
        String listed = anomalies.stream().map(Anomaly::toString).collect(Collectors.joining("\n"));
        return unlisted == 0 ? listed : listed + "\nand " + unlisted + " more of the same kinds";
    }

    @Override
    public String toString() {
        return report();
    }
}
