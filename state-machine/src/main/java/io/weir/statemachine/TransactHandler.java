package io.weir.statemachine;

import io.weir.logstore.StateView;
import io.weir.protocol.Append;
import io.weir.protocol.Committed;
import io.weir.protocol.Outcome;
import io.weir.protocol.Requirement;
import io.weir.protocol.Transact;

/** Decides a {@link Transact}: appends and conditions inside one partition, all or nothing. */
final class TransactHandler {
    private TransactHandler() {}

    static Effects decide(StateView state, long nextPosition, Transact transact) {
        Decision decision = new Decision(state, nextPosition);
        Committed.Builder committed = Committed.newBuilder();
        for (Append append : transact.getAppendsList()) {
            committed.addAppends(decision.append(append));
        }
        for (Requirement requirement : transact.getRequirementsList()) {
            decision.require(requirement);
        }
        committed.setNextPosition(decision.nextPosition());
        return decision.conclude(Outcome.newBuilder().setCommitted(committed).build());
    }
}
