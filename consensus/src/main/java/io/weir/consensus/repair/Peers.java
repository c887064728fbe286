package io.weir.consensus.repair;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the member that can do something, by asking one after the other. One thread. */
final class Peers {
    /** Asks one member; throws {@link NodeFailure}. */
    @FunctionalInterface
    interface Question {
        void ask(String member);
    }

    private final List<String> others;
    private String lastLeader = "";

    Peers(List<String> others) {
        this.others = others;
    }

    /**
     * Asks until one has done it, whom it leads to first.
     *
     * @param what completes "nobody could ..."
     * @throws Blocked if none has; the message has what each of them said
     */
    void askLeader(String what, Question question) throws Blocked {
        Deque<String> next = new ArrayDeque<>(others);
        if (others.contains(lastLeader)) {
            next.addFirst(lastLeader);
        }
        Set<String> asked = new HashSet<>();
        List<String> answers = new ArrayList<>();
        while (!next.isEmpty()) {
            String member = next.removeFirst();
            if (!asked.add(member)) {
                continue;
            }
            try {
                question.ask(member);
                lastLeader = member;
                return;
            } catch (NodeFailure e) {
                answers.add(member + ": " + e.error().getMessage());
                String leader = e.error().getLeader();
                if (e.error().getCode() == Error.Code.NOT_LEADER && others.contains(leader)) {
                    next.addFirst(leader);
                }
            }
        }
        throw new Blocked(Blocked.By.OTHERS, "nobody could " + what + " (" + String.join("; ", answers) + ")");
    }
}
