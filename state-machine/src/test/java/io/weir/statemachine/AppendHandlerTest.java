package io.weir.statemachine;

import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.exists;
import static io.weir.statemachine.Commands.noStream;
import static io.weir.statemachine.Commands.revision;
import static io.weir.statemachine.Commands.session;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamState;
import io.weir.protocol.Violation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppendHandlerTest {
    private static final SessionId SESSION = session(1);

    private final TestPartition partition = new TestPartition();
    private long sequence;

    @AfterEach
    void close() {
        partition.close();
    }

    @Test
    void revisionsAndPositionsAreDense() {
        assertThat(run(append("a", noStream(), "1", "2"))).isEqualTo(appended(0, 2, 0));
        assertThat(run(append("b", any(), "1"))).isEqualTo(appended(0, 1, 2));
        assertThat(run(append("a", revision(1), "3"))).isEqualTo(appended(2, 1, 3));
        assertThat(partition.state().nextPosition()).isEqualTo(4);
        assertThat(partition.state().nextStreamId()).isEqualTo(2);
    }

    @Test
    void anAppendWithoutEventsOnlyChecks() {
        assertThat(run(append("a", noStream()))).isEqualTo(appended(0, 0, 0));
        assertThat(partition.store.streams()).isZero();
        run(append("a", noStream(), "1", "2"));
        assertThat(run(append("a", revision(1)))).isEqualTo(appended(2, 0, 2));
        assertThat(run(append("a", noStream())).hasRejected()).isTrue();
        assertThat(partition.state().nextPosition()).isEqualTo(2);
    }

    @Test
    void aViolationTellsTheActualState() {
        run(append("a", any(), "1", "2", "3"));
        assertThat(run(append("a", revision(1), "4")).getRejected().getViolationsList())
                .containsExactly(Violation.newBuilder()
                        .setStream(append("a", any()).getStream())
                        .setExpected(revision(1))
                        .setActual(StreamState.newBuilder().setExists(true).setRevision(2))
                        .build());
        assertThat(run(append("b", exists(), "1"))
                        .getRejected()
                        .getViolations(0)
                        .getActual())
                .isEqualTo(StreamState.getDefaultInstance());
        assertThat(partition.state().nextPosition()).isEqualTo(3);
    }

    /** The stream "none" does not exist, "one" has revision 0, "three" has revision 2. */
    @ParameterizedTest
    @CsvSource({
        "ANY, 0, true, true, true",
        "NO_STREAM, 0, true, false, false",
        "EXISTS, 0, false, true, true",
        "REVISION, 0, false, true, false",
        "REVISION, 2, false, false, true",
        "REVISION, 3, false, false, false",
        "REVISION, -1, false, false, false",
        "AT_MOST, 0, true, true, false",
        "AT_MOST, 1, true, true, false",
        "AT_MOST, 2, true, true, true",
        "AT_MOST, -1, true, true, true",
    })
    void conditions(Expected.Kind kind, long revision, boolean none, boolean one, boolean three) {
        run(append("one", any(), "1"));
        run(append("three", any(), "1", "2", "3"));
        Expected expected =
                Expected.newBuilder().setKind(kind).setRevision(revision).build();
        assertThat(run(append("none", expected)).hasAppended()).isEqualTo(none);
        assertThat(run(append("one", expected)).hasAppended()).isEqualTo(one);
        assertThat(run(append("three", expected)).hasAppended()).isEqualTo(three);
    }

    private Outcome run(Append append) {
        return partition.applyOne(T0, command(SESSION, ++sequence, append));
    }

    private static Outcome appended(long revision, int count, long position) {
        return Outcome.newBuilder()
                .setAppended(Appended.newBuilder()
                        .setFirstRevision(revision)
                        .setCount(count)
                        .setFirstPosition(position))
                .build();
    }
}
