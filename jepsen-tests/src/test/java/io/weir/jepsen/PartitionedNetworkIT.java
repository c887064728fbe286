package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.jepsen.rig.Condition;
import io.weir.jepsen.rig.Network;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that is cut off from the other members is followed by another one, and catches up when it is back. */
class PartitionedNetworkIT {
    @TempDir
    Path directory;

    @Test
    void aLeaderThatIsCutOffIsReplaced() throws Exception {
        try (Network network = new Network(1);
                Rig rig = Rig.start(Rig.options(directory).withFront(network))) {
            String stream = rig.streamsInEveryPartition("s", 1).get(0);
            int partition = rig.client().partitionOf(stream);
            NewEvent event = NewEvent.json("t", "{}");
            rig.client()
                    .append(stream, Expected.noStream(), List.of(event))
                    .join()
                    .orThrow();
            String leader = rig.awaitLeader(partition);
            network.become(
                    rig.cluster().nodeIds(), (from, to) -> from.equals(leader) || to.equals(leader), Condition.BLOCKED);
            rig.client()
                    .append(stream, Expected.revision(0), List.of(event))
                    .join()
                    .orThrow();
            String next = rig.awaitLeader(partition);
            network.heal();
            rig.awaitEqualReplicas();
            assertThat(next).isNotEqualTo(leader);
        }
    }
}
