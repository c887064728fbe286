package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.workload.NamedActivity;
import io.weir.jepsen.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class JepsenCommandTest {
    private static final String SAMPLES = "src/test/resources/io/weir/jepsen/checker/";

    /** The program in its place. */
    @Command(name = "weir")
    private static final class Weir {}

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theProgramFindsTheVerb() {
        assertThat(ToolProvider.findFirst("jepsen")).get().isInstanceOf(JepsenCommand.class);
    }

    @Test
    void aGoodHistoryHasNoAnomaly() {
        assertThat(run("check", "-o", "table", SAMPLES + "list-append.edn"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .startsWith(SAMPLES + "list-append.edn: no anomaly\n  list-append, ")
                .containsPattern("  txn +\\d+ ok, \\d+ fail, \\d+ info\n$");
    }

    @Test
    void aBadOneHasAnArgumentWithLines() {
        assertThat(run("check", "-o", "table", SAMPLES + "list-append-broken.edn"))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("list-append-broken.edn: ")
                .containsPattern("G-single: each of these \\d transactions comes before the next one")
                .containsPattern("\n  line \\d+ before line \\d+: ")
                .containsPattern("\n    \\{:index \\d+ ");
        out.getBuffer().setLength(0);
        assertThat(run("check", "-o", "table", SAMPLES + "set-broken.ndjson.gz"))
                .isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("lost: line \\d+, at the end on node n\\d, lacks 1 of \\d+ values of stream \\d")
                .contains(": 0 at the beginning, 0 in the middle, 1 at the end: [");
    }

    @Test
    void scriptsReadJson() throws IOException {
        assertThat(run("check", "-o", "json", SAMPLES + "set.ndjson.gz", SAMPLES + "set-broken.ndjson.gz"))
                .isEqualTo(1);
        JsonNode all = new ObjectMapper().readTree(out.toString());
        assertThat(all).hasSize(2);
        assertThat(all.get(0).path("status").asText()).isEqualTo("VALID");
        assertThat(all.get(0).path("workload").asText()).isEqualTo("set");
        assertThat(all.get(0).path("seed").asLong()).isEqualTo(4);
        assertThat(all.get(0).path("all").path("ok").asLong()).isPositive();
        assertThat(all.get(1).path("status").asText()).isEqualTo("ANOMALIES");
        assertThat(all.get(1).path("anomalies").get(0).path("kind").asText()).isEqualTo("lost");
        assertThat(all.get(1).path("anomalies").get(0).path("lines").get(0).isInt())
                .isTrue();
        out.getBuffer().setLength(0);
        assertThat(run("check", SAMPLES + "set.ndjson.gz", SAMPLES + "list-append.edn"))
                .isZero();
        assertThat(out.toString().lines()).as("one a line where nobody looks").hasSize(2);
    }

    @Test
    void aVoidRunIsUnknown() {
        assertThat(run("check", "-o", "table", "--min-rate", "1e9", SAMPLES + "list-append.edn"))
                .isEqualTo(5);
        assertThat(out.toString()).contains("list-append.edn: unknown\n").contains("\nunknown: void: ");
    }

    @Test
    void whatIsNoHistoryIsToldWithItsRowAndTheOthersAreJudged() throws IOException {
        Path cut = directory.resolve("cut.edn");
        Files.writeString(cut, "{:index 0 :time");
        Path missing = directory.resolve("missing.edn");
        assertThat(run(
                        "check",
                        cut.toString(),
                        missing.toString(),
                        directory.toString(),
                        SAMPLES + "list-append-broken.edn"))
                .isEqualTo(2);
        assertThat(err.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("cut.edn: row 1 of the file: column 15: cut off"),
                        line -> assertThat(line).endsWith("missing.edn: there is no such file"),
                        line -> assertThat(line).endsWith(": a directory, not a file"));
        assertThat(out.toString()).contains("ANOMALIES");
    }

    @Test
    void aWrongUseIsToldWithTheChoices() {
        assertThat(run("check")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter: 'FILE'");
        assertThat(run("check", "--workload", "chess", SAMPLES + "list-append.edn"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--workload chess is none of list-append, conditional, bank, set, log");
        assertThat(run("check", "--workload", "bank", SAMPLES + "list-append.edn"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("line 0: :txn is no part of the workload bank");
        assertThat(run("check", "--min-rate", "-1", SAMPLES + "list-append.edn"))
                .isEqualTo(2);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void whatCannotBeRunIsRefusedBeforeAnythingIsStarted() {
        String dir = directory.toString();
        assertThat(run("run", "--dir", dir, "--workload", "chess")).isEqualTo(2);
        assertThat(err.toString()).contains("--workload chess is none of list-append, conditional, bank, unique,");
        assertThat(run("run", "--dir", dir, "--nemesis", "kill-one,flood")).isEqualTo(2);
        assertThat(err.toString()).contains("--nemesis flood is none of mix, none, kill-one,");
        assertThat(run("replay", "7", "--dir", dir, "--time", "10")).isEqualTo(2);
        assertThat(err.toString()).contains("\"10\" is not a duration");
        assertThat(run("soak", "--dir", dir, "--each", "500ms")).isEqualTo(2);
        assertThat(err.toString()).contains("a run takes a second at least");
        assertThat(run("run", "--dir", dir, "--nodes", "10")).isEqualTo(2);
        assertThat(err.toString()).contains("--nodes is 10; the limit is 1 to 9");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void anEarlierRunIsNotOverwritten() throws IOException {
        Files.createDirectory(directory.resolve("bank-7"));
        assertThat(run("run", "--dir", directory.toString(), "--workload", "bank", "--seed", "7"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("bank-7 is there already, from an earlier run");
    }

    @Test
    void aSoakTakesAllWorkloadsInTurnAndEachSeedChoosesItsOwnAgain() {
        RunOptions options = new RunOptions();
        Random seeds = new Random(3);
        for (int run = 0; run < 2 * Workloads.ALL.size(); run++) {
            NamedActivity expected = Workloads.ALL.get(run % Workloads.ALL.size());
            assertThat(options.activity(options.seedOfRun(run, seeds))).isEqualTo(expected);
        }
        options.workload = "bank";
        assertThat(options.activity(options.seedOfRun(0, seeds)).name()).isEqualTo("bank");
    }

    @Test
    void theListNamesAllThatCanBeChosen() {
        assertThat(run("list")).isZero();
        Workloads.ALL.forEach(activity -> assertThat(out.toString()).contains("  " + activity.name() + " "));
        Nemeses.ALL.forEach(nemesis -> assertThat(out.toString()).contains("  " + nemesis.name() + " "));
    }

    /** After a change: {@code -Dhelp.write=true} writes the files anew, to be reviewed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "weir-jepsen",
                "weir-jepsen-run",
                "weir-jepsen-soak",
                "weir-jepsen-replay",
                "weir-jepsen-list",
                "weir-jepsen-check",
                "weir-jepsen-report"
            })
    void helpSaysWhatItSaidAtTheLastReview(String verb) throws IOException {
        CommandLine command = new CommandLine(new Weir()).addSubcommand(new JepsenCommand());
        command.setUsageHelpWidth(100);
        for (String name : verb.replaceFirst("^weir-", "").split("-", -1)) {
            command = Objects.requireNonNull(command.getSubcommands().get(name));
        }
        String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
        Path file = Path.of("src/test/resources/help", verb + ".txt");
        if (Boolean.getBoolean("help.write")) {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, help);
        }
        assertThat(help).isEqualTo(Files.readString(file));
    }

    @Test
    void helpIsWrittenToStandardOutput() {
        assertThat(run("check", "--help")).isZero();
        assertThat(out.toString()).contains("Exit codes").contains("Examples:");
        assertThat(err.toString()).isEmpty();
    }

    private int run(String... args) {
        return new JepsenCommand().run(new PrintWriter(out), new PrintWriter(err), args);
    }
}
