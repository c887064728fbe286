package io.weir.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.cli.cluster.MemberReport;
import io.weir.protocol.MarkStatus;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.Quarantined;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterFindingsTest {
    @Test
    void membersThatAreWellAreNotMentioned() {
        PartitionStatus.Builder mark = running(500).setMark(mark(400, 1, 400, 1));
        assertThat(ClusterFindings.of(List.of(member("n1", mark), member("n2", running(499)), unreachable())))
                .isEmpty();
    }

    @Test
    void quarantinedFilesAreNamedWithTheirReason() {
        NodeStatus status = NodeStatus.newBuilder()
                .addQuarantined(Quarantined.newBuilder()
                        .setWhat("Raft log of partition 0")
                        .setPath("quarantine/raft-0-1")
                        .setReason("log_0-9 has a wrong checksum"))
                .build();
        assertThat(ClusterFindings.of(List.of(new MemberReport("n1", "a", status, ""))))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.isFine()).isFalse();
                    assertThat(finding.what()).contains("Raft log of partition 0", "quarantine/raft-0-1", "checksum");
                    assertThat(finding.next()).contains("delete");
                });
    }

    @Test
    void aReplicaThatDoesNotRunSaysWhyAndWhatHelps() {
        String[][] cases = {
            {"STOPPED_FOR_SPACE", "Free space"},
            {"WAITING", "majority"},
            {"FAILED", "decision"},
            {"REJOINING", "itself"}
        };
        for (String[] state : cases) {
            PartitionStatus.Builder status = running(5).setState(state[0]).setReason("because");
            assertThat(only(member("n1", status)).what()).contains(state[0], "because");
            assertThat(only(member("n1", status)).next()).contains(state[1]);
        }
    }

    @Test
    void aReplicaFarBehindIsNamedAndOneALittleBehindIsNot() {
        MemberReport ahead = member("n1", running(50_000));
        assertThat(ClusterFindings.of(List.of(ahead, member("n2", running(40_000)))))
                .isEmpty();
        assertThat(ClusterFindings.of(List.of(ahead, member("n2", running(39_999)))))
                .singleElement()
                .satisfies(finding -> assertThat(finding.check()).isEqualTo("node n2 partition 0"));
    }

    @Test
    void aTransactionThatIsOpenForLongIsNamed() {
        PartitionStatus.Builder open = running(5).setLogTimeMs(100_000);
        open.getTransactionsBuilder().setOpen(1).setOldestMs(70_000);
        assertThat(ClusterFindings.of(List.of(member("n1", open)))).isEmpty();
        open.getTransactionsBuilder().setOldestMs(69_999);
        assertThat(only(member("n1", open)).what()).contains("open for 30 s");
        assertThat(only(member("n1", open)).next()).contains("weir tx list");
        open.getTransactionsBuilder().setOpen(0).setOldestMs(0);
        assertThat(ClusterFindings.of(List.of(member("n1", open)))).isEmpty();
    }

    @Test
    void anOldCheckpointIsNamed() {
        assertThat(only(member("n1", running(300_000).setCheckpointIndex(50_000)))
                        .what())
                .contains("250000 entries old");
    }

    @Test
    void dataThatDiffersIsNamed() {
        assertThat(only(member("n1", running(500).setMark(mark(400, 1, 400, 2))))
                        .what())
                .contains("other data at entry 400");
        assertThat(only(member(
                                "n1",
                                running(500)
                                        .setMark(
                                                mark(400, 1, 300, 2).toBuilder().setDisputedIndex(400))))
                        .next())
                .contains("Stop writing");
    }

    private static Finding only(MemberReport member) {
        List<Finding> findings = ClusterFindings.of(List.of(member));
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private static PartitionStatus.Builder running(long applied) {
        return PartitionStatus.newBuilder()
                .setState("RUNNING")
                .setAppliedIndex(applied)
                .setCheckpointIndex(applied);
    }

    private static MarkStatus mark(long index, int digest, long agreedIndex, int agreed) {
        return MarkStatus.newBuilder()
                .setIndex(index)
                .setDigest(bytes(digest))
                .setAgreedIndex(agreedIndex)
                .setAgreed(bytes(agreed))
                .build();
    }

    private static ByteString bytes(int value) {
        return ByteString.copyFrom(new byte[] {(byte) value});
    }

    private static MemberReport member(String node, PartitionStatus.Builder partition) {
        return new MemberReport(
                node,
                "address",
                NodeStatus.newBuilder().addPartitions(partition).build(),
                "");
    }

    private static MemberReport unreachable() {
        return new MemberReport("n3", "address", null, "nobody there");
    }
}
