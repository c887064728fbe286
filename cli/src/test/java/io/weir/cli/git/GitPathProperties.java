package io.weir.cli.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class GitPathProperties {
    /** What is shown is what git prints: unquoted it is the path again. */
    @Property
    void shownAndParsedIsTheSame(@ForAll @Size(min = 1, max = 40) byte[] bytes) throws IOException {
        GitPath path = GitPath.of(bytes);
        byte[] shown = path.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(GitPath.parse(shown, 0)).isEqualTo(path);
    }

    @Property
    void anyLineIsAPathOrRefused(@ForAll @Size(min = 1, max = 12) byte[] bytes) {
        byte[] line = bytes.clone();
        line[0] = '"';
        try {
            assertThat(GitPath.parse(line, 0).length()).isPositive();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("path");
        }
    }
}
