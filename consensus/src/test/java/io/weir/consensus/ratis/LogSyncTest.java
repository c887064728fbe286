package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
