package io.weir.jepsen.checker;

import io.weir.jepsen.checker.AnomalyKind.Order;
import io.weir.jepsen.checker.AnomalyKind.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Transactions each of which comes before the next one, and the last one before the first one.
 *
 * @param nodes the transactions, none twice
 * @param labels why each comes before the next one, as in {@link Graph}
 */
record Cycle(int[] nodes, int[] labels) {
    /** How many transactions, and edges. */
    int length() {
        return nodes.length;
    }

    /** The transaction behind the one at an index. */
    int after(int index) {
        return nodes[(index + 1) % nodes.length];
    }

    Shape shape() {
        int missed = count(Graph.RW);
        if (missed == 0) {
            return count(Graph.WR) == 0 ? Shape.G0 : Shape.G1C;
        }
        if (missed == 1) {
            return Shape.SINGLE;
        }
        return hasAdjacentMisses() ? Shape.G2 : Shape.NONADJACENT;
    }

    AnomalyKind kind() {
        Order order = Order.DATA;
        if (count(Graph.REALTIME) > 0) {
            order = Order.REALTIME;
        } else if (count(Graph.PROCESS) > 0) {
            order = Order.PROCESS;
        }
        return AnomalyKind.cycle(shape(), order);
    }

    private int count(int wanted) {
        int count = 0;
        for (int label : labels) {
            count += label == wanted ? 1 : 0;
        }
        return count;
    }

    private boolean hasAdjacentMisses() {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] == Graph.RW && labels[(i + 1) % labels.length] == Graph.RW) {
                return true;
            }
        }
        return false;
    }

    /**
     * The cycle that a closed walk is. A walk that comes to a node twice is two closed walks; the one is taken in which
     * no two edges of kind RW meet at that node, if none met before: only a spaced search returns such walks.
     */
    static Cycle of(Graph graph, int[] walk) {
        int[] nodes = Arrays.stream(walk).map(graph::source).toArray();
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < walk.length; i++) {
            Integer before = places.put(nodes[i], i);
            if (before != null) {
                boolean isInnerMarked = graph.label(walk[before]) == Graph.RW;
                return of(graph, isInnerMarked ? without(walk, before, i) : Arrays.copyOfRange(walk, before, i));
            }
        }
        return shortened(nodes, Arrays.stream(walk).map(graph::label).toArray());
    }

    /** Without transactions in the middle of edges of one order: the first one is before the last one in it too. */
    private static Cycle shortened(int[] nodes, int[] labels) {
        int length = 0;
        for (int i = 0; i < nodes.length; i++) {
            boolean isOrder = labels[i] == Graph.PROCESS || labels[i] == Graph.REALTIME;
            if (length == 0 || !isOrder || labels[i] != labels[length - 1]) {
                nodes[length] = nodes[i];
                labels[length++] = labels[i];
            }
        }
        return new Cycle(Arrays.copyOf(nodes, length), Arrays.copyOf(labels, length));
    }

    private static int[] without(int[] walk, int from, int to) {
        int[] rest = Arrays.copyOf(walk, walk.length - (to - from));
        System.arraycopy(walk, to, rest, from, walk.length - to);
        return rest;
    }
}
