package io.weir.jepsen.checker;

import io.weir.jepsen.history.Line;
import java.util.List;

/**
 * One thing that strict serializability does not allow, and why.
 *
 * @param kind its name
 * @param text the argument, for a reader: streams, values and numbers of lines of the history
 * @param lines the operations concerned: for each the line that completed it, or that invoked it if none did
 */
public record Anomaly(AnomalyKind kind, String text, List<Line> lines) {
    public Anomaly {
        lines = List.copyOf(lines);
    }

    /** The kind, the argument, the operations. */
    @Override
    public String toString() {
        StringBuilder report = new StringBuilder(kind.label()).append(": ").append(text);
        lines.forEach(line -> report.append("\n    ").append(line));
        return report.toString();
    }
}
