package io.weir.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunFileTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/weir/jepsen/run/run-1.json");
    private static final RunRecord RUN = new RunRecord(
            "list-append",
            List.of("kill-one", "reset"),
            List.of("full-disk: needs root"),
            -7,
            Duration.ofSeconds(60),
            Duration.ofMillis(2_500),
            10,
            List.of("n1", "n2", "n3"),
            List.of(new FaultWindow("kill-one", "killed [n2]", 5_000_000_000L, 8_123_456_789L)),
            1_834,
            "0.1.0 (3f2a91c)",
            "Java 17, \"Linux\"",
            "weir jepsen run --seed -7");

    @TempDir
    Path directory;

    /** The format of version 1 never changes. */
    @Test
    void writesAndReadsTheFormatOfVersionOne() throws IOException {
        if (Boolean.getBoolean("run.write")) {
            Files.createDirectories(Objects.requireNonNull(GOLDEN.getParent()));
            RunFile.write(RUN, GOLDEN);
        }
        assertThat(RunFile.text(RUN)).isEqualTo(Files.readString(GOLDEN));
        assertThat(RunFile.read(GOLDEN)).isEqualTo(RUN);
        Path file = directory.resolve("run.json");
        RunFile.write(RUN, file);
        assertThat(file).hasSameBinaryContentAs(GOLDEN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"weir-run\"          | \"weir-history\"       | format is not weir-run",
                "\"version\" : 1       | \"version\" : 2        | version 2 of the format; known is 1",
                "\"seed\" : -7,        | ``                     | seed is missing",
                "\"seed\" : -7         | \"seed\" : \"7\"       | seed is no integer of 64 bits",
                "\"seed\" : -7         | \"seed\" : 1.5         | seed is no integer of 64 bits",
                "\"seed\" : -7         | \"seed\" : 99999999999999999999 | seed is no integer of 64 bits",
                "\"seed\" : -7         | \"seed\" : 7, \"salt\" : 1      | salt is not known",
                "\"seed\" : -7         | \"seed\" : 7, \"seed\" : 8      | Duplicate field 'seed'",
                "\"timeNs\" : 6        | \"timeNs\" : -6        | timeNs is -60000000000; it is 0 or more",
                "\"clients\" : 10      | \"clients\" : 3000000000 | clients is beyond 32 bits",
                "[ \"n1\"              | [ 1                    | nodes[0] is no string",
                "\"skipped\" : [ \"full-disk: needs root\" ] | \"skipped\" : null | skipped is no array",
                "\"beganNs\" : 5       | \"beganNs\" : 9        | faults[0].healedNs is before beganNs",
                "\"nemesis\" : \"kill-one\" | \"nemesis\" : \"kill-one\", \"more\" : {} | faults[0].more is not known",
            })
    void refusesWhatIsNoRecord(String what, String instead, String why) throws IOException {
        String text = Files.readString(GOLDEN);
        assertThat(text).contains(what);
        byte[] bytes = text.replace(what, instead).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> RunFile.parse(bytes))
                .isInstanceOf(MalformedRunException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesWhatIsNoObjectOrCutOffOrLonger() {
        assertRefused("[]", "the file is no object");
        assertRefused("", "the file is no object");
        assertRefused("{\"format\":", "row 1, column");
        assertRefused(RunFile.text(RUN) + "{}", "railing");
        assertRefused(" ".repeat((16 << 20) + 1), "longer than");
        assertRefused("[".repeat(100), "nesting depth");
    }

    private static void assertRefused(String text, String why) {
        assertThatThrownBy(() -> RunFile.parse(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedRunException.class)
                .hasMessageContaining(why);
    }
}
