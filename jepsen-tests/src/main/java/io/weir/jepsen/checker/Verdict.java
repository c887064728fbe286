package io.weir.jepsen.checker;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a checker says of a history.
 *
 * @param anomalies what was found, in the order of the kinds
 * @param unlisted how many more were found, of kinds of which enough are listed
 * @param doubts why nothing would be proved even if nothing was found: something was not looked at, or not to its end
 */
public record Verdict(List<Anomaly> anomalies, int unlisted, List<String> doubts) {
    /** A verdict in a word. */
    public enum Status {
        /** Nothing is wrong. */
        VALID,
        /** Something is. */
        ANOMALIES,
        /** Nothing was found, and that proves nothing: as bad as a failure until it is known better. */
        UNKNOWN
    }

    public Verdict {
        anomalies = List.copyOf(anomalies);
        doubts = List.copyOf(doubts);
    }

    /** In a word. */
    public Status status() {
        if (!anomalies.isEmpty()) {
            return Status.ANOMALIES;
        }
        return doubts.isEmpty() ? Status.VALID : Status.UNKNOWN;
    }

    /** Whether nothing is wrong, and nothing in doubt. */
    public boolean isValid() {
        return status() == Status.VALID;
    }

    /** The kinds that were found. */
    public Set<AnomalyKind> kinds() {
        return anomalies.stream()
                .map(Anomaly::kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(AnomalyKind.class)));
    }

    /** This and what another one says of the same history. */
    public Verdict and(Verdict other) {
        List<Anomaly> all = new ArrayList<>(anomalies);
        all.addAll(other.anomalies);
        all.sort((one, two) -> one.kind().compareTo(two.kind()));
        return new Verdict(
                all,
                unlisted + other.unlisted,
                Stream.concat(doubts.stream(), other.doubts.stream()).toList());
    }

    /** All of it as text, an argument after the other. */
    public String report() {
        List<String> parts = new ArrayList<>();
        anomalies.forEach(anomaly -> parts.add(anomaly.toString()));
        if (unlisted > 0) {
            parts.add("and " + unlisted + " more of the same kinds");
        }
        doubts.forEach(doubt -> parts.add("unknown: " + doubt));
        return parts.isEmpty() ? "no anomaly" : String.join("\n", parts);
    }

    @Override
    public String toString() {
        return report();
    }
}
