package io.weir.benchmarks;

import java.util.concurrent.CompletableFuture;

/** Something that appends, so that one {@link Pipeline} measures whatever takes appends. For one thread. */
@FunctionalInterface
public interface Appends {
    /**
     * Appends once.
     *
     * @return completes when the append is acknowledged, or fails if it is not; on any thread
     */
    CompletableFuture<?> append();
}
