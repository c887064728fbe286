package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of {@code weir.identity}, which every later version must read, and the names that it can hold. */
final class NodeIdentityTest {
    private static final MemberConfig N1 = new MemberConfig("n1", "127.0.0.1:7001", "127.0.0.1:7101");
    private static final MemberConfig N2 = new MemberConfig("n2", "127.0.0.1:7002", "127.0.0.1:7102");
    private static final String OF_TWO = """
            format=1
            cluster=orders_2.eu-west
            node=n2
            partitions=8
            member=n1 127.0.0.1:7001
            member=n2 127.0.0.1:7002
            """;
    private static final String OF_ONE = """
            format=1
            cluster=c
            node=n1
            partitions=1
            member=n1
            """;

    @TempDir
    private Path directory;

    private NodeConfig config(String clusterId) {
        return new NodeConfig(clusterId, "n2", List.of(N1, N2), 8, directory);
    }

    @Test
    void theTextIsWhatItWasWhenItWasAgreedOn() throws IOException {
        assertText(NodeIdentity.of(config("orders_2.eu-west")), OF_TWO);
        assertText(NodeIdentity.of(new NodeConfig("c", "n1", List.of(N1), 1, directory)), OF_ONE);
    }

    private void assertText(NodeIdentity identity, String text) throws IOException {
        identity.write(directory);
        assertThat(Files.readString(directory.resolve("weir.identity"))).isEqualTo(text);
        assertThat(NodeIdentity.read(directory)).isEqualTo(identity);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nnode=n1", "a b", "a=b", "a/b", "\u00e4", "a\r", "a\n"})
    void aClusterIdThatTheFileCannotHoldIsRefused(String clusterId) {
        assertThatThrownBy(() -> config(clusterId))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'");
    }

    @Test
    void aClusterIdHasUpTo64Characters() {
        assertThat(config("a".repeat(64)).clusterId()).hasSize(64);
        assertThatThrownBy(() -> config("a".repeat(65))).hasMessageContaining("1 to 64 characters");
    }
}
