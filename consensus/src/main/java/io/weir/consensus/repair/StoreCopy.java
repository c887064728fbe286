package io.weir.consensus.repair;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces a store that is closed by a copy of another member's. One thread. */
final class StoreCopy {
    private static final Logger LOG = LoggerFactory.getLogger(StoreCopy.class);

    private final RepairSetup setup;

    StoreCopy(RepairSetup setup) {
        this.setup = setup;
    }

    /** Whether there is anything in a store's directory that was ever a store, whole or not. */
    static boolean isAnything(Path store) throws IOException {
        if (!Files.isDirectory(store)) {
            return Files.exists(store);
        }
        try (Stream<Path> files = Files.list(store)) {
            return files.anyMatch(file -> {
                String name = file.getFileName().toString();
                boolean isHalfReceived = name.startsWith("env-") && Files.exists(file.resolve("unfinished"));
                return !name.equals("weir.lock") && !isHalfReceived;
            });
        }
    }

    /**
     * Pulls from one member after the other until one has given a whole copy; what it sends is verified.
     *
     * @param leastIndex the copy must have applied at least this
     * @throws Blocked if none could
     */
    void pull(int partition, long leastIndex) throws Blocked {
        List<String> answers = new ArrayList<>();
        for (String member : setup.others()) {
            try {
                PartitionState state = setup.stores()
                        .receive(
                                partition,
                                receiver -> setup.peers().pull(member, partition, leastIndex, receiver::accept));
                LOG.info("partition {}: has a copy from {}, up to entry {}", partition, member, state.appliedIndex());
                return;
            } catch (NodeFailure | StoreException.Corrupted e) {
                answers.add(member + ": " + e.getMessage());
            } catch (StoreException.Full e) {
                // What came is removed by now, and again there is as much room as was not enough.
                throw Blocked.bySpace(
                        "no room for a copy of the store: " + e.getMessage(),
                        FreeSpace.usableBytes(setup.data()) + FreeSpace.LEAST_BYTES);
            }
        }
        throw new Blocked(
                Blocked.By.OTHERS,
                "nobody could give a copy of the store with entry " + leastIndex + " (" + String.join("; ", answers)
                        + ")");
    }
}
