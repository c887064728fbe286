package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSyncTest {
    @TempDir
    Path directory;

    @Test
    void anEmptyAFullAndAMissingDirectoryAreForcedWithoutChange() throws IOException {
        Path group = Files.createDirectories(
                directory.resolve("raft").resolve("group").resolve("current"));
        Path segment = Files.writeString(group.resolve("log_inprogress_0"), "entries");
        LogSync.sync(directory.resolve("raft"));
        LogSync.sync(directory.resolve("nothing"));
        assertThat(segment).hasContent("entries");
        assertThat(directory.resolve("nothing")).doesNotExist();
    }

    /** What could not be forced once looks as if it were on the disk: only another file brings it there. */
    @Test
    void theOpenSegmentIsAnotherFileAfterwards() throws IOException {
        Path current = Files.createDirectories(directory.resolve("current"));
        Path open = Files.writeString(current.resolve("log_inprogress_7"), "entries");
        Path closed = Files.writeString(current.resolve("log_0-6"), "more entries");
        Files.writeString(current.resolve("weir-copy-of-log_inprogress_7"), "half of th");
        Object openKey = key(open);
        Object closedKey = key(closed);
        LogSync.sync(directory);
        assertThat(open).hasContent("entries");
        assertThat(key(open)).isNotEqualTo(openKey);
        assertThat(key(closed)).isEqualTo(closedKey);
        try (Stream<Path> files = Files.list(current)) {
            assertThat(files).containsExactlyInAnyOrder(open, closed);
        }
    }

    private static Object key(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }
}
