package io.weir.benchmarks;

/**
 * A result that was kept as JSON.
 *
 * @param number by which the page names it, from 1
 * @param file name of the file that holds it
 * @param stamp what it says of itself
 * @param figures what was measured
 */
record Kept<T extends Measured>(int number, String file, Stamp stamp, T figures) {}
