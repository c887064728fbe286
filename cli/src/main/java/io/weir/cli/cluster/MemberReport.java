package io.weir.cli.cluster;

import io.weir.cli.shell.FailureReport;
import io.weir.client.EventStore;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What one member of a cluster said of itself.
 *
 * @param node its id
 * @param address where clients reach it
 * @param status what it said; null if it could not be reached
 * @param failure why not; empty if it could
 */
public record MemberReport(
        String node, String address, @Nullable NodeStatus status, String failure) {
    /** Asks all members at once. A member that cannot be reached fails alone. */
    public static List<MemberReport> ask(EventStore store) {
        ClusterDescription cluster = store.cluster().join();
        List<CompletableFuture<NodeStatus>> answers = store.status();
        List<MemberReport> reports = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            Member member = cluster.getMembers(i);
            reports.add(of(member, answers.get(i)));
        }
        return reports;
    }

    private static MemberReport of(Member member, CompletableFuture<NodeStatus> answer) {
        try {
            return new MemberReport(member.getId(), member.getClientAddress(), answer.join(), "");
        } catch (CompletionException e) {
            String failure = FailureReport.of(e).what();
            return new MemberReport(member.getId(), member.getClientAddress(), null, failure);
        }
    }
}
