package io.weir.consensus.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.EventStoreException.StoreCorrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupTest {
    private static final UUID ID = UUID.fromString("6a1c0c7e-0000-4000-8000-00000000beef");
    private static final Path GOLDEN = Path.of("src/test/resources/backup-3");

    @TempDir
    Path directory;

    private Backup create(int partitions) {
        try (StoredCluster cluster = StoredCluster.small(partitions)) {
            InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-21T21:00:00.500Z"));
            return BackupWriter.create(directory.resolve("backup"), cluster, ID, clock, (p, r, b) -> {});
        }
    }

    /**
     * The bytes of format 3. A difference means that backups out there can no longer be read: raise the format instead of
     * changing the files. {@code -Dbackup.write=true} writes them anew.
     */
    @Test
    void aBackupHasTheBytesOfFormat3() throws IOException {
        Backup backup = create(2);
        assertThat(names(backup.directory())).containsExactly("backup.json", "partition-0.copy", "partition-1.copy");
        for (String name : names(backup.directory())) {
            byte[] found = Files.readAllBytes(backup.directory().resolve(name));
            if (Boolean.getBoolean("backup.write")) {
                Files.createDirectories(GOLDEN);
                Files.write(GOLDEN.resolve(name), found);
            }
            assertThat(found).as(name).isEqualTo(Files.readAllBytes(GOLDEN.resolve(name)));
        }
        Backup old = Backup.open(GOLDEN);
        assertThat(old.manifest()).isEqualTo(backup.manifest());
        assertThat(old.verify((p, r, b) -> {})).hasSize(2).allMatch(PartCheck::isSound);
        assertThat(old.manifest().events()).isEqualTo(4);
        assertThat(old.manifest().streams()).isEqualTo(2);
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aBackupWithoutItsManifestIsUnfinished() throws IOException {
        Backup backup = create(1);
        Files.delete(backup.directory().resolve("backup.json"));
        assertThatThrownBy(() -> Backup.open(backup.directory()))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("not finished");
        assertThatThrownBy(() -> create(1)).isInstanceOf(CannotOpen.class).hasMessageContaining("is not empty");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void anotherFormatIsNamed(int format) throws IOException {
        Backup backup = create(1);
        Path file = backup.directory().resolve("backup.json");
        Files.writeString(file, Files.readString(file).replace("\"format\": 3,", "\"format\": " + format + ","));
        assertThatThrownBy(() -> Backup.open(backup.directory()))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("has format " + format)
                .hasMessageContaining("reads format 3");
    }

    /** Each file is sound in itself: only the manifest knows that it is not the one that was written. */
    @Test
    void aFileOfAnotherBackupOrPartitionIsFound() throws IOException {
        Backup backup = create(2);
        Path first = backup.directory().resolve("partition-0.copy");
        Path second = backup.directory().resolve("partition-1.copy");
        Files.copy(first, second, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        List<PartCheck> checks = backup.verify((p, r, b) -> {});
        assertThat(checks.get(0).isSound()).isTrue();
        assertThat(checks.get(1).damage())
                .contains(second.toString())
                .contains("partition 0 of cluster shop, not of partition 1");

        Files.delete(second);
        assertThat(backup.verify((p, r, b) -> {}).get(1).damage()).contains("is missing");
        assertThatThrownBy(() -> backup.read(backup.manifest().parts().get(1), (p, r, b) -> {}, chunk -> {}))
                .isInstanceOf(StoreCorrupted.class);
    }

    @Test
    void whatIsNotACopyIsNeverWritten() {
        BackupSource lying = new BackupSource() {
            @Override
            public String clusterId() {
                return "shop";
            }

            @Override
            public int partitions() {
                return 1;
            }

            @Override
            public void pull(Attempt attempt) {
                attempt.begin();
                attempt.chunk(0, ByteBuffer.wrap("no chunk".getBytes(StandardCharsets.US_ASCII)));
            }
        };
        assertThatThrownBy(() -> BackupWriter.create(directory.resolve("b"), lying, (p, r, b) -> {}))
                .hasMessageContaining("chunk 0 of the copy");
        assertThat(directory.resolve("b").resolve("backup.json")).doesNotExist();
    }

    @Test
    void progressCountsOverAllPartitions() {
        List<Long> rows = new ArrayList<>();
        List<Long> bytes = new ArrayList<>();
        Backup backup = create(3);
        backup.verify((partition, r, b) -> {
            rows.add(r);
            bytes.add(b);
        });
        assertThat(rows).isSorted();
        assertThat(bytes).isSorted().endsWith(backup.manifest().bytes());
    }
}
