package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader is killed under load; one client goes on, and nothing is lost, doubled or reordered. */
@Timeout(180)
class LeaderKillIT {
    private static final int EVENTS = 4_000;

    /** Twice the longest election timeout, and as much again for two cores that also run the client and two servers. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    void aClientOutlivesTheLeader() throws Exception {
        try (Rig rig = Rig.start(directory)) {
            List<String> streams = rig.streamsInEveryPartition("numbers", 2);
            NumberedAppends appends = new NumberedAppends(rig.client(), streams, 512, Rig.PATIENCE);
            appends.send(EVENTS / 2);

            String leader = rig.awaitLeader(0);
            List<String> hit = streams.stream()
                    .filter(stream -> rig.client().partitionOf(stream) == 0)
                    .toList();
            rig.cluster().kill(leader);
            long killed = System.nanoTime();
            appends.send(EVENTS / 4);
            rig.cluster().restart(leader);
            appends.send(EVENTS - EVENTS / 2 - EVENTS / 4);
            appends.awaitAll();

            assertThat(appends.calls())
                    .hasSize(EVENTS)
                    .allSatisfy(call -> assertThat(call.failure).isNull());
            Duration service = appends.firstServiceAfter(killed, hit);
            print("longest pause between acknowledgements", appends.longestGap());
            print("kill -9 of " + leader + " to the first new acknowledgement in its partition", service);
            assertThat(service).isLessThan(LONGEST_PAUSE);

            rig.cluster().awaitReady(Rig.PATIENCE);
            rig.awaitEqualReplicas();
            for (String node : rig.cluster().nodeIds()) {
                int held = 0;
                for (String stream : streams) {
                    List<String> payloads = rig.payloads(node, stream);
                    appends.check(stream, payloads);
                    held += payloads.size();
                }
                assertThat(held).as("events on " + node).isEqualTo(EVENTS);
            }
        }
    }

    private static void print(String what, Duration duration) {
        System.out.printf(Locale.ROOT, "LeaderKillIT: %s: %,d ms%n", what, duration.toMillis());
    }
}
