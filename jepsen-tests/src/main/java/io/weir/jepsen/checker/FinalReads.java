package io.weir.jepsen.checker;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Transfer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a run ended with reads of everything on every node: what was acknowledged and is not looked at again may be
 * gone, and no checker can know. Asked for where the header names the nodes, or some final read was made; linear.
 */
final class FinalReads {
    /** Instead of a stream: the bank. */
    private static final long BANK = Long.MIN_VALUE;

    private record Look(String node, long stream) {}

    private final Set<Look> looks = new HashSet<>();
    private final Set<String> nodes = new TreeSet<>();
    private final Set<Long> written = new TreeSet<>();

    private FinalReads(History history, Header header) {
        nodes.addAll(header.nodes());
        for (Line line : history.lines()) {
            if (line.type() == LineType.OK) {
                Operation operation = line.operation();
                streamsWritten(operation).forEach(written::add);
                if (operation.isFinal() && line.node() != null) {
                    nodes.add(line.node());
                    streamsRead(operation).forEach(stream -> looks.add(new Look(line.node(), stream)));
                }
            }
        }
    }

    /** What was not looked at: one sentence for each node, and none if everything was. */
    static List<String> missing(History history, Header header) {
        FinalReads reads = new FinalReads(history, header);
        List<String> missing = new ArrayList<>();
        for (String node : reads.nodes) {
            List<Long> unread = reads.written.stream()
                    .filter(stream -> !reads.looks.contains(new Look(node, stream)))
                    .toList();
            if (!unread.isEmpty()) {
                String what = unread.get(0) == BANK
                        ? "the accounts"
                        : unread.size() + " of " + reads.written.size() + " streams, " + unread.get(0) + " the first";
                missing.add("no final read on node " + node + " of " + what);
            }
        }
        return missing;
    }

    private static List<Long> streamsWritten(Operation operation) {
        if (operation instanceof Addition addition) {
            return List.of((long) addition.stream());
        } else if (operation instanceof ConditionalAppend append) {
            return List.of((long) append.stream());
        } else if (operation instanceof Transfer) {
            return List.of(BANK);
        } else if (operation instanceof Transaction transaction) {
            return transaction.steps().stream()
                    .filter(Step.Append.class::isInstance)
                    .map(step -> (long) step.stream())
                    .toList();
        }
        return List.of();
    }

    private static List<Long> streamsRead(Operation operation) {
        if (operation instanceof StreamRead read) {
            return List.of((long) read.stream());
        } else if (operation instanceof Balances) {
            return List.of(BANK);
        } else if (operation instanceof Transaction transaction) {
            return transaction.steps().stream()
                    .filter(Step.Read.class::isInstance)
                    .map(step -> (long) step.stream())
                    .toList();
        }
        return List.of();
    }
}
