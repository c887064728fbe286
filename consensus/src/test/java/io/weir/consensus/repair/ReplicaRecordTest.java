package io.weir.consensus.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.repair.ReplicaRecord.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaRecordTest {
    @TempDir
    Path data;

    @Test
    void aRestoredStoreIsNotedUntilAGroupHasRunOnIt() throws IOException {
        assertThat(ReplicaRecord.read(data, 2).step()).isEqualTo(Step.NEW);
        assertThat(ReplicaRecord.isRestored(data, 2)).isFalse();
        ReplicaRecord.restored(data, 2, new Origin(UUID.randomUUID()));
        assertThat(ReplicaRecord.isRestored(data, 2)).isTrue();
        assertThat(ReplicaRecord.isRestored(data, 1)).isFalse();
        ReplicaRecord.read(data, 2).write(Step.MEMBER, "");
        assertThat(ReplicaRecord.read(data, 2).step()).isEqualTo(Step.MEMBER);
        assertThat(ReplicaRecord.isRestored(data, 2)).isFalse();
    }

    @Test
    void aNoteThatCannotBeUnderstoodIsOfTheMostCarefulStep() throws IOException {
        ReplicaRecord.restored(data, 0, new Origin(UUID.randomUUID()));
        Files.writeString(data.resolve("repair").resolve("partition-0"), "step=RESTOREDX\n");
        assertThat(ReplicaRecord.read(data, 0).step()).isEqualTo(Step.REJOINING);
        assertThat(ReplicaRecord.isRestored(data, 0)).isFalse();
    }
}
