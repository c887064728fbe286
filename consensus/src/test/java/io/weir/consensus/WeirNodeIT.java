package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.local.Ports;
import io.weir.consensus.partition.FaultyStore;
import io.weir.logstore.StoreException;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Event;
import io.weir.protocol.Limits;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.Refusal;
import io.weir.protocol.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node by itself: what it refuses to open, what it answers, what it leaves behind. */
class WeirNodeIT {
    @TempDir
    Path directory;

    private NodeConfig config(String cluster, String id, int partitions) {
        return new NodeConfig(
                cluster, id, List.of(new MemberConfig(id, "127.0.0.1:0", null)), partitions, directory.resolve("node"));
    }

    private NodeConfig config() {
        return config("c1", "n1", 2);
    }

    private static WeirNode ready(NodeConfig config) {
        WeirNode node = WeirNode.start(config);
        node.awaitReady(Duration.ofSeconds(20));
        return node;
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(NodeConfig config) {
        return assertThatThrownBy(() -> WeirNode.start(config).close()).isInstanceOf(CannotOpen.class);
    }

    @Test
    void aDirectoryThatCannotBeCreatedIsNamed() throws IOException {
        Files.writeString(directory.resolve("file"), "not a directory");
        Path below = directory.resolve("file").resolve("node");
        NodeConfig config = new NodeConfig("c1", "n1", config().members(), 1, below);
        assertRefused(config).hasMessageContaining(below.toString());
    }

    @Test
    void membersOfAClusterNeedClientAddresses() {
        MemberConfig first = new MemberConfig("n1", "127.0.0.1:1", "127.0.0.1:2");
        MemberConfig second = new MemberConfig("n2", "127.0.0.1:3", null);
        assertThatThrownBy(() -> new NodeConfig("c1", "n1", List.of(first, second), 1, directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("member \"n2\" has no client address");
    }

    @Test
    void aDirectoryInUseIsRefusedAndFreeAgainAfterwards() {
        try (WeirNode node = ready(config())) {
            assertThat(node.status().getReady()).isTrue();
            assertRefused(config()).hasMessageContaining("in use by another node of this process");
        }
        ready(config()).close();
    }

    @Test
    void anotherClusterNodeOrNumberOfPartitionsIsRefusedNamingBoth() {
        ready(config()).close();
        assertRefused(config("c2", "n1", 2)).hasMessageContaining("it has c1, the configuration says c2");
        assertRefused(config("c1", "n2", 2)).hasMessageContaining("it has n1, the configuration says n2");
        assertRefused(config("c1", "n1", 3)).hasMessageContaining("it has 2, the configuration says 3");
        ready(config()).close();
    }

    @Test
    void aNewerFormatAndALostIdentityAreRefused() throws IOException {
        ready(config()).close();
        Path identity = directory.resolve("node").resolve(NodeIdentity.FILE);
        String text = Files.readString(identity);
        Files.writeString(identity, text.replace("format=1", "format=2"));
        assertRefused(config()).hasMessageContaining("has format 2").hasMessageContaining("knows format 1");
        Files.delete(identity);
        assertRefused(config()).hasMessageContaining("holds data but no weir.identity");
        Files.writeString(identity, text);
        ready(config()).close();
    }

    @Test
    void damageThatAReadInPlaceFindsIsRepaired() {
        List<FaultyStore> opened = new CopyOnWriteArrayList<>();
        NodeConfig config = config("c1", "n1", 1);
        try (WeirNode node = WeirNode.start(config, (path, identity) -> {
            FaultyStore store = new FaultyStore(WeirNode.defaultStore(path, identity));
            opened.add(store);
            return store;
        })) {
            node.awaitReady(Duration.ofSeconds(20));
            Thread reader = Thread.currentThread();
            opened.get(0).onRead(() -> {
                if (Thread.currentThread() == reader) {
                    throw new StoreException.Corrupted("page 7");
                }
            });
            assertThatThrownBy(() -> node.partition(0).read(0, (position, header, buffer, offset, length) -> true))
                    .isInstanceOf(StoreException.Corrupted.class);
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (opened.size() < 2) {
                assertThat(System.nanoTime()).as("the store to be replaced").isLessThan(deadline);
                Thread.onSpinWait();
            }
            node.awaitReady(Duration.ofSeconds(20));
        }
    }

    @Test
    void aTakenPortIsNamedAndNothingStaysBehind() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = taken.getLocalPort();
            assertRefused(new NodeConfig(
                            "c1", "n1", List.of(new MemberConfig("n1", "127.0.0.1:" + port, null)), 1, directory))
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("another port");
            assertRefused(new NodeConfig(
                            "c1",
                            "n1",
                            List.of(new MemberConfig("n1", "127.0.0.1:0", "127.0.0.1:" + port)),
                            1,
                            directory))
                    .hasMessageContaining("client address of node n1")
                    .hasMessageContaining("127.0.0.1:" + port);
        }
        assertThat(threads()).noneMatch(name -> name.startsWith("weir-n1-"));
        NodeDirectory.lock(directory).close();
    }

    @Test
    void aFirstStartThatIsRefusedLeavesTheMembersFreeToBeCorrected() throws IOException {
        List<Integer> free = Ports.free(2);
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertRefused(two(
                            "127.0.0.1:" + taken.getLocalPort(), new MemberConfig("n2", "127.0.0.1:1", "127.0.0.1:2")))
                    .hasMessageContaining("another port");
        }
        assertThat(directory.resolve(NodeIdentity.FILE)).doesNotExist();
        String other = "127.0.0.1:" + free.get(1);
        WeirNode.start(two("127.0.0.1:" + free.get(0), new MemberConfig("n2", other, "127.0.0.1:2")))
                .close();
    }

