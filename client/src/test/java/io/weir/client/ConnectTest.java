package io.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.protocol.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connect strings, and what a wrong one is answered with. */
class ConnectTest {
    @Test
    void namesItsSeeds() {
        assertThat(Seeds.parse("weir://127.0.0.1:7400, db.example:1,[::1]:65535/"))
                .extracting(Member::getClientAddress)
                .containsExactly("127.0.0.1:7400", "db.example:1", "[::1]:65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:7400",
                "http://a:1",
                "weir://",
                "weir://a",
                "weir://:1",
                "weir://a:0",
                "weir://a:65536",
                "weir://a:x",
                "weir://a:1,",
                "weir://a:1,,b:2",
                "weir://::1:1",
                "weir://a:1/path",
                "weir://u@a:1"
            })
    void malformedOnesAreNamed(String uri) {
        assertThatThrownBy(() -> Weir.connect(uri))
                .isInstanceOf(EventStoreException.InvalidRequest.class)
                .hasMessageContainingAll('"' + uri + '"', "weir://127.0.0.1:7400,127.0.0.1:7401");
    }

    @Test
    void nobodyThereIsSaidInTime() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        assertThatThrownBy(() -> Weir.connect(
                        "weir://127.0.0.1:" + port, ClientConfig.DEFAULT.withTimeout(Duration.ofMillis(300))))
                .isInstanceOf(EventStoreException.Unavailable.class)
                .hasMessageContainingAll("127.0.0.1:" + port, "300 ms", "check the addresses");
    }
}
