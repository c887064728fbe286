package io.weir.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.statemachine.Histories.History;
import io.weir.statemachine.Histories.Step;
import io.weir.statemachine.NaiveModel.Flaw;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** What holds for the answers and the events of every history, however requests are repeated, reordered or delayed. */
class SessionProperties {
    /** So many histories must be enough to tell a flawed model from the machine. */
    private static final int SEEDS = 500;

    /** The model never forgets and never sweeps: so no outcome depends on what was swept when. */
    @Property(tries = 500)
    void everyOutcomeIsTheModels(@ForAll long seed) {
        History history = Histories.random(seed);
        assertThat(difference(history, NaiveModel.correct()))
                .as(history.toString())
                .isNull();
    }

    @Property
    void everyFlawShows(@ForAll Flaw flaw) {
        boolean shown = false;
        for (long seed = 0; seed < SEEDS && !shown; seed++) {
            shown = difference(Histories.random(seed), NaiveModel.with(flaw)) != null;
        }
        assertThat(shown).as(flaw.toString()).isTrue();
    }

    /** Told from the events alone, without any model of sessions. */
    @Property(tries = 200)
    void noRequestHasItsEventsTwice(@ForAll long seed) {
        History history = Histories.random(seed);
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            Replay.apply(history, store);
            Set<String> seen = new HashSet<>();
            Map<String, String> variants = new HashMap<>();
            try (ReadView view = store.openRead()) {
                view.readPartition(0, true, (header, buffer, offset, length) -> {
                    byte[] bytes = new byte[length];
                    buffer.getBytes(offset, bytes);
                    String event = type(bytes);
                    assertThat(seen.add(event)).as(history + " " + event).isTrue();
                    String request = event.substring(0, event.indexOf('/'));
                    String variant = event.substring(event.indexOf('/'), event.length() - 2);
                    String other = variants.putIfAbsent(request, variant.replaceAll("-\\d$", ""));
                    assertThat(other == null || variant.startsWith(other))
                            .as(history + " " + event)
                            .isTrue();
                    return true;
                });
            }
        }
    }

    @Property(tries = 200)
    void aRequestHasOneAnswerForEver(@ForAll long seed) {
        History history = Histories.random(seed);
        Map<RequestId, Outcome> answers = new HashMap<>();
        forEachOutcome(history, (command, outcome) -> {
            if (!outcome.hasRefusal() && !outcome.hasLocked()) {
                Outcome first = answers.putIfAbsent(command.getRequestId(), outcome);
                assertThat(first == null || first.equals(outcome))
                        .as(history + " " + command.getRequestId())
                        .isTrue();
            }
        });
    }

    @Property(tries = 200)
    void revisionsAndPositionsAreDense(@ForAll long seed) {
        History history = Histories.random(seed);
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            Replay.apply(history, store);
            Map<String, Long> revisions = new TreeMap<>();
            long[] next = {0};
            try (ReadView view = store.openRead()) {
                view.readPartition(0, true, (header, buffer, offset, length) -> {
                    assertThat(header.position()).as(history.toString()).isEqualTo(next[0]++);
                    long revision = revisions.merge(header.stream().toString(), 0L, (old, zero) -> old + 1);
                    assertThat(header.revision()).as(history.toString()).isEqualTo(revision);
                    return true;
                });
            }
            assertThat(next[0]).isEqualTo(store.state().nextPosition());
        }
    }

    /** A generator that never came near a rule would prove nothing about it. */
    @Example
    void historiesMeetEveryKindOfOutcome() {
        Set<Outcome.ResultCase> results = EnumSet.noneOf(Outcome.ResultCase.class);
        Set<Refusal.Reason> reasons = EnumSet.noneOf(Refusal.Reason.class);
        for (long seed = 0; seed < SEEDS; seed++) {
            forEachOutcome(Histories.random(seed), (command, outcome) -> {
                results.add(outcome.getResultCase());
                reasons.add(outcome.getRefusal().getReason());
            });
        }
        assertThat(results)
                .containsExactlyInAnyOrder(
                        Outcome.ResultCase.APPENDED,
                        Outcome.ResultCase.COMMITTED,
                        Outcome.ResultCase.REJECTED,
                        Outcome.ResultCase.REFUSAL,
                        Outcome.ResultCase.DECIDED,
                        Outcome.ResultCase.LOCKED);
        // A full session takes thousands of commands and the limits megabytes: SessionTableTest and CommandCheckTest.
        assertThat(reasons)
                .contains(
                        Refusal.Reason.DEADLINE_PASSED,
                        Refusal.Reason.SESSION_EXPIRED,
                        Refusal.Reason.ANSWER_FORGOTTEN,
                        Refusal.Reason.REQUEST_ID_REUSED,
                        Refusal.Reason.OUT_OF_ORDER,
                        Refusal.Reason.FENCED,
                        Refusal.Reason.INVALID);
    }

    /** Where machine and model part, or null. */
    private static @Nullable String difference(History history, NaiveModel model) {
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            List<List<Outcome>> outcomes = Replay.apply(history, store);
            for (int i = 0; i < outcomes.size(); i++) {
                Step step = history.steps().get(i);
                List<Outcome> expected = step.entry() == null ? List.of() : model.apply(step.index(), step.entry());
                List<Outcome> actual =
                        outcomes.get(i).stream().map(NaiveModel::withoutDetail).toList();
                if (!actual.equals(expected)) {
                    return step + "\nmachine: " + actual + "\nmodel: " + expected;
                }
            }
            long end = store.state().nextPosition();
            return end == model.nextPosition() ? null : "next position " + end + ", model " + model.nextPosition();
        }
    }

    private interface OutcomeVisitor {
        void visit(Command command, Outcome outcome);
    }

    private static void forEachOutcome(History history, OutcomeVisitor visitor) {
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            List<List<Outcome>> outcomes = Replay.apply(history, store);
            for (int i = 0; i < outcomes.size(); i++) {
                Step step = history.steps().get(i);
                List<Proposal> proposals =
                        step.entry() == null ? List.of() : step.entry().getProposalsList();
                for (int j = 0; j < proposals.size(); j++) {
                    if (!proposals.get(j).hasStep()) {
                        visitor.visit(
                                proposals.get(j).getCommand(), outcomes.get(i).get(j));
                    }
                }
            }
        }
    }

    private static String type(byte[] event) {
        try {
            return Event.parseFrom(event).getType();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("a malformed event was stored", e);
        }
    }
}
