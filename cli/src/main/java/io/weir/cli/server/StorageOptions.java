package io.weir.cli.server;

import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.config.Setting;
import io.weir.consensus.StorageLimits;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How often {@code weir server} makes its stores durable, how much Raft log it keeps, and how often it verifies. */
final class StorageOptions {
    private static final int MIB = 20;

    @Setting
    @Option(
            names = "--checkpoint-mib",
            paramLabel = "N",
            defaultValue = "256",
            description = "Make a partition durable when it has grown by so much. Default: ${DEFAULT-VALUE}.")
    private int checkpointMib;

    @Setting
    @Option(
            names = "--checkpoint-age",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = ConnectionOptions.Time.class,
            description = "Or when so much time has passed. Default: ${DEFAULT-VALUE}.")
    private Duration checkpointAge = Duration.ZERO;

    @Setting
    @Option(
            names = "--keep-log-mib",
            paramLabel = "N",
            defaultValue = "128",
            description = "Raft log kept of each partition, for followers that were away. Default: ${DEFAULT-VALUE}.")
    private int keepLogMib;

    @Setting
    @Option(
            names = "--log-segment-mib",
            paramLabel = "N",
            defaultValue = "0",
            description = "Size of one file of that log, which is dropped file by file; 0: as suits the heap, 8 to 32."
                    + " Default: ${DEFAULT-VALUE}.")
    private int segmentMib;

    @Setting
    @Option(
            names = "--copy-rate-mib",
            paramLabel = "N",
            defaultValue = "64",
            description = "MiB a second that this node sends of copies of its stores. Default: ${DEFAULT-VALUE}.")
    private int copyRateMib;

    @Setting
    @Option(
            names = "--verify-every",
            paramLabel = "TIME",
            defaultValue = "24h",
            converter = ConnectionOptions.Time.class,
            description = "How long after a full reading a store is read again, to find what a disk has lost."
                    + " Default: ${DEFAULT-VALUE}.")
    private Duration verifyEvery = Duration.ZERO;

    /** @throws IllegalArgumentException if they make no sense */
    StorageLimits limits() {
        return new StorageLimits(
                (long) checkpointMib << MIB,
                StorageLimits.DEFAULT.checkpointEntries(),
                checkpointAge,
                (long) keepLogMib << MIB,
                (long) segmentMib << MIB,
                StorageLimits.DEFAULT.markInterval(),
                (long) copyRateMib << MIB,
                verifyEvery);
    }
}
