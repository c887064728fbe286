/** Benchmarks of whole clusters, found by the {@code weir} program as {@code weir bench}. */
@NullMarked
package io.weir.benchmarks;

import org.jspecify.annotations.NullMarked;
