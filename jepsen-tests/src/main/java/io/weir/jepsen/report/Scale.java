package io.weir.jepsen.report;

/** Round steps for axes: 1, 2 or 5 times a power of ten. */
final class Scale {
    private Scale() {}

    /** The smallest round number that is not below. */
    static long roundUp(long least) {
        long power = 1;
        while (power * 10 <= least && power < Long.MAX_VALUE / 100) {
            power *= 10;
        }
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= least) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
