package io.weir.jepsen.report;

import io.weir.jepsen.checker.Anomaly;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One step of a cycle: why one transaction comes before another one. It is taken from the checker's argument, which has a
 * sentence for each step, so that the drawing says exactly what the argument says.
 *
 * @param from number of the line of the one
 * @param to number of the line of the other
 * @param label ww, wr, rw, process or realtime
 * @param reason the sentence
 */
record Edge(int from, int to, String label, String reason) {
    private static final Pattern STEP =
            Pattern.compile("  line (\\d+) before line (\\d+): (.*) \\((ww|wr|rw|process|realtime)\\)");
    private static final Pattern STREAM = Pattern.compile("stream (-?\\d+)");
    private static final Pattern APPENDED = Pattern.compile("appended (-?\\d+) to stream (-?\\d+) behind (-?\\d+)");
    private static final Pattern SAW = Pattern.compile("read stream (-?\\d+) up to (-?\\d+),");
    private static final Pattern MISSED = Pattern.compile("read stream (-?\\d+) as .*, without (-?\\d+),");
    private static final Pattern PROCESS = Pattern.compile("^process (\\d+) ");
    private static final Pattern INVOKED = Pattern.compile("was invoked in line (\\d+)$");

    /** The steps of an argument, in their order; none if it is of no cycle. */
    static List<Edge> of(Anomaly anomaly) {
        Set<Integer> lines = new HashSet<>();
        anomaly.lines().forEach(line -> lines.add(line.index()));
        List<Edge> edges = new ArrayList<>();
        List<String> sentences = anomaly.text().lines().skip(1).toList();
        for (String sentence : sentences) {
            Matcher step = STEP.matcher(sentence);
            if (!step.matches()) {
                return List.of();
            }
            edges.add(new Edge(
                    Integer.parseInt(step.group(1)), Integer.parseInt(step.group(2)), step.group(4), step.group(3)));
        }
        return isCycle(edges) && edges.stream().allMatch(edge -> lines.contains(edge.from())) ? edges : List.of();
    }

    private static boolean isCycle(List<Edge> edges) {
        for (int i = 0; i < edges.size(); i++) {
            if (edges.get(i).to() != edges.get((i + 1) % edges.size()).from()) {
                return false;
            }
        }
        return edges.size() > 1;
    }

    /** On which stream and values it rests, in some words. */
    String caption() {
        Matcher appended = APPENDED.matcher(reason);
        Matcher saw = SAW.matcher(reason);
        Matcher missed = MISSED.matcher(reason);
        Matcher process = PROCESS.matcher(reason);
        Matcher invoked = INVOKED.matcher(reason);
        if (appended.find()) {
            return "stream " + appended.group(2) + ": " + appended.group(3) + ", then " + appended.group(1);
        } else if (saw.find()) {
            return "stream " + saw.group(1) + ": saw " + saw.group(2);
        } else if (missed.find()) {
            return "stream " + missed.group(1) + ": did not see " + missed.group(2);
        } else if (process.find()) {
            return "process " + process.group(1) + " did both";
        } else if (invoked.find()) {
            return "over before line " + invoked.group(1) + " began";
        }
        return "";
    }

    /** The streams that the sentence names. */
    Set<Integer> streams() {
        Set<Integer> streams = new HashSet<>();
        Matcher stream = STREAM.matcher(reason);
        while (stream.find()) {
            streams.add(Integer.parseInt(stream.group(1)));
        }
        return streams;
    }
}
