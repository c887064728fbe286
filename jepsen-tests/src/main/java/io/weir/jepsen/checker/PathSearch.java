package io.weir.jepsen.checker;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Shortest paths in a graph by breadth-first search, backwards from the end of the path. Its arrays are used again by
 * every search. Edges of one order that follow each other count as one: what was over before something that was over
 * before something else was over before that too, and the graph leaves such edges out.
 *
 * <p>So a state is a node and the kind of the edge that leaves it on the path: an order, where another edge of that
 * order costs nothing; or, in a spaced search, {@link Graph#RW}, where another one is forbidden; or any other.
 */
final class PathSearch {
    private static final int KINDS = 3;
    private static final int PLAIN = 0;
    private static final int MARKED = 1;
    private static final int ORDER = 2;

    /**
     * What a path may use.
     *
     * @param mask labels of its edges
     * @param within its nodes are all of one of these components
     * @param ranks if not null, no node comes before the path's first one in this topological order
     * @param isSpaced whether edges of kind {@link Graph#RW} may not follow each other, and the edges before the path's
     *     beginning and behind its end are of that kind
     */
    record Bounds(int mask, Components within, @Nullable Components ranks, boolean isSpaced) {}

    private final Graph graph;
    private final int[] visited;
    private final int[] lengths;
    private final int[] edgeOf;
    private final int[] nextState;
    private int[] current;
    private int[] further;
    private int currents;
    private int furthers;
    private int search;
    private long effort;

    PathSearch(Graph graph) {
        int states = graph.nodes() * KINDS;
        this.graph = graph;
        this.visited = new int[states];
        this.lengths = new int[states];
        this.edgeOf = new int[states];
        this.nextState = new int[states];
        // A state may be found once more, when a cheaper way turns up.
        this.current = new int[states * 2];
        this.further = new int[states * 2];
    }

    /** How many edges were looked at in all searches. */
    long effort() {
        return effort;
    }

    /**
     * A shortest path of one edge at least.
     *
     * @param maxLength it is no longer, where edges of one order in a row count as one
     * @return all of its edges from {@code from} to {@code to}, or null if there is none
     */
    int @Nullable [] find(int from, int to, Bounds bounds, int maxLength) {
        search++;
        furthers = 0;
        reach(to * KINDS + (bounds.isSpaced() ? MARKED : PLAIN), 0, false);
        for (int length = 0; length < maxLength && furthers > 0; length++) {
            int[] reached = further;
            further = current;
            current = reached;
            currents = furthers;
            furthers = 0;
            int[] path = expandAll(length, from, bounds);
            if (path != null) {
                return path;
            }
        }
        return null;
    }

    private int @Nullable [] expandAll(int length, int from, Bounds bounds) {
        int foundEdge = -1;
        int foundState = -1;
        for (int i = 0; i < currents; i++) {
            int state = current[i];
            int edge = lengths[state] == length ? expand(state, length, from, bounds) : -1;
            boolean isFree = edge >= 0 && isFree(state, kind(graph.label(edge), bounds));
            if (edge >= 0 && (foundEdge < 0 || isFree)) {
                foundEdge = edge;
                foundState = state;
            }
            if (isFree) {
                break;
            }
        }
        return foundEdge < 0 ? null : path(foundEdge, foundState);
    }

    /**
     * Goes one edge back in all ways; returns an edge that leads from {@code from}, one for free if there is one, else
     * -1.
     */
    private int expand(int state, int length, int from, Bounds bounds) {
        int node = state / KINDS;
        int end = graph.first(node + 1);
        int found = -1;
        effort += end - graph.first(node);
        for (int edge = graph.first(node); edge < end; edge++) {
            int source = graph.source(edge);
            int kind = kind(graph.label(edge), bounds);
            boolean isForbidden = kind == MARKED && state % KINDS == MARKED;
            if (isForbidden || !isAllowed(source, node, graph.label(edge), from, bounds)) {
                continue;
            }
            boolean isFree = isFree(state, kind);
            if (source == from && kind != MARKED) {
                found = found < 0 || isFree ? edge : found;
                continue;
            }
            int next = source * KINDS + kind;
            int nextLength = isFree ? length : length + 1;
            if (visited[next] != search || lengths[next] > nextLength) {
                edgeOf[next] = edge;
                nextState[next] = state;
                reach(next, nextLength, isFree);
            }
        }
        return found;
    }

    private static boolean isFree(int state, int kind) {
        return kind == ORDER && state % KINDS == ORDER;
    }

    private static int kind(int label, Bounds bounds) {
        if (label == Graph.RW && bounds.isSpaced()) {
            return MARKED;
        }
        return label == Graph.PROCESS || label == Graph.REALTIME ? ORDER : PLAIN;
    }

    private static boolean isAllowed(int source, int node, int label, int from, Bounds bounds) {
        Components ranks = bounds.ranks();
        return (label & bounds.mask()) != 0
                && bounds.within().of(source) == bounds.within().of(node)
                && (ranks == null || ranks.of(source) >= ranks.of(from));
    }

    private void reach(int state, int length, boolean isFree) {
        visited[state] = search;
        lengths[state] = length;
        if (isFree) {
            current[currents++] = state;
        } else {
            further[furthers++] = state;
        }
    }

    private int[] path(int firstEdge, int firstState) {
        IntStream.Builder edges = IntStream.builder().add(firstEdge);
        int state = firstState;
        while (lengths[state] > 0) {
            edges.add(edgeOf[state]);
            state = nextState[state];
        }
        return edges.build().toArray();
    }
}
