package io.weir.jepsen.checker;

import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was acknowledged and is not there: for each node and stream, split as Jepsen's queue test splits it, into what is
 * missing before the first value that was kept, behind the last one, and between. A log that lost its beginning, one
 * whose end was cut off and one with holes have different causes.
 */
final class LossChecks {
    private static final int MAX_NAMED = 12;

    private final Calls calls;
    private final Elements elements;
    private final StreamReads reads;
    private final Findings findings;
    private final Map<Integer, List<Integer>> acknowledged = new HashMap<>();

    private record Place(int stream, String node) {}

    LossChecks(Calls calls, Elements elements, StreamReads reads, Findings findings) {
        this.calls = calls;
        this.elements = elements;
        this.reads = reads;
        this.findings = findings;
        for (int element = 0; element < elements.count(); element++) {
            if (elements.isAcknowledged(element)) {
                acknowledged
                        .computeIfAbsent(elements.streamOf(element), stream -> new ArrayList<>())
                        .add(element);
            }
        }
        acknowledged.values().forEach(ofStream -> ofStream.sort(Comparator.comparingInt(elements::over)));
    }

    void check() {
        Map<Place, Integer> last = new LinkedHashMap<>();
        for (int call : reads.all()) {
            StreamRead read = reads.read(call);
            String node = calls.line(call).node();
            if (read.isFinal()) {
                last.put(new Place(read.stream(), node == null ? "" : node), call);
            }
        }
        last.values().forEach(this::checkFinal);
        checkUnseen();
    }

    private void checkFinal(int call) {
        int stream = reads.read(call).stream();
        List<Integer> due = acknowledged.getOrDefault(stream, List.of()).stream()
                .filter(element -> elements.over(element) < calls.invocation(call))
                .toList();
        BitSet kept = kept(call, stream);
        List<Integer> lost = due.stream().filter(element -> !kept.get(element)).toList();
        if (!lost.isEmpty()) {
            report(call, due, lost, kept);
        }
    }

    private BitSet kept(int call, int stream) {
        BitSet kept = new BitSet();
        Values values = reads.values(call);
        for (int place = 0; place < values.size(); place++) {
            int element = elements.find(stream, values.at(place));
            if (element != Elements.NONE) {
                kept.set(element);
            }
        }
        return kept;
    }

    private void report(int call, List<Integer> due, List<Integer> lost, BitSet kept) {
        int first = 0;
        int end = due.size();
        while (first < end && !kept.get(due.get(first))) {
            first++;
        }
        while (end > first && !kept.get(due.get(end - 1))) {
            end--;
        }
        int atTheEnd = due.size() - end;
        String split = first == due.size()
                ? "all of them"
                : first + " at the beginning, " + (lost.size() - first - atTheEnd) + " in the middle, " + atTheEnd
                        + " at the end";
        int[] concerned = new int[Math.min(lost.size(), MAX_NAMED) + 1];
        for (int i = 1; i < concerned.length; i++) {
            concerned[i] = elements.acknowledged(lost.get(i - 1));
        }
        concerned[0] = call;
        int[] values = lost.stream().mapToInt(elements::value).toArray();
        findings.add(
                AnomalyKind.LOST,
                () -> "line " + calls.place(call) + ", at the end"
                        + Elements.on(calls.line(call).node()) + ", lacks "
                        + lost.size() + " of " + due.size() + " values of stream "
                        + reads.read(call).stream() + " that had been acknowledged: " + split + ": "
                        + Text.of(Values.of(values)),
                concerned);
    }

    /** Acknowledged, and in no read at all, though one that is linearizable began later. */
    private void checkUnseen() {
        Map<Integer, Integer> lastReads = new HashMap<>();
        for (int call : reads.all()) {
            if (reads.read(call).level() == StreamRead.Level.LINEARIZABLE
                    && !reads.read(call).isFinal()) {
                lastReads.put(reads.read(call).stream(), call);
            }
        }
        lastReads.forEach((stream, call) -> {
            for (int element : acknowledged.getOrDefault(stream, List.of())) {
                if (reads.place(element) == Elements.NONE
                        && !reads.isBroken(stream)
                        && elements.over(element) < calls.invocation(call)) {
                    findings.add(
                            AnomalyKind.LOST,
                            () -> "line " + calls.place(elements.acknowledged(element)) + " acknowledged "
                                    + elements.described(element) + "; line " + calls.place(call)
                                    + ", invoked later in line " + calls.invocation(call) + ", read "
                                    + Text.of(reads.values(call)) + ", and no other read holds it",
                            elements.acknowledged(element),
                            call);
                }
            }
        });
    }
}
