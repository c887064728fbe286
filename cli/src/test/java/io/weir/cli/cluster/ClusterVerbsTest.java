package io.weir.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.client.EventStoreException;
import io.weir.protocol.MarkStatus;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@code weir cluster status}, {@code hash} and {@code weir doctor} against members that say what the test wants. */
class ClusterVerbsTest {
    private final FakeStore store = new FakeStore();

    @Test
    void statusShowsEveryPartitionOnEveryNode() {
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> node("FOLLOWER", 11, 1));
        store.members.put("n3", () -> null);
        Run run = Run.weir(store, "cluster", "status", "-o", "table");
        assertThat(run.out()).isEqualTo("""
                        NODE  PARTITION  ROLE         LEADER  TERM  APPLIED  NEXT POSITION  OPEN TX  READY  REASON
                        n1    0          LEADER       n1         3       12              5        0  yes
                        n2    0          FOLLOWER     n1         3       11              5        0  yes
                        n3    -          UNREACHABLE  -          -        -              -        -  -      WEIR-1001: nobody there
                        """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void aPartitionWithoutALeaderIsUnavailable() {
        store.partitions = 2;
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> node("CANDIDATE", 11, 1));
        Run run = Run.weir(store, "cluster", "status");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out().lines()).hasSize(2);
        assertThat(run.err()).contains("no node leads partition 1");
    }

    @Test
    void aClusterThatCannotBeReachedIsUnavailable() {
        store.failure = new EventStoreException.Unavailable("tried 127.0.0.1:7400", null);
        Run run = Run.weir(store, "cluster", "status");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("127.0.0.1:7400");
    }

    @Test
    void equalDigestsAtOneIndexAgree() {
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> node("FOLLOWER", 12, 1));
        Run run = Run.weir(store, "cluster", "hash", "-o", "table");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("""
                        PARTITION  NODE  APPLIED  DIGEST  MARK  AT MARK  MAJORITY
                                0  n1         12  01         -  -        -
                                0  n2         12  01         -  -        -
                        """);
    }

    @Test
    void differentDigestsAtOneIndexNameTheNodes() {
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> node("FOLLOWER", 12, 2));
        Run run = Run.weir(store, "cluster", "hash");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("n1=01").contains("n2=02").contains("partition 0 at index 12");
    }

    @Test
    void nodesThatPassAnIndexOneAfterTheOtherAreCompared() {
        AtomicInteger looks = new AtomicInteger();
        store.members.put("n1", () -> node("LEADER", 20 + looks.incrementAndGet(), 1));
        store.members.put("n2", () -> node("FOLLOWER", 19 + looks.get(), 1));
        assertThat(Run.weir(store, "cluster", "hash").exitCode()).isZero();
    }

    @Test
    void indexesThatNeverMeetAreNoAgreement() {
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> node("FOLLOWER", 11, 1));
        Run run = Run.weir(store, "cluster", "hash", "--wait", "200ms");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("never seen at the same index");
    }

    @Test
    void aNodeThatIsNotThereIsNoAgreementEither() {
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> null);
        Run run = Run.weir(store, "cluster", "hash");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("n2");
    }

    @Test
    void aMismatchIsFoundAlsoBetweenTwoLooks() {
        DigestComparison comparison = new DigestComparison();
        comparison.add("n1", partition("LEADER", 5, 1));
        comparison.add("n1", partition("LEADER", 6, 1));
        comparison.add("n2", partition("FOLLOWER", 4, 1));
        assertThat(comparison.mismatches()).isEmpty();
        comparison.add("n2", partition("FOLLOWER", 5, 9));
        assertThat(comparison.mismatches()).singleElement().asString().contains("index 5");
        comparison.add("n2", partition("FOLLOWER", 5, 9));
        assertThat(comparison.mismatches()).hasSize(1);
    }

    @Test
    void aReplicaThatHoldsSomethingElseAtTheLastMarkIsNamed() {
        store.members.put(
                "n1", () -> marked("LEADER", mark(10, 7).setAgreedIndex(10).setAgreed(bytes(7))));
        store.members.put(
                "n2", () -> marked("FOLLOWER", mark(10, 8).setAgreedIndex(10).setAgreed(bytes(7))));
        store.members.put("n3", () -> marked("FOLLOWER", mark(10, 7).setDisputedIndex(9)));
        Run run = Run.weir(store, "cluster", "hash", "-o", "table");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEqualTo("""
                        PARTITION  NODE  APPLIED  DIGEST  MARK  AT MARK  MAJORITY
                                0  n1         12  01        10  07       agrees
                                0  n2         12  01        10  08       differs
                                0  n3         12  01        10  07       disputed
                        """);
        assertThat(run.err()).contains("partition 0 at mark 10: {n1=07, n2=08}", "rebuilds itself");
    }

    private static NodeStatus marked(String role, MarkStatus.Builder mark) {
        return NodeStatus.newBuilder()
                .addPartitions(partition(role, 12, 1).toBuilder().setMark(mark))
                .build();
    }

    private static MarkStatus.Builder mark(long index, int digest) {
        return MarkStatus.newBuilder().setIndex(index).setDigest(bytes(digest));
    }

    private static ByteString bytes(int digest) {
        return ByteString.copyFrom(new byte[] {(byte) digest});
    }

    @Test
    void aNodeThatChangesItsMindIsAMismatch() {
        DigestComparison comparison = new DigestComparison();
        comparison.add("n1", partition("LEADER", 5, 1));
        comparison.add("n2", partition("FOLLOWER", 5, 1));
        comparison.add("n2", partition("FOLLOWER", 5, 2));
        assertThat(comparison.mismatches()).hasSize(1);
    }

    @Test
    void theDoctorFindsWhatIsWrong() {
        store.members.put("n1", () -> node("LEADER", 12, 1));
        store.members.put("n2", () -> null);
        Run run = Run.weir(store, "doctor", "--connect", "weir://127.0.0.1:1", "--dir", "/proc/none", "-o", "table");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("port 127.0.0.1:1", "nobody answers", "node n1", "weir server --node n2");
        assertThat(run.err()).contains("something is wrong: directory, port 127.0.0.1:1, node n2");
    }

    private static NodeStatus node(String role, long index, int digest) {
        return NodeStatus.newBuilder()
                .addPartitions(partition(role, index, digest))
                .build();
    }

    private static PartitionStatus partition(String role, long index, int digest) {
        return PartitionStatus.newBuilder()
                .setRole(role)
                .setLeader("n1")
                .setTerm(3)
                .setAppliedIndex(index)
                .setNextPosition(5)
                .setReady(true)
                .setDigest(ByteString.copyFrom(new byte[] {(byte) digest}))
                .build();
    }
}
