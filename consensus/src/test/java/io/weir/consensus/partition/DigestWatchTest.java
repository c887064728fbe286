package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Digest;
import io.weir.protocol.DigestReport;
import io.weir.protocol.DigestReports;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.statemachine.DigestVerdict;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a leader asks for marks, whose reports it takes, and when it puts them into the log. */
class DigestWatchTest {
    private static final Digest X = new Digest(1, 2);
    private static final Digest Y = new Digest(3, 4);
    private static final MarkPolicy POLICY = new MarkPolicy(1_000, 5, 200);
    private static final RaftView LEADER = new RaftView(RaftView.Role.LEADER, "n1", 1, 0, true);
    private static final RaftView FOLLOWER = new RaftView(RaftView.Role.FOLLOWER, "n2", 1, 0, false);

    private final FakeRaft raft = new FakeRaft();
    private final List<String> sent = new ArrayList<>();
    private DigestWatch watch = watch(List.of("n1", "n2", "n3"), false);
    private long nowMs;
    private long index = 10;

    private DigestWatch watch(List<String> members, boolean disputed) {
        return new DigestWatch(
                0,
                "n1",
                members,
                POLICY,
                raft,
                (leader, partition, mark, digest) -> sent.add(leader + " " + partition + " " + mark + " " + digest),
                () -> 77,
                disputed,
                0);
    }

    private void tick(long ms) {
        nowMs += ms;
        watch.tick(TimeUnit.MILLISECONDS.toNanos(nowMs));
    }

