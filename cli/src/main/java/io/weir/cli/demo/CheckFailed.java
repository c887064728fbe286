package io.weir.cli.demo;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The store does not hold what it should; the message lists the differences, the first of many. */
final class CheckFailed extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_SHOWN = 20;

    CheckFailed(String what) {
        super(what);
    }

    CheckFailed(String what, List<String> differences) {
        super(what + ":\n" + shown(differences));
    }

    private static String shown(List<String> differences) {
        int hidden = differences.size() - MAX_SHOWN;
        Stream<String> shown = differences.stream().limit(MAX_SHOWN);
        return Stream.concat(shown, hidden > 0 ? Stream.of("and " + hidden + " more") : Stream.empty())
                .map(line -> "  " + line)
                .collect(Collectors.joining("\n"));
    }
}
