/** What an append and a read cost, as counts and as ratios inside one run: a regression is found on any machine, under any load. */
@org.jspecify.annotations.NullMarked
package io.weir.benchmarks.costs;
