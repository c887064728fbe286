package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCensusTest {
    private static final Instant BUILD_START = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path module;

    @Test
    void countsClassesTestsAndSkipsByKind() throws IOException {
        source("OneTest", "class OneTest {}");
        report("surefire", "OneTest", 3, "<testcase name='a'><skipped message='needs a loop device'/></testcase>");
        source("TwoTest", "final class TwoTest {}");
        report("surefire", "TwoTest", 4, "");
        source("ManyProperties", "class ManyProperties {}");
        report("surefire", "ManyProperties", 2, "");
        source("KillIT", "class KillIT {}");
        report("failsafe", "KillIT", 1, "");
        assertThat(take())
                .containsPattern("example +2 classes +7 tests +1 skipped")
                .containsPattern("SKIPPED +io.example.OneTest.a: needs a loop device")
                .containsPattern("property +1 classes +2 tests +0 skipped")
                .containsPattern("simulation +0 classes +0 tests +0 skipped")
                .containsPattern("process +1 classes +1 tests +0 skipped");
    }

    @Test
    void aClassWithoutAReportFailsTheBuild() throws IOException {
        source("LostSimulation", "class LostSimulation {}");
        assertThatThrownBy(this::take).hasMessageContaining("io.example.LostSimulation did not run");
    }

    @Test
    void aReportOfAnEarlierBuildIsNone() throws IOException {
        source("OldTest", "class OldTest {}");
        Path report = report("surefire", "OldTest", 1, "");
        Files.setLastModifiedTime(report, FileTime.from(BUILD_START.minusSeconds(1)));
        assertThatThrownBy(this::take).hasMessageContaining("io.example.OldTest did not run");
    }

    @Test
    void aClassWithoutTestsFailsTheBuild() throws IOException {
        source("EmptyTest", "class EmptyTest {}");
        report("surefire", "EmptyTest", 0, "");
        assertThatThrownBy(this::take).hasMessageContaining("io.example.EmptyTest has no tests");
    }

    @Test
    void aSkipWithoutAReasonFailsTheBuild() throws IOException {
        source("LazyTest", "class LazyTest {}");
        for (String message : List.of(
                "", "public void io.example.LazyTest.a() is @Disabled", "Assumption failed: assumption is not true")) {
            report("surefire", "LazyTest", 1, "<testcase name='a'><skipped message='" + message + "'/></testcase>");
            assertThatThrownBy(this::take).hasMessageContaining("io.example.LazyTest.a was skipped without a reason");
        }
    }

    @Test
    void abstractSuitesAndHelpersNeedNoReport() throws IOException {
        source("StoreTest", "public abstract class StoreTest {}");
        source("Histories", "class Histories {}");
        assertThatCode(this::take).doesNotThrowAnyException();
    }

    @Test
    void testsInAClassThatNoPluginRunsFailTheBuild() throws IOException {
        source("ManyTests", "class ManyTests {\n    @Test\n    void a() {}\n}");
        assertThatThrownBy(this::take).hasMessageContaining("io.example.ManyTests holds tests");
        source("ManyTests", "abstract class ManyTests {\n    @Test\n    void a() {}\n}");
        assertThatCode(this::take).doesNotThrowAnyException();
    }

    @Test
    void processTestsAreExcusedWhenTheyAreDeselected() throws IOException {
        source("KillIT", "class KillIT {}");
        assertThatThrownBy(this::take).hasMessageContaining("KillIT did not run");
        assertThatCode(() -> TestCensus.take(List.of(module), BUILD_START, true))
                .doesNotThrowAnyException();
    }

    @Test
    void aBuildWithDeselectedTestsHasNoCensus() throws IOException {
        source("LostTest", "class LostTest {}");
        String projects = "projects=[MavenProject: io.example:x:1 @ " + module + "/pom.xml]";
        String[] all = arguments(projects, "${skipTests}", "${test}");
        assertThatThrownBy(() -> TestCensus.main(all)).hasMessageContaining("LostTest did not run");
        assertThatCode(() -> TestCensus.main(arguments(projects, "true", "${test}")))
                .doesNotThrowAnyException();
        assertThatCode(() -> TestCensus.main(arguments(projects, "false", "Some")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> TestCensus.main(arguments("projects=${x}", "false", "${test}")))
                .hasMessageContaining("no module found");
    }

    private static String[] arguments(String projects, String skipTests, String test) {
        return new String[] {
            projects,
            "start=" + BUILD_START,
            "skipTests=" + skipTests,
            "skipITs=${skipITs}",
            "maven.test.skip=${maven.test.skip}",
            "test=" + test,
            "it.test=${it.test}"
        };
    }

    private String take() throws IOException {
        return TestCensus.take(List.of(module), BUILD_START, false);
    }

    private void source(String name, String text) throws IOException {
        Path directory = Files.createDirectories(module.resolve("src/test/java/io/example"));
        Files.writeString(directory.resolve(name + ".java"), "package io.example;\n\n" + text + "\n");
    }

    private Path report(String plugin, String name, int tests, String cases) throws IOException {
        Path directory = Files.createDirectories(module.resolve("target/" + plugin + "-reports"));
        return Files.writeString(
                directory.resolve("TEST-io.example." + name + ".xml"),
                "<?xml version='1.0'?><testsuite name='x' tests='" + tests + "'>" + cases + "</testsuite>");
    }
}
