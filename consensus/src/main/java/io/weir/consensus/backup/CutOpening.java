package io.weir.consensus.backup;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The order in which the leaders of all partitions open one cut: all hold; then all open their views; then all release, and each
 * says whether its hold had a gap. If anything fails the views are no cut. Any thread; waits for nothing.
 */
public final class CutOpening {
    /** The leader of one partition; each step as in {@link io.weir.consensus.partition.Cut}. */
    public interface Part {
        CompletableFuture<Void> hold();

        CompletableFuture<Void> open();

        CompletableFuture<Void> release();
    }

    private CutOpening() {}

    /** Completes when there is a cut; fails with the first failure. Who called closes the parts then. */
    public static CompletableFuture<Void> open(List<? extends Part> parts) {
        return all(parts, Part::hold)
                .thenCompose(held -> all(parts, Part::open))
                .thenCompose(opened -> all(parts, Part::release));
    }

    /** Unlike {@code allOf}, this does not wait for others when one has failed: they hold up commits. */
    private static CompletableFuture<Void> all(
            List<? extends Part> parts, Function<Part, CompletableFuture<Void>> step) {
        CompletableFuture<?>[] steps = parts.stream().map(step).toArray(CompletableFuture[]::new);
        CompletableFuture<Void> all = CompletableFuture.allOf(steps);
        for (CompletableFuture<?> one : steps) {
            var unused = one.whenComplete((done, failure) -> {
                if (failure != null) {
                    all.completeExceptionally(failure);
                }
            });
        }
        return all;
    }
}
