package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BootMarkTest {
    @TempDir
    private Path directory;

    @Test
    void aNewDirectoryHasForgottenNothing() throws IOException {
        assertThat(BootMark.renew(directory, "a")).isFalse();
    }

    @Test
    void theSameBootHasForgottenNothing() throws IOException {
        BootMark.renew(directory, "a");
        assertThat(BootMark.renew(directory, "a")).isFalse();
    }

    @Test
    void anotherBootMayHaveForgotten_once() throws IOException {
        BootMark.renew(directory, "a");
        assertThat(BootMark.renew(directory, "b")).isTrue();
        assertThat(BootMark.renew(directory, "b")).isFalse();
    }

    @Test
    void aTornMarkOrASystemWithoutBootIdsMayHaveForgotten() throws IOException {
        Files.writeString(directory.resolve(BootMark.FILE), "");
        assertThat(BootMark.renew(directory, "a")).isTrue();
        assertThat(BootMark.renew(directory, "")).isTrue();
        assertThat(BootMark.renew(directory, "")).isTrue();
    }

    @Test
    void theRunningBootHasOneId() throws IOException {
        assertThat(BootMark.current()).isEqualTo(BootMark.current());
    }
}
