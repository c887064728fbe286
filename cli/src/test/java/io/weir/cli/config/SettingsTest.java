package io.weir.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.cli.shell.Connector;
import io.weir.client.Weir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flag before environment before file before default, all by the same names; what is misspelt is refused. */
class SettingsTest {
    @TempDir
    Path directory;

    private String connected = "nowhere";

    @Test
    void theNearerSourceWins() throws Exception {
        assertThat(address(Map.of())).isEqualTo("weir://127.0.0.1:7400 PT10S");
        Path file = file("connect = \"weir://file:1\"\ntimeout = 3s");
        assertThat(address(Map.of(), "--config", file.toString())).isEqualTo("weir://file:1 PT3S");
        Map<String, String> environment = Map.of("WEIR_CONNECT", "weir://env:1", "WEIR_CONFIG", file.toString());
        assertThat(address(environment)).isEqualTo("weir://env:1 PT3S");
        assertThat(address(environment, "--connect", "weir://flag:1", "--timeout=500ms"))
                .isEqualTo("weir://flag:1 PT0.5S");
    }

    @ParameterizedTest
    @CsvSource({"conect, connect", "cluster_id, cluster-id", "partition, partitions"})
    void anUnknownKeyNamesTheNearest(String key, String nearest) throws Exception {
        Run run = run(Map.of(), "--config", file(key + " = 1").toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("\"" + key + "\" is no setting")
                .contains("\"" + nearest + "\"")
                .contains("weir.conf: 1");
        assertThat(connected).isEqualTo("nowhere");
    }

    @Test
    void aMisspeltVariableIsRefusedAndAStrangersIsNot() {
        Run run = run(Map.of("WEIR_CONECT", "x"));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("WEIR_CONECT").contains("WEIR_CONNECT");
        Map<String, String> kubernetes = new HashMap<>();
        kubernetes.put("WEIR_SERVICE_HOST", "10.0.0.1");
        kubernetes.put("WEIR_PORT_7400_TCP_ADDR", "10.0.0.1");
        kubernetes.put("WEIR_JAVA_OPTS", "-Xmx1g");
        assertThat(run(kubernetes).exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"'connect = [', HOCON", "'members { a = 1 }', 'must be a text'", "'timeout = soon', 'no time'"})
    void aFileThatCannotBeReadSaysWhy(String text, String why) throws Exception {
        Run run = run(Map.of(), "--config", file(text).toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(why);
        assertThat(run.err().lines().count()).isLessThanOrEqualTo(3);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Run run = run(Map.of(), "--config=/nowhere/weir.conf");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("/nowhere/weir.conf");
    }

    @Test
    void anAddressThatCannotBeReadSaysHowToWriteIt() {
        Connector connector = (address, timeout) -> Weir.connect(address);
        Run run = Run.weir(connector, Map.of(), "", "stream", "list", "--connect", "127.0.0.1:7400");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("\"127.0.0.1:7400\"").contains("write, for example, weir://127.0.0.1:7400");
    }

    @Test
    void aListIsWrittenAsOnTheCommandLine() throws Exception {
        Path file = file("members = [\"n1=127.0.0.1:1/127.0.0.1:2\", \"n2=oops\"]");
        Run run = Run.weir(new FakeStore(), "server", "--config", file.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("number 2, \"n2=oops\"");
    }

    @Test
    void distancesAreThoseOfLevenshtein() {
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("weir.conf"), text);
    }

    private String address(Map<String, String> environment, String... more) {
        assertThat(run(environment, more).exitCode()).isZero();
        return connected;
    }

    private Run run(Map<String, String> environment, String... more) {
        String[] args = new String[2 + more.length];
        args[0] = "stream";
        args[1] = "list";
        System.arraycopy(more, 0, args, 2, more.length);
        return Run.weir(
                (address, timeout) -> {
                    connected = address + " " + timeout;
                    return new FakeStore();
                },
                environment,
                "",
                args);
    }
}
