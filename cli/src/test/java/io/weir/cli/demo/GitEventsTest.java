package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.git.GitPath;
import io.weir.protocol.Limits;
import io.weir.protocol.StreamName;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GitEventsTest {
    @Test
    void aPathNamesItsStream() {
        assertThat(GitEvents.streamOf(GitPath.ofText("src/\u00fc b{c}"))).isEqualTo("git/path/src/\u00fc b{c}");
    }

    @Test
    void aPathThatIsTooLongOrNoTextIsNamedByItsHash() {
        assertThat(GitEvents.streamOf(GitPath.ofText("x".repeat(247))))
                .hasSize(Limits.MAX_STREAM_NAME_BYTES)
                .startsWith("git/path/xxx");
        assertThat(GitEvents.streamOf(GitPath.ofText("x".repeat(248)))).matches("git/path-sha256/[0-9a-f]{64}");
        assertThat(GitEvents.streamOf(GitPath.of(new byte[] {(byte) 0xff}))).matches("git/path-sha256/[0-9a-f]{64}");
    }

    @Test
    void lengthIsCountedInBytes() {
        assertThat(GitEvents.streamOf(GitPath.ofText("\u00fc".repeat(124)))).startsWith("git/path-sha256/");
    }

    @Test
    void noPathNamesTheStreamOfAnother() {
        Map<String, GitPath> seen = new HashMap<>();
        long seed = 20_26;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 3)];
            for (int b = 0; b < bytes.length; b++) {
                bytes[b] = (byte) "a{}/\u00c3\u00bc\u00ff\n".charAt(random.nextInt(8));
            }
            GitPath path = GitPath.of(bytes);
            String stream = GitEvents.streamOf(path);
            GitPath other = seen.putIfAbsent(StreamName.of(stream).toString(), path);
            assertThat(other == null || other.equals(path))
                    .as("seed " + seed + ": " + path + " and " + other)
                    .isTrue();
        }
        GitPath trap = GitPath.ofText("-sha256/" + "0".repeat(64));
        assertThat(GitEvents.streamOf(trap)).startsWith("git/path/-sha256/");
        assertThat(GitEvents.isCommitStream(GitEvents.streamOf(GitPath.ofText("../commit/x"))))
                .isFalse();
        assertThat(GitEvents.isPathStream(GitEvents.streamOf("0".repeat(40)))).isFalse();
    }
}
