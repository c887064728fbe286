package io.weir.consensus.repair;

import io.weir.consensus.partition.Failures;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Answers the other members: knows who they have been, and lets them leave and join the groups that this node leads. */
public final class MemberDesk implements PeerHandler {
    private final RaftGroups groups;
    private final Incarnations incarnations;

    public MemberDesk(RaftGroups groups, Incarnations incarnations) {
        this.groups = groups;
        this.incarnations = incarnations;
    }

    @Override
    public Greeting hello(String member, Incarnation incarnation, Origin origin, boolean settled) {
        try {
            Incarnation known = incarnations.heard(member, incarnation, origin, settled);
            return new Greeting(incarnations.self(), known, incarnations.origin());
        } catch (IOException e) {
            throw Failures.notReady("what " + member + " says cannot be noted: " + e);
        }
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
