package io.weir.jepsen.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.jepsen.rig.Proxy.Ways;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyTest {
    private static final int SHORT_MS = 150;
    private static final int LONG_MS = 10_000;

    private final Link forth = new Link(1);
    private final Link back = new Link(2);
    private final ServerSocket server = listen();
    private final Proxy proxy = Proxy.start("echo", 0, server.getLocalPort(), socket -> new Ways(forth, back));
    private Socket client;

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void connect() throws IOException {
        client = open();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.listenPort());
        socket.setSoTimeout(LONG_MS);
        return socket;
    }

    /** Echoes until the other one has ended its half, and says then how much it was. */
    private CompletableFuture<Void> echo() {
        return CompletableFuture.runAsync(() -> {
            try (Socket accepted = server.accept()) {
                long count = accepted.getInputStream().transferTo(accepted.getOutputStream());
                accepted.getOutputStream().write(("/" + count).getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void say(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String hear(int bytes) throws IOException {
        return new String(client.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    private void assertSilence() throws IOException {
        client.setSoTimeout(SHORT_MS);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(LONG_MS);
    }

    @Test
    void bytesArriveInBothDirectionsAndSoDoesTheEndOfEach() throws Exception {
        CompletableFuture<Void> echo = echo();
        byte[] sent = new byte[5_000_000];
        new Random(7).nextBytes(sent);
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            try {
                client.getOutputStream().write(sent);
                client.shutdownOutput();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        InputStream in = client.getInputStream();
        assertThat(in.readNBytes(sent.length)).isEqualTo(sent);
        assertThat(in.readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("/5000000");
        sender.join();
        echo.join();
    }

    @Test
    void eachDirectionIsBlockedForItself() throws Exception {
        CompletableFuture<Void> echo = echo();
        say("a");
        assertThat(hear(1)).isEqualTo("a");
        for (Link link : List.of(forth, back)) {
            link.become(Condition.BLOCKED);
            say("b");
            assertSilence();
            link.become(Condition.CLEAR);
            assertThat(hear(1)).isEqualTo("b");
        }
        client.shutdownOutput();
        assertThat(hear(2)).isEqualTo("/3");
        echo.join();
    }

    @Test
    void whoIsRefusedIsReset() throws Exception {
        CompletableFuture<Void> echo = echo();
        say("a");
        assertThat(hear(1)).isEqualTo("a");
        forth.become(Condition.REFUSED);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(echo::join).hasRootCauseInstanceOf(SocketException.class);
        try (Socket second = open()) {
            assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        forth.become(Condition.CLEAR);
        client = open();
        CompletableFuture<Void> again = echo();
        say("b");
        assertThat(hear(1)).isEqualTo("b");
        client.close();
        again.join();
    }

    @Test
    void aSlowLinkDelaysAndDoesNotReorder() throws Exception {
        CompletableFuture<Void> echo = echo();
        forth.become(Condition.slow(Duration.ofMillis(100), Duration.ofMillis(50)));
        long start = System.nanoTime();
        for (char letter = 'a'; letter <= 'z'; letter++) {
            say(String.valueOf(letter));
        }
        assertThat(hear(26)).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("one after the other would take 2.6 s")
                .isBetween(Duration.ofMillis(100), Duration.ofMillis(2_000));
        client.close();
        echo.join();
    }

    @Test
    void aNarrowLinkAndALossyOneTakeTheirTime() throws Exception {
        CompletableFuture<Void> echo = echo();
        for (Condition condition : List.of(Condition.narrow(1_000_000), Condition.lossy(100, Duration.ofMillis(100)))) {
            back.become(condition);
            long start = System.nanoTime();
            say("x".repeat(100_000));
            assertThat(hear(100_000)).hasSize(100_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(99));
        }
        client.close();
        echo.join();
    }

    @Test
    void whereNobodyListensTheConnectionIsReset() throws Exception {
        server.close();
        try (Socket lonely = open()) {
            assertThatThrownBy(() -> lonely.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void theKernelKnowsWhoseConnectionItIs() throws Exception {
        long self = ProcessHandle.current().pid();
        assertThat(Sockets.owner(client.getLocalPort(), proxy.listenPort(), List.of(1L << 40, self)))
                .isEqualTo(Optional.of(self));
        assertThat(Sockets.owner(client.getLocalPort(), proxy.listenPort(), List.of(1L << 40)))
                .isEmpty();
        assertThat(Sockets.owner(1, proxy.listenPort(), List.of(self))).isEmpty();
    }
}