    private void applied(int commands, @Nullable Digest marked, @Nullable DigestVerdict verdict) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < commands; i++) {
            outcomes.add(Outcome.getDefaultInstance());
        }
        watch.applied(
                ++index,
                new Applied(outcomes, List.of(), List.of(), List.of(), marked, verdict),
                TimeUnit.MILLISECONDS.toNanos(nowMs));
    }

    private void command() {
        applied(1, null, null);
    }

    /** Lets the mark come out of the log; returns its index. */
    private long marked() {
        applied(0, X, null);
        raft.announced.get(raft.announced.size() - 1).done().complete(null);
        return index;
    }

    private DigestVerdict verdict(Digest own, @Nullable Digest agreed, boolean disputed, Digest... others) {
        SortedMap<String, Digest> reports = new TreeMap<>();
        reports.put("n1", own);
        for (int i = 0; i < others.length; i++) {
            reports.put("n" + (i + 2), others[i]);
        }
        return new DigestVerdict(index, own, agreed, disputed, reports);
    }

    private LogEntry last() {
        return raft.announced.get(raft.announced.size() - 1).entry();
    }

    private int announced() {
        return raft.announced.size();
    }

    @Test
    void marksWhatWasAppliedOnceTheIntervalIsOver() {
        tick(5_000);
        assertThat(announced()).as("nothing was applied").isZero();
        applied(0, null, null);
        tick(0);
        assertThat(announced()).as("no command was").isZero();
        command();
        tick(0);
        assertThat(announced()).isEqualTo(1);
        assertThat(last())
                .isEqualTo(LogEntry.newBuilder()
                        .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                        .setStampMs(77)
                        .setDigestMark(true)
                        .build());
        tick(5_000);
        assertThat(announced()).as("the first one is still on its way").isEqualTo(1);
    }

    @Test
    void marksAfterManyEntriesWithoutWaiting() {
        for (int i = 0; i < 4; i++) {
            command();
        }
        tick(1);
        assertThat(announced()).isZero();
        applied(3, null, null);
        tick(1);
        assertThat(announced()).isEqualTo(1);
    }

    @Test
    void reportsWhatAllMembersHaveAsSoonAsTheyHave() {
        command();
        tick(1_000);
        watch.reported("n3", index + 1, Y); // applied it before its leader did
        long mark = marked();
        tick(1);
        assertThat(announced()).isEqualTo(1);
        watch.reported("n2", mark, X);
        tick(1);
        assertThat(announced()).isEqualTo(2);
        assertThat(last().getDigestReports())
                .isEqualTo(DigestReports.newBuilder()
                        .setIndex(mark)
                        .setMembers(3)
                        .addReports(report("n1", X))
                        .addReports(report("n2", X))
                        .addReports(report("n3", Y))
                        .build());
        assertThat(sent).isEmpty();
    }

    private static DigestReport report(String node, Digest digest) {
        return DigestReport.newBuilder()
                .setNodeId(node)
                .setDigestHigh(digest.high())
                .setDigestLow(digest.low())
                .build();
    }

    @Test
    void reportsOfAMajorityAreEnoughInTheEnd() {
        command();
        tick(1_000);
        long mark = marked();
        watch.reported("n2", mark, Y);
        tick(199);
        assertThat(announced()).isEqualTo(1);
        tick(1);
        assertThat(announced()).isEqualTo(2);
        assertThat(last().getDigestReports().getReportsList()).containsExactly(report("n1", X), report("n2", Y));
    }

    @Test
    void fewerReportsThanAMajorityAreDropped() {
        command();
        tick(1_000);
        long mark = marked();
        tick(300);
        watch.reported("n2", mark, X);
        watch.reported("n3", mark, X);
        tick(5_000);
        assertThat(announced()).as("too late, and nothing new to compare").isEqualTo(1);
        command();
        tick(0);
        assertThat(announced()).isEqualTo(2);
        assertThat(last().getDigestMark()).isTrue();
    }

    @Test
    void onlyMembersCountAndOnlyForTheirMark() {
        command();
        tick(1_000);
        long mark = marked();
        watch.reported("n9", mark, X);
        watch.reported("n2", mark - 1, X);
        watch.reported("n2", mark + 1, X);
        tick(1);
        assertThat(announced()).isEqualTo(1);
        tick(300);
        assertThat(announced()).as("none but its own").isEqualTo(1);
    }

    @Test
    void aFollowerTellsItsLeaderAndProposesNothing() {
        raft.view = FOLLOWER;
        command();
        tick(5_000);
        applied(0, X, null);
        assertThat(sent).containsExactly("n2 0 " + index + " " + X);
        tick(5_000);
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "", 1, 0, false);
        applied(0, X, null);
        assertThat(sent).as("nobody to tell").hasSize(1);
        assertThat(announced()).isZero();
    }

    @Test
    void whoLeadsWhenTheMarkComesCollects() {
        raft.view = FOLLOWER;
        command();
        raft.view = LEADER;
        applied(0, X, null);
        watch.reported("n2", index, X);
        watch.reported("n3", index, X);
        tick(1);
        assertThat(announced()).isEqualTo(1);
        assertThat(last().getDigestReports().getReportsCount()).isEqualTo(3);
    }

    @Test
    void aLeaderThatWasAnotherInBetweenBeginsAnew() {
        command();
        tick(1_000);
        long mark = marked();
        raft.view = FOLLOWER;
        tick(1);
        raft.view = LEADER;
        watch.reported("n2", mark, X);
        watch.reported("n3", mark, X);
        tick(5_000);
        assertThat(announced()).isEqualTo(1);
    }

    @Test
    void whatRaftDidNotTakeIsTriedAgain() {
        command();
        tick(1_000);
        raft.announced.get(0).done().completeExceptionally(Failures.notReady("no"));
        tick(1_000);
        assertThat(announced()).isEqualTo(2);
        assertThat(last().getDigestMark()).isTrue();
    }

    @Test
    void anOddReplicaIsAskedAgainThoughNothingIsWritten() {
        applied(0, null, verdict(X, X, false, X, Y));
        tick(1_000);
        assertThat(announced()).isEqualTo(1);
        marked();
        applied(0, null, verdict(X, X, false, X, X));
        tick(300);
        tick(5_000);
        assertThat(announced()).isEqualTo(1);
    }

    @Test
    void aDisputeIsLookedIntoUntilItIsOver() {
        watch = watch(List.of("n1", "n2", "n3"), true);
        tick(1_000);
        assertThat(announced()).as("after a restart").isEqualTo(1);
        marked();
        applied(0, null, verdict(X, null, false));
        tick(300);
        tick(5_000);
        assertThat(announced()).as("silence has not ended it").isEqualTo(2);
    }

    @Test
    void anOnlyMemberHasNobodyToCompareWith() {
        watch = watch(List.of("n1"), false);
        command();
        tick(5_000);
        assertThat(announced()).isZero();
    }
}
