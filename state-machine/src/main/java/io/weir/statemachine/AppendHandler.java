package io.weir.statemachine;

import io.weir.logstore.StateView;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Outcome;

/** Decides an {@link Append}: events for one stream under one condition. Without events it only checks the condition. */
final class AppendHandler {
    private AppendHandler() {}

    static Effects decide(StateView state, long nextPosition, Append append) {
        Decision decision = new Decision(state, nextPosition);
        Appended appended = decision.append(append);
        return decision.conclude(Outcome.newBuilder().setAppended(appended).build());
    }
}