    @Test
    void anAddressOfAnotherMemberThatOthersCanReachIsRefused() {
        String own = "127.0.0.1:" + Ports.free(1).get(0);
        assertRefused(two(own, new MemberConfig("n2", "192.0.2.1:7000", "127.0.0.1:2")))
                .hasMessageContaining("peer address of node n2 192.0.2.1:7000")
                .hasMessageContaining("no TLS yet");
        assertRefused(two(own, new MemberConfig("n2", "127.0.0.1:1", "192.0.2.1:7001")))
                .hasMessageContaining("client address of node n2 192.0.2.1:7001")
                .hasMessageContaining("no TLS yet");
        assertRefused(two(own, new MemberConfig("n2", "127.0.0.1:0", "127.0.0.1:2")))
                .hasMessageContaining("peer address of node n2 has port 0");
    }

    /** The first of two members, in the test's directory. */
    private NodeConfig two(String peerAddress, MemberConfig second) {
        String client = "127.0.0.1:" + Ports.free(1).get(0);
        return new NodeConfig("c1", "n1", List.of(new MemberConfig("n1", peerAddress, client), second), 1, directory);
    }

    @Test
    void anAddressThatOthersCanReachIsRefused() {
        assertRefused(new NodeConfig("c1", "n1", List.of(new MemberConfig("n1", "0.0.0.0:7000", null)), 1, directory))
                .hasMessageContaining("0.0.0.0:7000")
                .hasMessageContaining("no TLS yet");
        assertRefused(new NodeConfig("c1", "n1", List.of(new MemberConfig("n1", "7000", null)), 1, directory))
                .hasMessageContaining("host:port");
    }

    @Test
    void requestsThatCanNeverSucceedSayWhatIsWrong() {
        try (WeirNode node = ready(config())) {
            Session session = Commands.session(node.channel());
            int wrong = 1 - node.store().partitionOf("orders");
            assertFailure(
                    node.channel().submit(wrong, Commands.append(session, 1, "orders", "x"), 5_000),
                    Error.Code.INVALID_ARGUMENT,
                    "stream \"orders\"");
            assertFailure(
                    node.channel().submit(7, Commands.append(session, 1, "orders", "x"), 5_000),
                    Error.Code.INVALID_ARGUMENT,
                    "partition 7 does not exist; there are 2");
            assertFailure(
                    node.channel().query(Commands.read(9, "orders", 0, ReadLevel.Kind.STALE, 0)),
                    Error.Code.INVALID_ARGUMENT,
                    "partition 9");
            assertFailure(node.channel().openSession(0, 1_000), Error.Code.INVALID_ARGUMENT, "0 minutes");
        }
    }

