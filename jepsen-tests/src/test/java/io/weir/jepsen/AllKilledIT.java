package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All nodes are killed under load: what was acknowledged had reached their disks, and what was not is there at most once. */
@Timeout(180)
class AllKilledIT {
    private static final int BEFORE = 1_500;
    private static final int AFTER = 300;

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedOutlivesAllNodes() throws Exception {
        try (Rig rig = Rig.start(directory)) {
            List<String> streams = rig.streamsInEveryPartition("numbers", 2);
            // Shorter than the outage: the appends under way must fail, and say truthfully whether they were executed.
            NumberedAppends impatient = new NumberedAppends(rig.client(), streams, 256, Duration.ofMillis(1_500));
            impatient.send(BEFORE);
            while (impatient.acknowledgedCount()
                    <= BEFORE / 2) { // what a busy machine made wait for too long has failed
                impatient.send(100);
            }
            for (String node : rig.cluster().nodeIds()) {
                rig.cluster().kill(node);
            }
            impatient.awaitAll();
            assertThat(impatient.acknowledged()).hasSizeGreaterThan(BEFORE / 2);
            assertThat(impatient.calls())
                    .filteredOn(call -> call.appended == null)
                    .as("under way when all was killed")
                    .isNotEmpty()
                    .allSatisfy(call -> assertThat(call.failure)
                            .isInstanceOfAny(
                                    EventStoreException.OutcomeUnknown.class, EventStoreException.Unavailable.class));

            for (String node : rig.cluster().nodeIds()) {
                rig.cluster().restart(node);
            }
            rig.cluster().awaitReady(Rig.PATIENCE);
            List<String> later = rig.streamsInEveryPartition("later", 1);
            NumberedAppends patient = new NumberedAppends(rig.client(), later, 256, Rig.PATIENCE);
            patient.send(AFTER);
            patient.awaitAll();
            assertThat(patient.acknowledged())
                    .as("by the same client, afterwards")
                    .hasSize(AFTER);

            rig.awaitEqualReplicas();
            for (String node : rig.cluster().nodeIds()) {
                for (String stream : streams) {
                    impatient.check(stream, rig.payloads(node, stream));
                }
                for (String stream : later) {
                    patient.check(stream, rig.payloads(node, stream));
                }
            }
        }
    }
}
