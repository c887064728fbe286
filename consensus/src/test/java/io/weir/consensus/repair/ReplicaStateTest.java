package io.weir.consensus.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicaStateTest {
    @Test
    void nothingLeavesFailedAndEverythingElseCanReachRunning() {
        for (ReplicaState state : ReplicaState.values()) {
            assertThat(state.mayBecome(state)).isTrue();
            assertThat(ReplicaState.FAILED.mayBecome(state)).isEqualTo(state == ReplicaState.FAILED);
            assertThat(reachable(state).contains(ReplicaState.RUNNING)).isEqualTo(state != ReplicaState.FAILED);
            assertThat(reachable(state).contains(ReplicaState.STARTING)).isEqualTo(state == ReplicaState.STARTING);
        }
    }

    private static Set<ReplicaState> reachable(ReplicaState from) {
        Set<ReplicaState> reached = EnumSet.of(from);
        boolean grown = true;
        while (grown) {
            Set<ReplicaState> next = EnumSet.copyOf(reached);
            for (ReplicaState state : reached) {
                for (ReplicaState to : ReplicaState.values()) {
                    if (state.mayBecome(to)) {
                        next.add(to);
                    }
                }
            }
            grown = reached.addAll(next);
        }
        return reached;
    }

    @Test
    void anIllegalMoveIsRefusedAndChangesNothing() {
        Replica replica = new Replica("n1", 3);
        replica.move(ReplicaState.FAILED, "because", null);
        assertThatThrownBy(() -> replica.move(ReplicaState.RUNNING, "", null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("partition 3 cannot go from FAILED to RUNNING");
        assertThat(replica.status().getState()).isEqualTo("FAILED");
        assertThat(replica.status().getReady()).isFalse();
        assertThat(replica.status().getReason()).isEqualTo("FAILED: because");
        assertThat(replica.status().getRole()).isEqualTo("CLOSED");
        assertThat(replica.unreadyReason()).isEqualTo("FAILED: because");
        assertThat(replica.partition()).isNull();
    }

    /** The table in the docs is the one in the code. */
    @Test
    void theDocumentedMovesAreTheLegalOnes() throws IOException {
        Path fromModule = Path.of("../docs/internals/repair.md");
        String page = Files.readString(Files.exists(fromModule) ? fromModule : Path.of("docs/internals/repair.md"));
        for (ReplicaState state : ReplicaState.values()) {
            String next = String.join(
                    ", ",
                    EnumSet.allOf(ReplicaState.class).stream()
                            .filter(to -> to != state && state.mayBecome(to))
                            .map(to -> "`" + to + "`")
                            .toList());
            assertThat(page).contains("| `" + state + "` |").contains("| " + (next.isEmpty() ? "-" : next) + " |");
        }
    }
}
