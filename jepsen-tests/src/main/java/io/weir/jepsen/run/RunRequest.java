package io.weir.jepsen.run;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.workload.Mix;
import io.weir.jepsen.workload.NamedActivity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What is wanted of a {@link Run}.
 *
 * @param activity what clients do
 * @param mix how much of what, and how many clients
 * @param nemeses kinds of faults of which chance chooses; those that this machine does not allow are left out, and said so
 * @param seed of all choices
 * @param time how long clients work
 * @param timeout of each of their operations
 * @param cluster nodes, partitions and program; the directory is the run's own
 * @param disks where disks are made, the same for all runs
 * @param command what to type to run it again
 */
public record RunRequest(
        NamedActivity activity,
        Mix mix,
        List<Nemesis> nemeses,
        long seed,
        Duration time,
        Duration timeout,
        LocalCluster.Options cluster,
        Path disks,
        String command) {
    /** Copies its list. */
    public RunRequest {
        nemeses = List.copyOf(nemeses);
    }
}
