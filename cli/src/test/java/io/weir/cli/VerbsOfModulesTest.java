package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.config.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Verbs that other modules bring: found, in order, and unable to break the others. */
class VerbsOfModulesTest {
    @TempDir
    Path directory;

    /** A verb as a module writes it. */
    @Command(name = "zebra", description = "A verb of a module.")
    public static final class Zebra implements ToolProvider, Callable<Integer> {
        @Override
        public String name() {
            return "zebra";
        }

        @Override
        public int run(PrintWriter out, PrintWriter err, String... args) {
            return new CommandLine(this).setOut(out).setErr(err).execute(args);
        }

        @Override
        public Integer call() {
            return 42;
        }
    }

    /** A module's own mark, which is known by its name. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Setting {}

    /** A verb whose option the environment may give. */
    @Command(name = "yak")
    public static final class Yak implements ToolProvider, Callable<Integer> {
        @Setting
        @Option(names = "--connect")
        private String address = "";

        @Option(names = "--timeout")
        private String timeout = "";

        @Override
        public String name() {
            return "yak";
        }

        @Override
        public int run(PrintWriter out, PrintWriter err, String... args) {
            return new CommandLine(this).setOut(out).setErr(err).execute(args);
        }

        @Override
        public Integer call() {
            return address.equals("weir://env:1") && timeout.isEmpty() ? 42 : 1;
        }
    }

    /** A second one of a name that there is already. */
    @Command(name = "stream")
    public static final class SecondStream implements ToolProvider {
        @Override
        public String name() {
            return "stream";
        }

        @Override
        public int run(PrintWriter out, PrintWriter err, String... args) {
            return 0;
        }
    }

    /** One that cannot be made. */
    @Command(name = "broken")
    public static final class Broken implements ToolProvider {
        public Broken() {
            throw new IllegalStateException("no good");
        }

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public int run(PrintWriter out, PrintWriter err, String... args) {
            return 0;
        }
    }

    @Test
    void aVerbIsFoundAndRuns() throws Exception {
        CommandLine weir = HelpRig.commandLine();
        assertThat(added(weir, Zebra.class.getName())).isEmpty();
        assertThat(weir.execute("zebra")).isEqualTo(42);
    }

    @Test
    void theSettingsOfAVerbComeFromTheEnvironmentToo() throws Exception {
        CommandLine weir = HelpRig.commandLine();
        assertThat(added(weir, Yak.class.getName())).isEmpty();
        assertThat(weir.execute("yak")).isEqualTo(1);
        Map<String, String> environment = Map.of("WEIR_CONNECT", "weir://env:1", "WEIR_TIMEOUT", "3s");
        weir.setDefaultValueProvider(Settings.load(weir, environment, null));
        assertThat(weir.execute("yak")).isEqualTo(42);
    }

    @Test
    void toolsOfTheJdkAreNoVerbs() throws Exception {
        CommandLine weir = HelpRig.commandLine();
        added(weir);
        assertThat(weir.getSubcommands()).doesNotContainKeys("jar", "javac", "javap");
    }

    @Test
    void whatIsBrokenCostsItsOwnVerbOnly() throws Exception {
        CommandLine weir = HelpRig.commandLine();
        String complaints = added(
                weir,
                "io.weir.cli.NoSuchClass",
                Broken.class.getName(),
                SecondStream.class.getName(),
                Zebra.class.getName());
        assertThat(complaints).contains("NoSuchClass").contains("Broken").contains("second verb \"stream\"");
        assertThat(complaints.lines()).hasSize(3);
        assertThat(weir.execute("zebra")).isEqualTo(42);
    }

    private String added(CommandLine weir, String... providers) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.write(services.resolve(ToolProvider.class.getName()), List.of(providers));
        ByteArrayOutputStream complaints = new ByteArrayOutputStream();
        try (URLClassLoader modules =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, VerbsOfModulesTest.class.getClassLoader())) {
            VerbsOfModules.addTo(weir, modules, new PrintStream(complaints, true, StandardCharsets.UTF_8));
        }
        return complaints.toString(StandardCharsets.UTF_8);
    }
}
