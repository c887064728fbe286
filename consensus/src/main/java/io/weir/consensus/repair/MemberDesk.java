package io.weir.consensus.repair;

import io.weir.consensus.partition.Failures;
import java.util.concurrent.CompletableFuture;

/** Answers the other members: knows who they have been, and lets them leave and join the groups that this node leads. */
public final class MemberDesk implements PeerHandler {
    private final RaftGroups groups;

    public MemberDesk(RaftGroups groups) {
        this.groups = groups;
    }

    @Override
    public Greeting hello(String member, Incarnation incarnation, boolean settled) {
        throw Failures.notReady("greetings are not answered yet");
    }

    @Override
    public CompletableFuture<Void> leave(String member, int partition, long timeoutMs) {
        return groups.change(partition, member, false, timeoutMs);
    }

    @Override
    public CompletableFuture<Void> join(String member, int partition, long timeoutMs) {
        return groups.change(partition, member, true, timeoutMs);
    }
}
