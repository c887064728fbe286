package io.weir.jepsen.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The events of one stream, as a number: whose they are, in their order. A transaction writes one at most. */
final class Stream {
    private static final int MAX_WRITERS = 3;
    private static final int[][] WRITERS = allOrders();
    private static final int[][] APPENDED = allAppends();

    private Stream() {}

    static int length(int stream) {
        return WRITERS[stream].length;
    }

    static int writer(int stream, int revision) {
        return WRITERS[stream][revision];
    }

    static boolean contains(int stream, int transaction) {
        return isAmongFirst(length(stream), stream, transaction);
    }

    static boolean isAmongFirst(int count, int stream, int transaction) {
        for (int i = 0; i < count; i++) {
            if (WRITERS[stream][i] == transaction) {
                return true;
            }
        }
        return false;
    }

    /** With one event more, of a transaction that has none there. */
    static int append(int stream, int transaction) {
        return APPENDED[stream][transaction];
    }

    /** How many bits hold every order of so many writers. */
    static int bits(int writers) {
        return writers < MAX_WRITERS ? 3 : 4;
    }

    /** The set of the first writers, a bit each. */
    static int setOfFirst(int count, int stream) {
        int set = 0;
        for (int i = 0; i < count; i++) {
            set |= Transaction.setOf(WRITERS[stream][i]);
        }
        return set;
    }

    /** Every order of some writers: none, then those of the first writers, which fit into fewer bits. */
    private static int[][] allOrders() {
        List<int[]> orders = new ArrayList<>(List.of(new int[0]));
        for (int i = 0; i < orders.size(); i++) {
            for (int writer = 0; writer < MAX_WRITERS; writer++) {
                if (!isIn(orders.get(i), writer)) {
                    orders.add(plus(orders.get(i), writer));
                }
            }
        }
        orders.sort(Comparator.comparingInt(order -> Arrays.stream(order).max().orElse(-1)));
        return orders.toArray(int[][]::new);
    }

    private static int[][] allAppends() {
        int[][] appended = new int[WRITERS.length][MAX_WRITERS];
        for (int stream = 0; stream < WRITERS.length; stream++) {
            for (int writer = 0; writer < MAX_WRITERS; writer++) {
                appended[stream][writer] = isIn(WRITERS[stream], writer) ? stream : find(plus(WRITERS[stream], writer));
            }
        }
        return appended;
    }

    private static int find(int[] order) {
        for (int i = 0; i < WRITERS.length; i++) {
            if (Arrays.equals(WRITERS[i], order)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no such order");
    }

    private static boolean isIn(int[] order, int writer) {
        return Arrays.stream(order).anyMatch(w -> w == writer);
    }

    private static int[] plus(int[] order, int writer) {
        int[] longer = Arrays.copyOf(order, order.length + 1);
        longer[order.length] = writer;
        return longer;
    }
}
