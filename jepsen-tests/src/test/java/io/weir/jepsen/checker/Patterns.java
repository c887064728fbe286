package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Step;
import java.util.ArrayList;
import java.util.List;

/** Known anomalies, which go on behind a good history, by processes and on streams of their own. */
final class Patterns {
    private static final int STREAM = 1_000_000;

    private final List<Line> lines;
    private final int process;

    private Patterns(History good) {
        lines = new ArrayList<>(good.lines());
        process = 1 + lines.stream().mapToInt(Line::process).max().orElse(0);
    }

    static History writeSkew(History good) {
        Patterns patterns = new Patterns(good);
        patterns.add(0, LineType.INVOKE, Step.read(STREAM), Step.append(STREAM + 1, 1));
        patterns.add(1, LineType.INVOKE, Step.read(STREAM + 1), Step.append(STREAM, 1));
        patterns.add(0, LineType.OK, Step.saw(STREAM), Step.append(STREAM + 1, 1));
        patterns.add(1, LineType.OK, Step.saw(STREAM + 1), Step.append(STREAM, 1));
        return History.of(patterns.lines);
    }

    static History longFork(History good) {
        Patterns patterns = new Patterns(good);
        patterns.add(0, LineType.INVOKE, Step.append(STREAM, 1));
        patterns.add(1, LineType.INVOKE, Step.append(STREAM + 1, 1));
        patterns.add(2, LineType.INVOKE, Step.read(STREAM), Step.read(STREAM + 1));
        patterns.add(3, LineType.INVOKE, Step.read(STREAM), Step.read(STREAM + 1));
        patterns.add(2, LineType.OK, Step.saw(STREAM, 1), Step.saw(STREAM + 1));
        patterns.add(3, LineType.OK, Step.saw(STREAM), Step.saw(STREAM + 1, 1));
        patterns.add(0, LineType.OK, Step.append(STREAM, 1));
        patterns.add(1, LineType.OK, Step.append(STREAM + 1, 1));
        return History.of(patterns.lines);
    }

    static History sessionBroken(History good) {
        Patterns patterns = new Patterns(good);
        patterns.add(0, LineType.INVOKE, Step.append(STREAM, 1));
        patterns.add(0, LineType.OK, Step.append(STREAM, 1));
        patterns.add(0, LineType.INVOKE, Step.append(STREAM, 2));
        patterns.add(0, LineType.OK, Step.append(STREAM, 2));
        patterns.add(1, LineType.INVOKE, Step.read(STREAM));
        patterns.add(1, LineType.OK, Step.saw(STREAM, 2, 1));
        return History.of(patterns.lines);
    }

    private void add(int client, LineType type, Step... steps) {
        long timeNs = lines.isEmpty() ? 0 : lines.get(lines.size() - 1).timeNs() + 1;
        lines.add(new Line(lines.size(), timeNs, type, process + client, List.of(steps), null, null));
    }
}
