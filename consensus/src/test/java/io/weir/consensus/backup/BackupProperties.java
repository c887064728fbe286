package io.weir.consensus.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.EventStoreException.StoreCorrupted;
import io.weir.logstore.Digest;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** No damage of a backup is ever taken for what was written, and none is anything but a typed rejection. */
class BackupProperties {
    private static final String NAME = "partition-1.copy";

    private static Path root = Path.of("");
    private static final List<String> FILES = List.of("backup.json", "partition-0.copy", NAME);

    @BeforeContainer
    static void save() throws IOException {
        root = Files.createTempDirectory("weir-backup");
        try (StoredCluster cluster = StoredCluster.small(2)) {
            BackupWriter.create(root.resolve("sound"), cluster, (p, r, b) -> {});
        }
    }

    @AfterContainer
    static void remove() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 1_000)
    void damageIsFoundInTheFileThatHasIt(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        String damaged = FILES.get(random.nextInt(FILES.size()));
        Path directory = Files.createDirectories(root.resolve("damaged"));
        for (String name : FILES) {
            byte[] bytes = Files.readAllBytes(root.resolve("sound").resolve(name));
            Files.write(directory.resolve(name), name.equals(damaged) ? damage(bytes, random) : bytes);
        }
        try {
            List<PartCheck> checks = Backup.open(directory).verify((p, r, b) -> {});
            assertThat(checks).hasSize(2);
            for (PartCheck check : checks) {
                boolean isIt = check.part().file().equals(damaged);
                assertThat(check.isSound()).as(check.damage()).isNotEqualTo(isIt);
                assertThat(check.damage()).contains(isIt ? damaged : "");
            }
            assertThat(damaged).isNotEqualTo("backup.json");
        } catch (StoreCorrupted | CannotOpen e) {
            assertThat(damaged).isEqualTo("backup.json");
            assertThat(e).hasMessageContaining("backup.json");
        }
    }

    /** Never the same bytes. */
    private static byte[] damage(byte[] sound, Random random) {
        byte[] bytes = sound.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, at);
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(100));
            default -> {
                byte[] noise = new byte[1 + random.nextInt(64)];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, Math.min(noise.length, bytes.length - at));
            }
        }
        if (Arrays.equals(bytes, sound)) {
            bytes[at] ^= 1;
        }
        return bytes;
    }

    @Property(tries = 300)
    void aManifestIsReadAsItWasWritten(@ForAll long seed) {
        Random random = new Random(seed);
        List<BackupPart> parts = new ArrayList<>();
        int partitions = 1 + random.nextInt(64);
        for (int i = 0; i < partitions; i++) {
            PartitionState state = new PartitionState(
                    random.nextInt(1 << 30) - 1,
                    (random.nextLong() >>> 8) - 1,
                    random.nextLong() >>> 8,
                    random.nextLong() >>> 8,
                    random.nextLong() >> 8,
                    new Digest(random.nextLong(), random.nextLong()));
            String sha = String.format("%016x", random.nextLong()).repeat(4);
            parts.add(new BackupPart(i, random.nextLong() >>> 8, sha, state));
        }
        BackupManifest manifest = new BackupManifest(
                new UUID(random.nextLong(), random.nextLong()),
                "0.1.0-SNAPSHOT",
                "a.b_c-D9",
                Instant.ofEpochMilli(random.nextInt()),
                Instant.ofEpochMilli(random.nextInt()),
                parts);
        assertThat(ManifestFormat.decode(ManifestFormat.encode(manifest))).isEqualTo(manifest);
    }

    @Property(tries = 300)
    void anyTextIsAManifestOrRefused(@ForAll String text, @ForAll long seed) {
        StringBuilder changed = new StringBuilder(text);
        if (new Random(seed).nextBoolean()) {
            changed.insert(0, "{\n  \"format\": 1,\n").append("  \"crc32c\": \"00000000\"\n}\n");
        }
        try {
            ManifestFormat.decode(changed.toString());
            throw new AssertionError("accepted: " + changed);
        } catch (StoreException.Corrupted | StoreException.Incompatible e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
