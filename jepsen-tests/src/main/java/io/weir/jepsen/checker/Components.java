package io.weir.jepsen.checker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The strongly connected components of a graph, or of some of its edges: sets of nodes each of which comes before each
 * other. Tarjan's algorithm (<em>Depth-first search and linear graph algorithms</em>, 1972) with a stack of its own,
 * because a history is longer than a thread's stack is deep. Components are numbered in topological order: an edge
 * between two of them leads to the one with the larger number.
 */
final class Components {
    private static final int UNSEEN = 0;

    private final Graph graph;
    private final int mask;
    private final @Nullable Components outer;
    private final int[] component;
    private int count;
    private int largest;

    private final int[] seenAs;
    private final int[] lowest;
    private final int[] nextEdge;
    private final int[] path;
    private final int[] pending;
    private int pathSize;
    private int pendingSize;
    private int seen;

    private Components(Graph graph, int mask, @Nullable Components outer) {
        int nodes = graph.nodes();
        this.graph = graph;
        this.mask = mask;
        this.outer = outer;
        this.component = new int[nodes];
        this.seenAs = new int[nodes];
        this.lowest = new int[nodes];
        this.nextEdge = new int[nodes];
        this.path = new int[nodes];
        this.pending = new int[nodes];
        Arrays.fill(component, -1);
    }

    /**
     * The components that edges with these labels make.
     *
     * @param outer only edges inside one of its components count; null: all
     */
    static Components of(Graph graph, int mask, @Nullable Components outer) {
        Components components = new Components(graph, mask, outer);
        for (int node = 0; node < graph.nodes(); node++) {
            if (components.seenAs[node] == UNSEEN) {
                components.walk(node);
            }
        }
        return components;
    }

    /** The component's number. */
    int of(int node) {
        return component[node];
    }

    int count() {
        return count;
    }

    /** Whether any component has more than one node. */
    boolean hasCycle() {
        return largest > 1;
    }

    /** The nodes of those components that have several, the nodes of each in rising order. */
    List<int[]> knots() {
        int[] sizes = new int[count];
        for (int number : component) {
            sizes[number]++;
        }
        List<int[]> knots = new ArrayList<>();
        int[][] nodes = new int[count][];
        int[] filled = new int[count];
        for (int node = 0; node < component.length; node++) {
            int number = component[node];
            if (sizes[number] == 1) {
                continue;
            }
            if (filled[number] == 0) {
                nodes[number] = new int[sizes[number]];
                knots.add(nodes[number]);
            }
            nodes[number][filled[number]++] = node;
        }
        return knots;
    }

    private void walk(int start) {
        enter(start);
        while (pathSize > 0) {
            int node = path[pathSize - 1];
            if (nextEdge[node] < graph.first(node + 1)) {
                follow(node, nextEdge[node]++);
            } else {
                leave(node);
            }
        }
    }

    private void enter(int node) {
        seenAs[node] = ++seen;
        lowest[node] = seen;
        nextEdge[node] = graph.first(node);
        path[pathSize++] = node;
        pending[pendingSize++] = node;
    }

    private void follow(int node, int edge) {
        int source = graph.source(edge);
        if ((graph.label(edge) & mask) == 0 || (outer != null && outer.of(source) != outer.of(node))) {
            return;
        }
        if (seenAs[source] == UNSEEN) {
            enter(source);
        } else if (component[source] < 0) {
            lowest[node] = Math.min(lowest[node], seenAs[source]);
        }
    }

    private void leave(int node) {
        pathSize--;
        if (pathSize > 0) {
            int parent = path[pathSize - 1];
            lowest[parent] = Math.min(lowest[parent], lowest[node]);
        }
        if (lowest[node] == seenAs[node]) {
            int before = pendingSize;
            do {
                component[pending[--pendingSize]] = count;
            } while (pending[pendingSize] != node);
            largest = Math.max(largest, before - pendingSize);
            count++;
        }
    }
}
