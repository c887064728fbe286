package io.weir.jepsen.checker;

import io.weir.jepsen.checker.AnomalyKind.Order;
import io.weir.jepsen.checker.AnomalyKind.Shape;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds cycles and names them. That there is one shows a component of several nodes, exactly; which ones to show is
 * chosen for the reader: the graph of the data comes first, then the one with the order of processes, then with real
 * time; in each component of each the worst shape comes first, and of each shape the shortest cycle. A cycle is shown
 * if it is of a worse shape than all that were shown of these transactions, or else shorter.
 *
 * <p>A component may be the whole history, where one cycle of each pair of nodes would never be done. So each search
 * ends when it has looked at about {@value #MAX_EFFORT} edges: the cycle is then perhaps not the shortest, or of a
 * milder shape, but never missing.
 */
final class CycleSearch {
    private static final long MAX_EFFORT = 4_000_000;

    private static final int WRITES = Graph.WW;
    private static final int FLOWS = Graph.WW | Graph.WR;

    private final Graph graph;
    private final PathSearch paths;
    private final Shown[] shown;
    private final List<Cycle> cycles = new ArrayList<>();

    private CycleSearch(Graph graph) {
        this.graph = graph;
        this.paths = new PathSearch(graph);
        this.shown = new Shown[graph.nodes()];
    }

    /** The cycles of a graph that tell most; none exactly if it has none. */
    static List<Cycle> cycles(Graph graph) {
        Components all = Components.of(graph, Graph.DATA | Graph.REALTIME, null);
        if (!all.hasCycle()) {
            return List.of();
        }
        CycleSearch search = new CycleSearch(graph);
        search.search(Order.DATA, Components.of(graph, Graph.DATA, null));
        search.search(Order.PROCESS, Components.of(graph, Graph.DATA | Graph.PROCESS, null));
        search.search(Order.REALTIME, all);
        return search.cycles;
    }

    private void search(Order order, Components knots) {
        if (!knots.hasCycle()) {
            return;
        }
        Components writes = Components.of(graph, WRITES | order.mask(), knots);
        Components flows = Components.of(graph, FLOWS | order.mask(), knots);
        for (int[] nodes : knots.knots()) {
            Knot knot = new Knot(nodes, order, knots, writes, flows);
            for (Shape shape : Shape.values()) {
                knot.search(shape);
            }
        }
    }

    /** How short the cycles are that were shown of some transactions, for each shape and those that are worse. */
    private static final class Shown {
        private final Map<Shape, Integer> shortest = new EnumMap<>(Shape.class);

        void add(Shown other) {
            other.shortest.forEach((shape, length) -> shortest.merge(shape, length, Math::min));
        }

        void add(Cycle cycle) {
            for (Shape shape : EnumSet.range(cycle.shape(), Shape.G2)) {
                shortest.merge(shape, cycle.length(), Math::min);
            }
        }

        /** How many edges a cycle of this shape may have so that it is worth to be shown too. */
        int maxEdges(Shape shape) {
            return shortest.getOrDefault(shape, Integer.MAX_VALUE) - 1;
        }
    }

    /** One component, in which all nodes come before each other. */
    private final class Knot {
        private final int[] nodes;
        private final int order;
        private final Components knots;
        private final Components writes;
        private final Components flows;
        private final Shown known = new Shown();
        private @Nullable Cycle best;
        private int maxEdges;
        private long effortLimit;

        Knot(int[] nodes, Order order, Components knots, Components writes, Components flows) {
            this.nodes = nodes;
            this.order = order.mask();
            this.knots = knots;
            this.writes = writes;
            this.flows = flows;
            for (int node : nodes) {
                if (shown[node] != null) {
                    known.add(shown[node]);
                }
                shown[node] = known;
            }
        }

        /** Shows the shortest cycle of a shape, if it is worth it. */
        void search(Shape shape) {
            best = null;
            maxEdges = known.maxEdges(shape);
            effortLimit = paths.effort() + MAX_EFFORT;
            switch (shape) {
                case G0 -> searchClosed(new PathSearch.Bounds(WRITES | order, writes, null, false));
                case G1C -> searchClosed(new PathSearch.Bounds(FLOWS | order, flows, null, false));
                case SINGLE -> searchMissed(new PathSearch.Bounds(FLOWS | order, knots, flows, false));
                case NONADJACENT -> searchMissed(new PathSearch.Bounds(Graph.DATA | order, knots, null, true));
                case G2 -> searchMissed(new PathSearch.Bounds(Graph.DATA | order, knots, null, false));
            }
            if (best != null) {
                cycles.add(best);
                known.add(best);
            }
        }

        private void searchClosed(PathSearch.Bounds bounds) {
            for (int node : nodes) {
                if (isWorthIt()) {
                    offer(paths.find(node, node, bounds, maxEdges));
                }
            }
        }

        /**
         * Begins at edges of kind RW that lead not forwards in an order in which no other edge leads back: each cycle
         * with edges of that kind has one.
         */
        private void searchMissed(PathSearch.Bounds bounds) {
            for (int node : nodes) {
                for (int edge = graph.first(node); edge < graph.first(node + 1); edge++) {
                    int reader = graph.source(edge);
                    boolean isBack = graph.label(edge) == Graph.RW
                            && knots.of(reader) == knots.of(node)
                            && flows.of(node) <= flows.of(reader);
                    if (isBack && isWorthIt()) {
                        offer(closed(edge, paths.find(node, reader, bounds, maxEdges - 1)));
                    }
                }
            }
        }

        private static int @Nullable [] closed(int first, int @Nullable [] path) {
            if (path == null) {
                return null;
            }
            int[] walk = new int[path.length + 1];
            walk[0] = first;
            System.arraycopy(path, 0, walk, 1, path.length);
            return walk;
        }

        private boolean isWorthIt() {
            return maxEdges > 1 && paths.effort() < effortLimit;
        }

        private void offer(int @Nullable [] walk) {
            if (walk != null) {
                best = Cycle.of(graph, walk);
                maxEdges = best.length() - 1;
            }
        }
    }
}
