package io.weir.cli.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GitPathTest {
    @Test
    void everyEscapeOfGit() {
        assertThat(parse("\"\\a\\b\\t\\n\\v\\f\\r\\\"\\\\\\001\\377\""))
                .isEqualTo(GitPath.of(new byte[] {7, 8, 9, 10, 11, 12, 13, '"', '\\', 1, (byte) 0xff}));
    }

    @Test
    void aPlainPathIsShownAsItIs() {
        assertThat(GitPath.ofText("a b/\u00fc")).hasToString("a b/\u00fc");
    }

    @Test
    void anythingElseIsShownQuoted() {
        assertThat(GitPath.ofText("a\nb")).hasToString("\"a\\nb\"");
        assertThat(GitPath.of(new byte[] {'x', (byte) 0xff})).hasToString("\"x\\377\"");
    }

    @Test
    void onlyUtf8HasText() {
        assertThat(GitPath.ofText("\ud83d\ude80").text()).isEqualTo("\ud83d\ude80");
        assertThat(GitPath.of(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80})
                        .text())
                .isNull();
    }

    @Test
    void orderIsThatOfUnsignedBytes() {
        assertThat(GitPath.of(new byte[] {(byte) 0x80})).isGreaterThan(GitPath.ofText("z"));
    }

    private static GitPath parse(String line) {
        return GitPath.parse(line.getBytes(StandardCharsets.ISO_8859_1), 0);
    }
}
