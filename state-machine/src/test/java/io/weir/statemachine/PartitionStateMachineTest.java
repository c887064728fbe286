package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.entry;
import static io.weir.statemachine.Commands.proposal;
import static io.weir.statemachine.Commands.session;
import static io.weir.statemachine.Commands.transact;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an entry does beside its commands: order, state, log time, digest. */
class PartitionStateMachineTest {
    private final PartitionStateMachine machine = new PartitionStateMachine();
    private final LogStore store = new MemoryLogStore(TestPartition.IDENTITY);

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void anUnknownFormatStopsBeforeAnythingIsWritten() {
        LogEntry newer = one(T0, 1, "a").toBuilder().setFormat(4).build();
        try (WriteBatch batch = store.beginWrite()) {
            assertThatThrownBy(() -> machine.apply(3, 7, newer, batch))
                    .isInstanceOf(UnsupportedFormatException.class)
                    .hasMessageContaining("entry 7 of term 3 has format 4")
                    .hasMessageContaining("knows format 3");
            assertThatThrownBy(() -> machine.apply(3, 7, LogEntry.getDefaultInstance(), batch))
                    .isInstanceOf(UnsupportedFormatException.class);
            batch.commit();
        }
        assertThat(store.state()).isEqualTo(PartitionState.EMPTY);
    }

    @Test
    void anEntryIsNotAppliedTwiceNorOutOfOrder() {
        apply(2, 5, one(T0, 1, "a"));
        PartitionState before = store.state();
        assertThatThrownBy(() -> apply(2, 5, one(T0, 2, "a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> apply(1, 6, one(T0, 2, "a"))).isInstanceOf(IllegalStateException.class);
        try (WriteBatch batch = store.beginWrite()) {
            assertThatThrownBy(() -> machine.skip(2, 5, batch)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(store.state()).isEqualTo(before);
    }

    @Test
    void skippingOnlyAdvancesWhatIsApplied() {
        apply(1, 0, one(T0, 1, "a"));
        PartitionState before = store.state();
        try (WriteBatch batch = store.beginWrite()) {
            machine.skip(4, 9, batch);
            batch.commit();
        }
        assertThat(store.state())
                .isEqualTo(new PartitionState(
                        4, 9, before.nextPosition(), before.nextStreamId(), before.logTimeMs(), before.digest()));
    }

    @Test
    void theStreamsThatGotEventsAreNamedOnceInOrder() {
        List<Append> appends =
                List.of(append("b", any(), "1"), append("a", any(), "2"), append("b", any(), "3"), append("c", any()));
        Applied applied = apply(
                1,
                0,
                entry(
                        T0,
                        List.of(
                                proposal(command(session(1), 1, transact(appends))),
                                proposal(command(session(1), 2, append("d", Commands.exists(), "no"))),
                                proposal(command(session(1), 3, append("a", any(), "4"))))));
        assertThat(applied.written()).containsExactly(StreamName.of("b"), StreamName.of("a"));
        assertThat(applied.outcomes()).hasSize(3);
    }

    @Test
    void logTimeNeverFallsAndStampsTheEvents() {
        apply(1, 0, one(T0, 1, "a"));
        apply(1, 1, one(T0 - 1, 2, "a"));
        apply(1, 2, one(-1, 3, "a"));
        apply(1, 3, one(SessionIds.MAX_STAMP_MS + 1, 4, "a"));
        assertThat(store.state().logTimeMs()).isEqualTo(T0);
        apply(1, 4, one(T0 + 1, 5, "a"));
        assertThat(store.state().logTimeMs()).isEqualTo(T0 + 1);
        List<Long> stamps = new ArrayList<>();
        try (ReadView view = store.openRead()) {
            view.readPartition(0, true, (header, buffer, offset, length) -> stamps.add(header.stampMs()));
        }
        assertThat(stamps).containsExactly(T0, T0, T0, T0, T0 + 1);
    }

    @Test
    void theDigestSeesTermIndexStampCommandDeadlineAndOutcome() {
        LogEntry entry = one(T0, 1, "a");
        Digest digest = digest(1, 0, entry);
        assertThat(digest).isEqualTo(digest(1, 0, entry)).isNotEqualTo(Digest.EMPTY);
        Proposal proposal = entry.getProposals(0);
        Command command = proposal.getCommand();
        assertThat(List.of(
                        digest(2, 0, entry),
                        digest(1, 1, entry),
                        digest(1, 0, one(T0 + 1, 1, "a")),
                        digest(1, 0, one(T0, 2, "a")),
                        digest(1, 0, one(T0, 1, "b")),
                        digest(1, 0, with(proposal.toBuilder().setDeadlineMs(T0))),
                        digest(
                                1,
                                0,
                                with(proposal.toBuilder()
                                        .setCommand(Commands.mark(command, 0).toBuilder()
                                                .addAfter(1)))),
                        digest(1, 0, entry(T0, List.of(proposal, proposal))),
                        digest(1, 0, entry(T0, List.of()))))
                .doesNotHaveDuplicates()
                .doesNotContain(digest);
    }

    /** Two replicas that part company in what they answer differ in the digest of the next entry, whatever it holds. */
    @Test
    void theDigestRolls() {
        apply(1, 0, one(T0, 1, "a"));
        apply(1, 1, one(T0, 2, "b"));
        Digest one = store.state().digest();
        Digest other;
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            applyTo(store, 1, 0, one(T0, 1, "b"));
            applyTo(store, 1, 1, one(T0, 2, "b"));
            other = store.state().digest();
        }
        assertThat(one).isNotEqualTo(other);
    }

    /** Pinned: to change what is hashed is to split the digests of a cluster that is being upgraded. */
    @Test
    void theDigestIsPinned() {
        apply(1, 0, one(T0, 1, "a"));
        List<Append> appends = List.of(append("b", any(), "1"), append("a", Commands.revision(7), "2"));
        apply(1, 1, entry(T0, List.of(proposal(command(session(1), 2, transact(appends))))));
        apply(1, 2, entry(T0, List.of(proposal(Command.getDefaultInstance()))));
        assertThat(store.state().digest().toString()).isEqualTo("a24af23660b32fcff9195cfc061f0d41");
    }

    private static Digest digest(long term, long index, LogEntry entry) {
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            applyTo(store, term, index, entry);
            return store.state().digest();
        }
    }

    private Applied apply(long term, long index, LogEntry entry) {
        try (WriteBatch batch = store.beginWrite()) {
            Applied applied = machine.apply(term, index, entry, batch);
            batch.commit();
            return applied;
        }
    }

    private static List<Outcome> applyTo(LogStore store, long term, long index, LogEntry entry) {
        try (WriteBatch batch = store.beginWrite()) {
            Applied applied = new PartitionStateMachine().apply(term, index, entry, batch);
            batch.commit();
            return applied.outcomes();
        }
    }

    private static LogEntry one(long stampMs, long sequence, String stream) {
        return entry(stampMs, List.of(proposal(command(session(1), sequence, append(stream, any(), "x")))));
    }

    private static LogEntry with(Proposal.Builder proposal) {
        return entry(T0, List.of(proposal.build()));
    }
}
