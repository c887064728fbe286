package io.weir.consensus.partition;

import io.weir.consensus.transaction.LockedRead;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** What the partitions of tests are set up with. */
final class Setups {
    /** Of a test without transactions over several partitions. */
    static final LockedRead.Home NO_HOME =
            (id, timeoutMs) -> CompletableFuture.failedFuture(new AssertionError("no locks here"));

    private Setups() {}

    /** A replica on the first of the members, whose clock stands still. */
    static PartitionSetup of(
            List<String> members,
            Executor readers,
            Executor answers,
            ScheduledExecutorService timer,
            CopySources copies,
            LockedRead.Home homes) {
        return new PartitionSetup(
                members.get(0),
                () -> Entries.STAMP_MS,
                readers,
                answers,
                timer,
                Runnable::run,
                CheckpointPolicy.DEFAULT,
                members,
                MarkPolicy.every(10_000),
                (leader, number, index, digest) -> {},
                copies,
                homes);
    }
}
