package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.logstore.SessionRow;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Command;
import io.weir.protocol.DigestReport;
import io.weir.protocol.DigestReports;
import io.weir.protocol.LogEntry;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What replicas conclude from marks and reports in their log. */
class DigestMarksTest {
    private static final Digest X = new Digest(1, 2);
    private static final Digest Y = new Digest(1, 3);
    private static final Digest Z = new Digest(2, 2);

    private final TestPartition one = new TestPartition();
    private final TestPartition two = new TestPartition();

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private static LogEntry mark() {
        return Commands.entry(T0, List.of()).toBuilder().setDigestMark(true).build();
    }

    private static LogEntry reports(long index, int members, @Nullable Digest... byNode) {
        DigestReports.Builder reports =
                DigestReports.newBuilder().setIndex(index).setMembers(members);
        for (int i = 0; i < byNode.length; i++) {
            Digest digest = byNode[i];
            if (digest != null) {
                reports.addReports(DigestReport.newBuilder()
                        .setNodeId("n" + (i + 1))
                        .setDigestHigh(digest.high())
                        .setDigestLow(digest.low()));
            }
        }
        return Commands.entry(T0, List.of()).toBuilder()
                .setDigestReports(reports)
                .build();
    }

    private static Digest marked(TestPartition partition) {
        Digest digest = Objects.requireNonNull(partition.apply(mark()).marked());
        assertThat(partition.store.digestMark().digest()).isEqualTo(digest);
        assertThat(partition.store.digestMark().index())
                .isEqualTo(partition.state().appliedIndex());
        return digest;
    }

    private static void write(TestPartition partition) {
        Command command = Command.newBuilder()
                .setRequestId(Commands.id(Commands.session(1), 1))
                .setAppend(append("a", any(), "x"))
                .build();
        partition.applyOne(T0, command);
    }

    /** Writes past the state machine, as a defect would. */
    private static void tamper(TestPartition partition, Consumer<WriteBatch> write) {
        try (WriteBatch batch = partition.store.beginWrite()) {
            write.accept(batch);
            batch.commit();
        }
    }

    @Test
    void equalReplicasHaveEqualDigestsAtAMark() {
        write(one);
        write(two);
        Digest first = marked(one);
        assertThat(marked(two)).isEqualTo(first);
        assertThat(marked(one)).as("at another index").isNotEqualTo(first);
        assertThat(one.apply(Commands.entry(T0, List.of())).marked()).isNull();
    }

    @Test
    void aRowThatOnlyOneReplicaHasShowsAtTheNextMark() {
        write(one);
        write(two);
        tamper(two, batch -> batch.putSession(Commands.session(9), new SessionRow(0, T0, 0)));
        assertThat(two.state()).as("the rolling digest knows nothing of it").isEqualTo(one.state());
        assertThat(marked(two)).isNotEqualTo(marked(one));
    }

    @Test
    void aMajorityOfAllMembersDecides() {
        Digest own = marked(one);
        long index = one.state().appliedIndex();
        DigestVerdict verdict = verdict(reports(index, 3, own, X, X));
        assertThat(verdict.agreed()).isEqualTo(X);
        assertThat(verdict.isDiverged()).isTrue();
        assertThat(verdict.minority()).containsExactly("n1");
        assertThat(verdict.disputed()).isFalse();
        assertThat(one.store.digestMark()).isEqualTo(new DigestMark(index, own, index, X, -1));
    }

    @Test
    void fewerThanAMajorityDecideNothing() {
        Digest own = marked(one);
        long index = one.state().appliedIndex();
        for (LogEntry reports : List.of(
                reports(index, 3),
                reports(index, 3, X),
                reports(index, 3, X, Y),
                reports(index, 5, X, X, Y, Z),
                reports(index, 4, X, X),
                reports(index, 3, null, X))) {
            DigestVerdict verdict = verdict(reports);
            assertThat(verdict.agreed()).isNull();
            assertThat(verdict.isDiverged()).isFalse();
            assertThat(verdict.disputed()).isFalse();
        }
        assertThat(one.store.digestMark()).isEqualTo(DigestMark.NONE.at(index, own));
        assertThat(verdict(reports(index, 3, X, null, X)).agreed())
                .as("two of three are enough")
                .isEqualTo(X);
    }

    @Test
    void allMembersWithoutAMajorityAreADisputeUntilTheNextAgreement() {
        marked(one);
        long first = one.state().appliedIndex();
        assertThat(verdict(reports(first, 3, X, Y, Z)).disputed()).isTrue();
        assertThat(one.store.digestMark().isDisputed()).isTrue();
        Digest own = marked(one);
        assertThat(one.store.digestMark().disputedIndex()).isEqualTo(first);
        long second = one.state().appliedIndex();
        assertThat(verdict(reports(second, 3, X, Y)).disputed()).isFalse();
        assertThat(one.store.digestMark().isDisputed())
                .as("silence settles nothing")
                .isTrue();
        assertThat(verdict(reports(second, 3, own, own)).isDiverged()).isFalse();
        assertThat(one.store.digestMark()).isEqualTo(new DigestMark(second, own, second, own, -1));
    }

    @Test
    void evenNumbersOfMembersCanDisputeAsHalves() {
        marked(one);
        long index = one.state().appliedIndex();
        assertThat(verdict(reports(index, 2, X, Y)).disputed()).isTrue();
        assertThat(verdict(reports(index, 4, X, X, Y, Y)).disputed()).isTrue();
    }

    @Test
    void reportsAboutAnotherMarkThanTheLastAreNotJudged() {
        long before = one.state().appliedIndex();
        assertThat(one.apply(reports(before, 3, X, X)).verdict()).isNull();
        marked(one);
        long first = one.state().appliedIndex();
        marked(one);
        DigestMark mark = one.store.digestMark();
        assertThat(one.apply(reports(first, 3, X, X)).verdict()).isNull();
        assertThat(one.apply(reports(first + 9, 3, X, X)).verdict()).isNull();
        assertThat(one.apply(reports(-1, 3, X, X)).verdict()).isNull();
        assertThat(one.store.digestMark()).isEqualTo(mark);
    }

    @Test
    void aMemberCountsOnce() {
        marked(one);
        long index = one.state().appliedIndex();
        LogEntry.Builder twice = reports(index, 3, X).toBuilder();
        twice.getDigestReportsBuilder()
                .addReports(twice.getDigestReports().getReports(0))
                .addReports(twice.getDigestReports().getReports(0).toBuilder().setDigestHigh(7));
        DigestVerdict verdict = verdict(twice.build());
        assertThat(verdict.agreed()).isNull();
        assertThat(verdict.reports()).containsOnlyKeys("n1").containsEntry("n1", X);
    }

    private DigestVerdict verdict(LogEntry reports) {
        Applied applied = one.apply(reports);
        assertThat(applied.marked()).isNull();
        return Objects.requireNonNull(applied.verdict());
    }
}
