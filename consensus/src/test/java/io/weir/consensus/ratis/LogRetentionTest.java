package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRetentionTest {
    @TempDir
    Path directory;

    @BeforeEach
    void aLog() throws IOException {
        segment("log_0-9", 100);
        segment("log_10-19", 100);
        segment("log_20-29", 100);
        segment("log_30-39", 100);
        segment("log_inprogress_40", 1_000);
        segment("raft-meta", 10);
        segment("log_5-x", 10);
    }

    @Test
    void theOldestSegmentsBeyondTheBytesMayGoOneAfterTheOther() throws IOException {
        assertThat(new LogRetention(200, 1_000).purgeable(directory, 45)).containsExactly(9L, 19L);
        assertThat(new LogRetention(101, 1_000).purgeable(directory, 45)).containsExactly(9L, 19L);
        assertThat(new LogRetention(100, 1_000).purgeable(directory, 45)).containsExactly(9L, 19L, 29L);
        assertThat(new LogRetention(0, 1_000).purgeable(directory, 45)).containsExactly(9L, 19L, 29L, 39L);
        assertThat(new LogRetention(400, 1_000).purgeable(directory, 45)).isEmpty();
    }

    @Test
    void manySmallEntriesAreKeptByTheirNumber() throws IOException {
        assertThat(new LogRetention(1_000, 11).purgeable(directory, 45)).containsExactly(9L, 19L);
        assertThat(new LogRetention(1_000, 10).purgeable(directory, 45)).containsExactly(9L, 19L, 29L);
    }

    @Test
    void nothingAboveTheCheckpointGoes() throws IOException {
        assertThat(new LogRetention(0, 0).purgeable(directory, 28)).containsExactly(9L, 19L);
        assertThat(new LogRetention(0, 0).purgeable(directory, 19)).containsExactly(9L, 19L);
        assertThat(new LogRetention(0, 0).purgeable(directory, 8)).isEmpty();
        assertThat(new LogRetention(0, 0).purgeable(directory, -1)).isEmpty();
    }

    /** A link to nowhere is a file that was there when it was listed. */
    @Test
    void aSegmentThatGoesWhileItIsLookedAtIsPassedOver() throws IOException {
        Files.delete(directory.resolve("log_0-9"));
        Files.createSymbolicLink(directory.resolve("log_0-9"), directory.resolve("gone"));
        assertThat(new LogRetention(200, 1_000).purgeable(directory, 45)).containsExactly(19L);
    }

    private void segment(String name, int bytes) throws IOException {
        Files.write(directory.resolve(name), new byte[bytes]);
    }
}
