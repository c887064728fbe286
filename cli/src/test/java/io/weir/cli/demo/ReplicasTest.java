package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.EventStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Waiting for replicas to come level: with them all, and with one that stays away. */
class ReplicasTest {
    private final FakeCluster cluster = new FakeCluster(3, 4);

    @Test
    void replicasThatAreLevelAgree() throws Exception {
        try (EventStore store = cluster.connect()) {
            Replicas.Agreement agreement =
                    new Replicas(store, cluster.nodeIds()).awaitAgreement(Duration.ofSeconds(10));
            assertThat(agreement).isEqualTo(new Replicas.Agreement(3, 4, 0, 0));
        } finally {
            cluster.close();
        }
    }

    @Test
    void whoStaysAwayIsNamedWithTheReason() {
        cluster.kill("n2");
        try (EventStore store = cluster.connect()) {
            Replicas replicas = new Replicas(store, cluster.nodeIds());
            assertThatThrownBy(() -> replicas.awaitAgreement(Duration.ofMillis(1)))
                    .isInstanceOf(CheckFailed.class)
                    .hasMessageContaining("all replicas to apply the same log, in vain: ")
                    .hasMessageContaining("n2 is down");
        } finally {
            cluster.close();
        }
    }
}
