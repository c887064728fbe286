package io.weir.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.Lock;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.layout.Table;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.Forget;
import io.weir.protocol.LogEntry;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Resolve;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Voted;
import io.weir.statemachine.Histories.History;
import io.weir.statemachine.Histories.Step;
import io.weir.statemachine.NaiveTransactions.Part;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What a partition keeps of transactions, and what it answers to their steps, in whatever order these come. */
class TransactionProperties {
    /** So many entries are enough to sweep up after any of the logs. */
    private static final int LAST_ENTRIES = 60;

    /** After each entry: records, staged parts and locks are those of the model, which has neither table nor sweep. */
    @Property(tries = 150)
    void whatIsKeptIsTheModels(@ForAll long seed) {
        History history = Histories.random(seed);
        NaiveModel model = NaiveModel.correct();
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            PartitionStateMachine machine = new PartitionStateMachine();
            for (Step step : history.steps()) {
                apply(store, machine, step);
                if (step.entry() != null) {
                    model.apply(step.index(), step.entry());
                }
                String where = history + " index " + step.index();
                try (ReadView view = store.openRead()) {
                    checkRecords(view, model.transactions(), where);
                    assertThat(locks(view)).as(where).isEqualTo(locks(model.transactions()));
                    model.lengths.forEach((stream, length) -> assertThat(length(view, stream))
                            .as("%s stream %s", where, stream.toStringUtf8())
                            .isEqualTo(length));
                }
            }
        }
    }

    private static void checkRecords(ReadView view, NaiveTransactions model, String where) {
        Set<TransactionId> open = new HashSet<>();
        model.parts().forEach((id, part) -> {
            boolean isDue = model.isPast(id) && !part.isOpen();
            State state = part.isForgotten ? State.FORGOTTEN : part.state;
            TransactionRecord record = record(view, id);
            if (!isDue) {
                assertThat(record.getState()).as("%s %s", where, id).isEqualTo(state);
                assertThat(record.hasDecision()).as("%s %s", where, id).isEqualTo(hasDecision(part));
            }
            if (part.isOpen()) {
                open.add(id);
            }
        });
        assertThat(staged(view)).as(where).isEqualTo(open);
        for (TransactionKey key = view.nextTransaction(null); key != null; key = view.nextTransaction(key)) {
            TransactionId id = TransactionKeys.id(key);
            boolean isKnown = model.parts().containsKey(id) || model.isPast(id); // or only not swept yet
            assertThat(isKnown).as("%s %s", where, id).isTrue();
        }
    }

    private static boolean hasDecision(Part part) {
        return part.decision != null && !part.isForgotten;
    }

    /** What is staged knows its events until it is decided. Then only who has yet to be resolved. */
    @Property(tries = 100)
    void locksAndStagedPartsBelongTogether(@ForAll long seed) {
        History history = Histories.random(seed);
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            PartitionStateMachine machine = new PartitionStateMachine();
            for (Step step : history.steps()) {
                apply(store, machine, step);
                try (ReadView view = store.openRead()) {
                    Set<TransactionId> holders = new HashSet<>();
                    view.visitLocks(lock -> {
                        holders.add(TransactionKeys.id(lock.holder()));
                        return true;
                    });
                    Set<TransactionId> undecided = new HashSet<>(staged(view));
                    undecided.removeIf(id -> record(view, id).getState() != State.STAGED);
                    assertThat(holders).as(history.toString()).isEqualTo(undecided);
                    assertThat(view.hasLocks()).isEqualTo(!holders.isEmpty());
                    assertThat(view.hasTransactions()).isEqualTo(view.nextTransaction(null) != null);
                }
            }
        }
    }

    /** Told from the answers alone. */
    @Property(tries = 150)
    void neitherVotesNorDecisionsChange(@ForAll long seed) {
        History history = Histories.random(seed);
        Set<TransactionId> alone = alone(history);
        Map<TransactionId, Voted> votes = new HashMap<>();
        Map<TransactionId, Decided> decisions = new HashMap<>();
        forEachStep(history, (step, outcome, logTimeMs) -> {
            TransactionId id = step.getId();
            Voted vote = outcome.getVoted();
            if (outcome.hasVoted() && !vote.hasLocked() && logTimeMs <= id.getExpiryMs()) {
                Voted first = votes.put(id, vote);
                boolean isAborted = vote.getNo().getReason() == No.Reason.ABORTED;
                assertThat(first == null || vote.equals(first) || isAborted)
                        .as("%s %s", history, id)
                        .isTrue();
            }
            Decided decided = outcome.getDecided();
            if (outcome.hasDecided() && !decided.getNotStaged() && alone.contains(id)) {
                Decided first = decisions.putIfAbsent(id, decided);
                boolean isGone = decided.getForgottenOrNever();
                assertThat(first == null || decided.equals(first) || isGone)
                        .as("%s %s", history, id)
                        .isTrue();
            }
        });
    }

    /** Those whose request id nobody else has. */
    private static Set<TransactionId> alone(History history) {
        Map<String, Set<Object>> users = new HashMap<>();
        for (Proposal proposal : proposals(history)) {
            TransactionId id = proposal.getStep().getId();
            var request = proposal.getCommand().getRequestId();
            if (proposal.hasStep()) {
                users.computeIfAbsent(
                                id.getSessionHigh() + " " + id.getSessionLow() + " " + id.getSequence(),
                                any -> new HashSet<>())
                        .add(id);
            } else {
                users.computeIfAbsent(
                                request.getSessionHigh() + " " + request.getSessionLow() + " " + request.getSequence(),
                                any -> new HashSet<>())
                        .add(request);
            }
        }
        Set<TransactionId> alone = new HashSet<>();
        users.values().stream().filter(ids -> ids.size() == 1).forEach(ids -> {
            if (ids.iterator().next() instanceof TransactionId id) {
                alone.add(id);
            }
        });
        return alone;
    }

    /** When all is decided and resolved, and log time is past all expiries and sessions, nothing but the events is left. */
    @Property(tries = 100)
    void nothingLeaks(@ForAll long seed) {
        History history = Histories.random(seed);
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            Replay.apply(history, store);
            PartitionStateMachine machine = new PartitionStateMachine();
            List<Proposal> ends = new ArrayList<>();
            for (TransactionId id : ids(history)) {
                ends.addAll(end(id));
            }
            PartitionState state = store.state();
            applyNext(store, machine, Commands.entry(state.logTimeMs(), ends));
            for (int i = 0; i < LAST_ENTRIES; i++) {
                long stampMs = state.logTimeMs() + TransactionTable.MAX_EXPIRES_AHEAD_MS + i;
                applyNext(store, machine, Commands.entry(stampMs, List.of()));
            }
            try (ReadView view = store.openRead()) {
                for (Table table : List.of(
                        Table.TRANSACTIONS, Table.STAGED, Table.LOCKS, Table.SESSIONS, Table.ANSWERS, Table.EXPIRY)) {
                    assertThat(view.tableDigests().rows(table))
                            .as("%s %s", history, table)
                            .isZero();
                }
            }
        }
    }

    /** What ends a transaction here, whether its home is here or not. */
    private static List<Proposal> end(TransactionId id) {
        TransactionStep.Builder step = TransactionStep.newBuilder().setId(id);
        List<Proposal> proposals = new ArrayList<>();
        if (id.getHome() == 0) {
            proposals.add(
                    proposal(step.setDecide(Decide.newBuilder().setAbort(AbortedTransaction.getDefaultInstance()))));
        }
        proposals.add(proposal(step.setForget(Forget.getDefaultInstance())));
        proposals.add(proposal(step.setResolve(Resolve.getDefaultInstance())));
        return proposals;
    }

    private static Proposal proposal(TransactionStep.Builder step) {
        return Proposal.newBuilder().setStep(step).build();
    }

    /** A generator that never came near a rule would prove nothing about it. */
    @Example
    void logsMeetEveryAnswerToAStep() {
        Map<Outcome.ResultCase, Set<Object>> seen = new EnumMap<>(Outcome.ResultCase.class);
        for (long seed = 0; seed < 300; seed++) {
            forEachStep(
                    Histories.random(seed),
                    (step, outcome, logTimeMs) -> seen.computeIfAbsent(outcome.getResultCase(), any -> new HashSet<>())
                            .add(kind(outcome)));
        }
        assertThat(seen.get(Outcome.ResultCase.VOTED))
                .containsExactlyInAnyOrder(
                        Voted.VoteCase.YES,
                        Voted.VoteCase.LOCKED,
                        No.Reason.VIOLATED,
                        No.Reason.EXPIRED,
                        No.Reason.ABORTED);
        assertThat(seen.get(Outcome.ResultCase.DECIDED))
                .containsExactlyInAnyOrder(
                        Decided.DecisionCase.COMMITTED,
                        Decided.DecisionCase.ABORTED,
                        Decided.DecisionCase.NOT_STAGED,
                        Decided.DecisionCase.NEVER,
                        Decided.DecisionCase.FORGOTTEN_OR_NEVER);
        assertThat(seen.keySet())
                .containsExactlyInAnyOrder(
                        Outcome.ResultCase.VOTED,
                        Outcome.ResultCase.DECIDED,
                        Outcome.ResultCase.DONE,
                        Outcome.ResultCase.REFUSAL);
    }

    private static Object kind(Outcome outcome) {
        return switch (outcome.getResultCase()) {
            case VOTED ->
                outcome.getVoted().hasNo()
                        ? outcome.getVoted().getNo().getReason()
                        : outcome.getVoted().getVoteCase();
            case DECIDED -> outcome.getDecided().getDecisionCase();
            default -> outcome.getResultCase();
        };
    }

    private interface StepVisitor {
        void visit(TransactionStep step, Outcome outcome, long logTimeMs);
    }

    private static void forEachStep(History history, StepVisitor visitor) {
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            PartitionStateMachine machine = new PartitionStateMachine();
            for (Step step : history.steps()) {
                List<Outcome> outcomes = apply(store, machine, step);
                List<Proposal> proposals =
                        step.entry() == null ? List.of() : step.entry().getProposalsList();
                for (int i = 0; i < outcomes.size(); i++) {
                    Proposal proposal = proposals.get(i);
                    if (proposal.hasStep()) {
                        visitor.visit(
                                proposal.getStep(),
                                outcomes.get(i),
                                store.state().logTimeMs());
                    }
                }
            }
        }
    }

    private static List<Outcome> apply(LogStore store, PartitionStateMachine machine, Step step) {
        try (WriteBatch batch = store.beginWrite()) {
            List<Outcome> outcomes = Replay.apply(machine, step, batch).outcomes();
            batch.commit();
            return outcomes;
        }
    }

    private static void applyNext(LogStore store, PartitionStateMachine machine, LogEntry entry) {
        PartitionState state = store.state();
        apply(store, machine, new Step(state.appliedTerm(), state.appliedIndex() + 1, entry));
    }

    private static List<Proposal> proposals(History history) {
        return history.steps().stream()
                .filter(step -> step.entry() != null)
                .flatMap(step -> step.entry().getProposalsList().stream())
                .toList();
    }

    private static Set<TransactionId> ids(History history) {
        Map<TransactionId, Boolean> ids = new LinkedHashMap<>();
        proposals(history).stream()
                .filter(Proposal::hasStep)
                .forEach(proposal -> ids.put(proposal.getStep().getId(), true));
        return ids.keySet();
    }

    private static Set<TransactionId> staged(ReadView view) {
        Set<TransactionId> staged = new HashSet<>();
        for (TransactionKey key = view.nextStaged(null); key != null; key = view.nextStaged(key)) {
            staged.add(TransactionKeys.id(key));
        }
        return staged;
    }

    private static TransactionRecord record(ReadView view, TransactionId id) {
        byte[] kept = view.transaction(TransactionKeys.key(id));
        try {
            return kept == null ? TransactionRecord.getDefaultInstance() : TransactionRecord.parseFrom(kept);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(id.toString(), e);
        }
    }

    private static Set<String> locks(ReadView view) {
        Set<String> locks = new TreeSet<>();
        view.visitLocks(lock -> locks.add(lock.toString()));
        return locks;
    }

    private static Set<String> locks(NaiveTransactions model) {
        Set<String> locks = new TreeSet<>();
        model.parts().forEach((id, part) -> {
            for (ByteString stream : model.named(part)) {
                boolean isExclusive = NaiveTransactions.written(part).contains(stream);
                locks.add(new Lock(StreamKeys.key(StreamName.of(stream)), TransactionKeys.key(id), isExclusive)
                        .toString());
            }
        });
        return locks;
    }

    private static long length(ReadView view, ByteString stream) {
        var head = view.head(StreamKeys.key(StreamName.of(stream)));
        return head == null ? 0 : head.lastRevision() + 1;
    }
}
