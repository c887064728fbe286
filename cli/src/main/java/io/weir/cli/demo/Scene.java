package io.weir.cli.demo;

import static io.weir.cli.demo.Importer.join;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.EventStore;
import io.weir.client.NewEvent;
import io.weir.protocol.ClusterDescription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What a run has to do with: a cluster, who writes to it, and where it says so. Used by one thread. */
record Scene(DemoCluster cluster, EventStore store, Importer importer, Lines lines) {
    static final Duration PATIENCE = Duration.ofSeconds(90);

    String leaderOf(int partition) throws CheckFailed {
        return Poll.until(PATIENCE, "partition " + partition + " to have a leader", () -> {
            List<String> leaders = leaders();
            String leader = partition < leaders.size() ? leaders.get(partition) : "";
            return leader.isEmpty() ? null : leader;
        });
    }

    /** By partition; empty where there is none at the moment. */
    List<String> leaders() {
        ClusterDescription description = join(store.cluster());
        return description.getLeadersList();
    }

    /** An event of the demo's own, so that there is one to await however short what is left of the history. */
    Write own(int partition, String type, String text) {
        int number = 0;
        while (store.partitionOf("demo/" + number) != partition) {
            number++;
        }
        return new Write("demo/" + number, NewEvent.of(type, "text/plain", text.getBytes(StandardCharsets.UTF_8)));
    }
}
