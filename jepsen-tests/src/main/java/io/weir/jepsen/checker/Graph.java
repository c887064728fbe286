package io.weir.jepsen.checker;

import java.util.function.Consumer;

/**
 * What must come before what: a graph with labelled edges in arrays of integers (compressed sparse rows), immutable
 * once built. Each node has the list of the edges that lead to it, so that everything here walks backwards: the edges
 * that real time gives come in the order of their targets, and searches do not care.
 */
final class Graph {
    /** Both appended to one stream, one next behind the other. */
    static final int WW = 1;
    /** One read what the other appended. */
    static final int WR = 2;
    /** One read a state that the other's append ended. */
    static final int RW = 4;
    /** One client did one after the other. */
    static final int PROCESS = 8;
    /** One had completed when the other was invoked. */
    static final int REALTIME = 16;
    /** Everything that reads and appends tell. */
    static final int DATA = WW | WR | RW;

    /** Takes the edges of a graph. */
    @FunctionalInterface
    interface Sink {
        /** {@code from} comes before {@code to}. */
        void edge(int from, int to, int label);
    }

    private final int[] firsts;
    private final int[] sources;
    private final byte[] labels;

    private Graph(int[] firsts, int edges) {
        this.firsts = firsts;
        this.sources = new int[edges];
        this.labels = new byte[edges];
    }

    /**
     * A graph.
     *
     * @param edges gives all edges; asked twice, and gives the same ones: once to count, once to fill arrays of that
     *     size
     */
    static Graph of(int nodes, Consumer<Sink> edges) {
        int[] firsts = new int[nodes + 2];
        // Counted two places further on: filling moves each place on by one, and so leaves every first where it
        // belongs.
        edges.accept((from, to, label) -> firsts[to + 2]++);
        for (int i = 2; i < firsts.length; i++) {
            firsts[i] += firsts[i - 1];
        }
        Graph graph = new Graph(firsts, firsts[nodes + 1]);
        edges.accept((from, to, label) -> {
            int place = firsts[to + 1]++;
            graph.sources[place] = from;
            graph.labels[place] = (byte) label;
        });
        return graph;
    }

    int nodes() {
        return firsts.length - 2;
    }

    int edges() {
        return sources.length;
    }

    /** The first edge that leads to a node; the first one of the next node is where its edges end. */
    int first(int node) {
        return firsts[node];
    }

    /** Where an edge begins. */
    int source(int edge) {
        return sources[edge];
    }

    /** One of the labels. */
    int label(int edge) {
        return labels[edge];
    }
}
