package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store's files: what is missing or damaged is named, and nothing of it ever becomes an empty store. */
class EnvDirectoryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path store;

    @SuppressWarnings("NullAway.Init")
    private EnvDirectory environment;

    @BeforeEach
    void createStore() {
        open().close();
        try (LmdbLogStore opened = open()) {
            append(opened, key(1, "a"), 10, "a0", "a1");
        }
        environment = Objects.requireNonNull(EnvDirectory.current(store));
    }

    private LmdbLogStore open() {
        return LmdbLogStore.open(store, IDENTITY, Settings.defaults());
    }

    private void assertSound() {
        try (LmdbLogStore opened = open()) {
            assertThat(partition(opened)).hasSize(2);
        }
    }

    private void assertCorrupted(Path named) {
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining(named.toString());
    }

    @Test
    void hasTheFilesOfThePicture() throws IOException {
        assertThat(names(store)).containsExactlyInAnyOrder("weir.lock", "CURRENT", "env-" + environment.id());
        assertThat(names(environment.path())).containsExactlyInAnyOrder("data.mdb", "lock.mdb", "checkpoint");
        assertThat(EnvDirectory.others(store)).isEmpty();
        assertThat(environment.readCheckpoint().state().nextPosition()).isEqualTo(2);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).toList();
        }
    }

    private Path file(String name) {
        return name.equals("CURRENT") ? store.resolve(name) : environment.path().resolve(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CURRENT", "checkpoint", "data.mdb"})
    void aMissingFileIsNamedAndNothingIsMadeInItsPlace(String name) throws IOException {
        Path away = store.resolve("away");
        Files.move(file(name), away);
        assertCorrupted(file(name));
        assertThat(file(name)).doesNotExist();
        assertThat(EnvDirectoryTest.names(store))
                .filteredOn(n -> n.startsWith("env-"))
                .hasSize(1);
        Files.move(away, file(name));
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CURRENT", "checkpoint"})
    void aDamagedFileIsNamed(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(file(name));
        for (int i = 0; i < bytes.length; i += 1 + i / 8) {
            bytes[i] ^= 0x10;
            Files.write(file(name), bytes);
            assertCorrupted(file(name));
            bytes[i] ^= 0x10;
        }
        Files.write(file(name), new byte[0]);
        assertCorrupted(file(name));
        Files.write(file(name), bytes);
        assertSound();
    }

    @Test
    void aShortDataFileIsSeenBeforeLmdbReadsIt() throws IOException {
        long bytes = Files.size(environment.dataFile());
        try (FileChannel data = FileChannel.open(environment.dataFile(), StandardOpenOption.WRITE)) {
            data.truncate(bytes - 1);
        }
        assertCorrupted(environment.dataFile());
    }

    @Test
    void damagedMetaPagesAreHealed() throws IOException {
        try (FileChannel data = FileChannel.open(environment.dataFile(), StandardOpenOption.WRITE)) {
            data.write(ByteBuffer.allocate(8_192), 0);
        }
        assertSound();
    }

    @Test
    void theCheckpointOfAnotherEnvironmentIsRefused() throws IOException {
        Path other = store.resolve("other");
        LmdbLogStore.open(other, IDENTITY, Settings.defaults()).close();
        EnvDirectory current = Objects.requireNonNull(EnvDirectory.current(other));
        Files.write(environment.checkpointFile(), Files.readAllBytes(current.checkpointFile()));
        assertCorrupted(environment.checkpointFile());
    }

    @Test
    void aCheckpointThatDoesNotFitTheRowsIsRefused() throws IOException {
        byte[] before = Files.readAllBytes(environment.dataFile());
        try (LmdbLogStore opened = open()) {
            append(opened, key(1, "a"), 11, "a2");
        }
        byte[] after = Files.readAllBytes(environment.dataFile());
        Files.write(environment.dataFile(), after.length == before.length ? before : padded(before, after.length));
        assertThatThrownBy(this::open).isInstanceOf(StoreException.Corrupted.class);
    }

    private static byte[] padded(byte[] bytes, int length) {
        return java.util.Arrays.copyOf(bytes, length);
    }

    @Test
    void leftoversOfACrashAreHarmless() throws IOException {
        Files.write(store.resolve("CURRENT.tmp"), new byte[3]);
        Files.write(environment.path().resolve("checkpoint.tmp"), new byte[3]);
        Files.createFile(environment.path().resolve("unfinished"));
        assertSound();
        try (LmdbLogStore opened = open()) {
            append(opened, key(2, "b"), 12, "b0");
        }
        assertThat(names(environment.path())).containsExactlyInAnyOrder("data.mdb", "lock.mdb", "checkpoint");
    }

    @Test
    void anEnvironmentThatWasNeverFinishedIsNotTheStore() throws IOException {
        Path fresh = store.resolve("fresh");
        Files.createDirectories(fresh.resolve("env-" + UUID.randomUUID()));
        EnvDirectory unfinished = EnvDirectory.create(fresh);
        Environment.create(unfinished, IDENTITY, Settings.defaults()).close();
        assertThat(EnvDirectory.current(fresh)).isNull();
        assertThat(EnvDirectory.others(fresh)).hasSize(2).contains(unfinished);
        assertThatThrownBy(unfinished::activate).isInstanceOf(StoreException.Corrupted.class);
        LmdbLogStore.open(fresh, IDENTITY, Settings.defaults()).close();
        assertThat(EnvDirectory.others(fresh)).hasSize(2).contains(unfinished);
        assertThat(unfinished.dataFile()).exists();
    }

    @Test
    void aNewEnvironmentTakesThePlaceOfTheOld() {
        EnvDirectory copy = EnvDirectory.create(store);
        Environment built = Environment.create(copy, IDENTITY, Settings.defaults());
        Checkpoints checkpoints = built.checkpoints();
        checkpoints.complete(checkpoints.begin(PartitionState.EMPTY));
        built.close();
        assertThat(EnvDirectory.current(store)).isEqualTo(environment);
        assertThat(EnvDirectory.others(store)).containsExactly(copy);
        copy.activate();
        assertThat(EnvDirectory.current(store)).isEqualTo(copy);
        assertThat(EnvDirectory.others(store)).containsExactly(environment);
        try (LmdbLogStore opened = open()) {
            assertThat(opened.state()).isEqualTo(PartitionState.EMPTY);
        }
    }

    @Test
    void aStoreOfFormat1IsRefusedAndLeftAsItIs() throws IOException {
        Path old = Files.createDirectories(store.resolve("old"));
        Files.write(old.resolve("data.mdb"), new byte[8_192]);
        Files.write(old.resolve("lock.mdb"), new byte[64]);
        assertThatThrownBy(() -> LmdbLogStore.open(old, IDENTITY, Settings.defaults()))
                .isInstanceOf(StoreException.Incompatible.class)
                .hasMessageContaining(old.toString())
                .hasMessageContaining("format 1")
                .hasMessageContaining("new cluster");
        assertThat(names(old)).containsExactlyInAnyOrder("data.mdb", "lock.mdb", "weir.lock");
    }
}
