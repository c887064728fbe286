package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The help of every verb, word for word. After a change: {@code -Dhelp.write=true} writes the files anew, to be reviewed. */
class HelpTest {
    private static final Path EXPECTED = Path.of("src/test/resources/help");

    static Stream<String> verbs() {
        return commands().keySet().stream();
    }

    private static Map<String, CommandLine> commands() {
        Map<String, CommandLine> commands = new LinkedHashMap<>();
        List<CommandLine> open = new ArrayList<>(List.of(HelpRig.commandLine()));
        while (!open.isEmpty()) {
            CommandLine next = open.remove(0);
            commands.put(next.getCommandSpec().qualifiedName("-"), next);
            open.addAll(next.getSubcommands().values());
        }
        return commands;
    }

    private static String help(String verb) {
        return Objects.requireNonNull(commands().get(verb)).getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void helpSaysWhatItSaidAtTheLastReview(String verb) throws IOException {
        String help = help(verb);
        Path file = EXPECTED.resolve(verb + ".txt");
        if (Boolean.getBoolean("help.write")) {
            Files.createDirectories(EXPECTED);
            Files.writeString(file, help);
        }
        assertThat(help).isEqualTo(Files.readString(file));
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void helpEndsWithTwoExamples(String verb) {
        String help = help(verb);
        List<String> lines = help.lines().toList();
        assertThat(lines.get(lines.size() - 3)).isEqualTo("Examples:");
        assertThat(lines.subList(lines.size() - 2, lines.size())).allMatch(line -> line.contains("weir "));
        assertThat(lines).allMatch(line -> line.length() <= 110);
    }

    @Test
    void noFileIsLeftOverFromAVerbThatIsGone() throws IOException {
        try (Stream<Path> files = Files.list(EXPECTED)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
                    .containsExactlyInAnyOrderElementsOf(commands().keySet());
        }
    }

    @Test
    void helpIsWrittenToStandardOutput() {
        Run run = Run.weir(new FakeStore(), "stream", "append", "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("--expected").contains("Examples:");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aMissingVerbIsAMistakeThatShowsTheVerbs() {
        Run run = Run.weir(new FakeStore());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("stream").contains("cluster");
        Run group = Run.weir(new FakeStore(), "stream");
        assertThat(group.exitCode()).isEqualTo(2);
        assertThat(group.err()).contains("Missing required subcommand");
    }

    @Test
    void theVersionIsOneLine() {
        Run run = Run.weir(new FakeStore(), "--version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("weir \\S+\\R");
    }

    @Test
    void completionIsAScriptThatKnowsTheVerbs() {
        Run run = Run.weir(new FakeStore(), "completion", "--debug");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("#!").contains("_picocli_weir").contains("--cluster-id");
    }
}
