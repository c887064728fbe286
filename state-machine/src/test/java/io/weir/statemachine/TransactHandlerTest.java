package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.exists;
import static io.weir.statemachine.Commands.noStream;
import static io.weir.statemachine.Commands.require;
import static io.weir.statemachine.Commands.revision;
import static io.weir.statemachine.Commands.session;
import static io.weir.statemachine.Commands.transact;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.SessionId;
import io.weir.protocol.Appended;
import io.weir.protocol.Committed;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamState;
import io.weir.protocol.Transact;
import io.weir.protocol.Violation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransactHandlerTest {
    private static final SessionId SESSION = session(1);

    private final TestPartition partition = new TestPartition();
    private long sequence;

    @AfterEach
    void close() {
        partition.close();
    }

    @Test
    void appendsHappenTogetherInTheOrderOfTheCommand() {
        Outcome outcome =
                run(transact(List.of(append("a", noStream(), "1", "2"), append("b", any(), "3"), append("c", any()))));
        assertThat(outcome.getCommitted())
                .isEqualTo(Committed.newBuilder()
                        .addAppends(appended(0, 2, 0))
                        .addAppends(appended(0, 1, 2))
                        .addAppends(appended(0, 0, 3))
                        .setNextPosition(3)
                        .build());
        assertThat(partition.store.streams()).isEqualTo(2);
    }

    @Test
    void anAppendSeesTheAppendsBeforeIt() {
        Outcome outcome = run(transact(List.of(
                append("a", noStream(), "1", "2"), append("b", any(), "3"), append("a", revision(1), "4", "5"))));
        assertThat(outcome.getCommitted().getAppends(2)).isEqualTo(appended(2, 2, 3));
        assertThat(run(transact(List.of(append("a", revision(3)), append("b", revision(0)))))
                        .hasCommitted())
                .isTrue();
    }

    @Test
    void aRequirementSeesTheStateBefore() {
        Transact createOnce = transact(List.of(append("a", any(), "1")), require("a", noStream()));
        assertThat(run(createOnce).hasCommitted()).isTrue();
        assertThat(run(createOnce).hasRejected()).isTrue();
        assertThat(partition.state().nextPosition()).isEqualTo(1);
    }

    @Test
    void oneViolationStopsEverythingAndAllAreReportedInOrder() {
        run(transact(List.of(append("a", any(), "1", "2"))));
        Outcome outcome = run(transact(
                List.of(append("b", any(), "3"), append("a", revision(0), "4"), append("c", exists(), "5")),
                require("a", revision(1)),
                require("d", exists()),
                require("a", noStream())));
        assertThat(outcome.getRejected().getViolationsList())
                .containsExactly(
                        violation("a", revision(0), at(1)),
                        violation("c", exists(), StreamState.getDefaultInstance()),
                        violation("d", exists(), StreamState.getDefaultInstance()),
                        violation("a", noStream(), at(1)));
        assertThat(partition.state().nextPosition()).isEqualTo(2);
        assertThat(partition.store.streams()).isEqualTo(1);
    }

    @Test
    void aConditionIsCheckedAsIfTheAppendsBeforeItWereDone() {
        Outcome outcome = run(transact(List.of(append("a", exists(), "1"), append("a", revision(7), "2"))));
        assertThat(outcome.getRejected().getViolationsList())
                .containsExactly(
                        violation("a", exists(), StreamState.getDefaultInstance()), violation("a", revision(7), at(0)));
    }

    @Test
    void onlyConditions() {
        assertThat(run(transact(List.of(), require("a", noStream())))
                        .getCommitted()
                        .getNextPosition())
                .isZero();
        assertThat(run(transact(List.of(), require("a", exists()))).hasRejected())
                .isTrue();
    }

    private Outcome run(Transact transact) {
        return partition.applyOne(T0, command(SESSION, ++sequence, transact));
    }

    private static Appended appended(long revision, int count, long position) {
        return Appended.newBuilder()
                .setFirstRevision(revision)
                .setCount(count)
                .setFirstPosition(position)
                .build();
    }

    private static Violation violation(String stream, Expected expected, StreamState actual) {
        return Violation.newBuilder()
                .setStream(append(stream, any()).getStream())
                .setExpected(expected)
                .setActual(actual)
                .build();
    }

    private static StreamState at(long revision) {
        return StreamState.newBuilder().setExists(true).setRevision(revision).build();
    }
}
