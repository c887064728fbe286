/** Clusters of child processes on this machine, for demonstrations, benchmarks and fault tests. */
@NullMarked
package io.weir.consensus.local;

import org.jspecify.annotations.NullMarked;