    @Test
    void whatIsAboveALimitIsRefusedAndTheLeaderStays() {
        try (WeirNode node = ready(config("c1", "n1", 1))) {
            Session session = Commands.session(node.channel());
            long term = node.status().getPartitions(0).getTerm();
            Command tooLarge = Commands.append(session, 1, "s", ByteString.copyFrom(new byte[Limits.MAX_EVENT_BYTES]));
            Outcome refused = node.channel().submit(0, tooLarge, 5_000).join();
            assertThat(refused.getRefusal().getReason()).isEqualTo(Refusal.Reason.TOO_LARGE);

            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            ByteString large = ByteString.copyFrom(new byte[Limits.MAX_EVENT_BYTES - 100]);
            for (int i = 2; i < 12; i++) {
                outcomes.add(node.channel().submit(0, Commands.append(session, i, "s", large), 20_000));
            }
            outcomes.forEach(outcome -> assertThat(outcome.join().hasAppended()).isTrue());
            PartitionStatus status = node.status().getPartitions(0);
            assertThat(status.getTerm()).isEqualTo(term);
            assertThat(status.getNextPosition()).isEqualTo(10);
        }
    }

    @Test
    void theOwnReplicaIsReadInPlace() {
        try (WeirNode node = ready(config("c1", "n1", 1))) {
            for (int i = 0; i < 5; i++) {
                node.store()
                        .append("s" + i % 2, Expected.any(), List.of(NewEvent.json("t", String.valueOf(i))))
                        .join();
            }
            LocalPartition partition = node.partition(0);
            List<String> seen = new ArrayList<>();
            long next = partition.read(1, (position, header, buffer, offset, length) -> {
                byte[] bytes = new byte[length];
                buffer.getBytes(offset, bytes);
                seen.add(position + " " + header.stream() + " " + header.revision() + " " + payload(bytes));
                return position < 3;
            });
            int slot1 = io.weir.protocol.StreamName.of("s1").slot();
            int slot0 = io.weir.protocol.StreamName.of("s0").slot();
            assertThat(seen)
                    .containsExactly("1 s1@" + slot1 + " 0 1", "2 s0@" + slot0 + " 1 2", "3 s1@" + slot1 + " 1 3");
            assertThat(next).isEqualTo(4);
            assertThat(partition.nextPosition()).isEqualTo(5);
            assertThat(partition.read(5, (position, header, buffer, offset, length) -> true))
                    .isEqualTo(5);
            assertThatThrownBy(() -> node.partition(1)).isInstanceOf(EventStoreException.InvalidRequest.class);
        }
    }

    @Test
    void closingEndsWhatIsUnderWay() {
        WeirNode node = ready(config("c1", "n1", 1));
        CompletableFuture<?> tail = node.channel().query(Commands.read(0, "s", 0, ReadLevel.Kind.LINEARIZABLE, 10_000));
        EventStore store = node.store();
        node.close();
        assertThat(tail).isCompletedExceptionally();
        assertFailure(node.channel().status(1_000), Error.Code.UNREACHABLE, "closed");
        assertThatThrownBy(() -> store.read(ReadRequest.stream("s")).iterator().hasNext())
                .isInstanceOf(EventStoreException.class);
        assertThatThrownBy(node::store).isInstanceOf(EventStoreException.Closed.class);
        node.close();
    }

    private static String payload(byte[] event) {
        try {
            return Event.parseFrom(event).getPayload().toStringUtf8();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertFailure(CompletableFuture<?> future, Error.Code code, String text) {
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(NodeFailure.class, failure -> {
                    assertThat(failure.error().getCode()).isEqualTo(code);
                    assertThat(failure.error().getMessage()).contains(text);
                });
    }

    static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }
}
