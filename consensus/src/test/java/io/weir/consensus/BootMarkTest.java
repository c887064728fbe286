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
        assertThat(BootMark.renew(directory, "a", false)).isFalse();
    }

    @Test
    void theSameBootHasForgottenNothing() throws IOException {
        BootMark.renew(directory, "a", false);
        assertThat(BootMark.renew(directory, "a", false)).isFalse();
    }

    @Test
    void anotherBootMayHaveForgotten_once() throws IOException {
        BootMark.renew(directory, "a", false);
        assertThat(BootMark.renew(directory, "b", false)).isTrue();
        assertThat(BootMark.renew(directory, "b", false)).isFalse();
    }

    @Test
    void aTornMarkOrASystemWithoutBootIdsMayHaveForgotten() throws IOException {
        Files.writeString(directory.resolve(BootMark.FILE), "");
        assertThat(BootMark.renew(directory, "a", false)).isTrue();
        assertThat(BootMark.renew(directory, "", false)).isTrue();
        assertThat(BootMark.renew(directory, "", false)).isTrue();
    }

    @Test
    void aMarkThatIsLostInAUsedDirectoryMayHaveForgotten_once() throws IOException {
        assertThat(BootMark.renew(directory, "a", true)).isTrue();
        assertThat(BootMark.renew(directory, "a", true)).isFalse();
    }

    @Test
    void theMarkReplacesTheOldOneAsAWhole() throws IOException {
        BootMark.renew(directory, "a longer one", false);
        BootMark.renew(directory, "b", false);
        assertThat(directory.resolve(BootMark.FILE)).hasContent("b");
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void theRunningBootHasOneId() throws IOException {
        assertThat(BootMark.current()).isEqualTo(BootMark.current());
    }
}
