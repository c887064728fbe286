package io.weir.statemachine;

import static io.weir.statemachine.Commands.MINUTE;
import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Expiry;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Command;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How sessions end. The sessions here are issued at T0 and live for ten minutes. */
class SessionExpiryTest {
    private static final long LIFE = 10 * MINUTE;
    private static final SessionId SESSION = session(1);

    private final TestPartition partition = new TestPartition();

    @AfterEach
    void close() {
        partition.close();
    }

    @Test
    void anUnknownSessionExecutesUntilItsIssueAndLife() {
        assertThat(partition.applyOne(T0 + LIFE, request(SESSION, 1)).hasAppended())
                .isTrue();
        Refusal refusal =
                partition.applyOne(T0 + LIFE + 1, request(session(2), 1)).getRefusal();
        assertThat(refusal.getReason()).isEqualTo(Reason.SESSION_EXPIRED);
        assertThat(refusal.getValue()).isEqualTo(T0 + LIFE + 1);
    }

    @Test
    void everyUseProlongsTheLife() {
        long now = T0;
        for (int sequence = 1; sequence <= 5; sequence++) {
            assertThat(partition.applyOne(now, request(SESSION, sequence)).hasAppended())
                    .isTrue();
            now += LIFE;
        }
        assertThat(partition.applyOne(now - LIFE + 1, request(SESSION, 1)).hasAppended())
                .as("a repeated request is a use")
                .isTrue();
        assertThat(partition.applyOne(now + 1, request(SESSION, 6)).hasAppended())
                .isTrue();
    }

    /** A client may have got its id from a node with a faster clock than the leader's. */
    @Test
    void aUseBeforeTheIssueDoesNotShortenTheLife() {
        partition.applyOne(T0 - MINUTE, request(SESSION, 1));
        assertThat(partition.applyOne(T0 + LIFE, request(SESSION, 2)).hasAppended())
                .isTrue();
    }

    @Test
    void aSessionFromTheFutureIsInvalid() {
        SessionId near = SessionIds.issue(T0 + SessionTable.MAX_ISSUED_AHEAD_MS, 1, 7);
        SessionId far = SessionIds.issue(T0 + SessionTable.MAX_ISSUED_AHEAD_MS + 1, 1, 7);
        assertThat(partition.applyOne(T0, request(far, 1)).getRefusal().getReason())
                .isEqualTo(Reason.INVALID);
        assertThat(partition.applyOne(T0, request(near, 1)).hasAppended()).isTrue();
    }

    /** Hundreds of sessions fall due before this one, and the sweep is bounded: the answer must not depend on it. */
    @Test
    void aSessionThatIsNotSweptYetIsExpiredAllTheSame() {
        partition.apply(
                T0,
                LongStream.rangeClosed(1, 300)
                        .mapToObj(random -> request(session(random), 1))
                        .toArray(Command[]::new));
        SessionId last = session(300);
        partition.applyOne(T0 + 1, request(last, 2));
        Outcome unswept = partition.applyOne(T0 + LIFE + 2, request(last, 1));
        assertThat(row(last)).isNotNull();
        while (row(last) != null) {
            partition.apply(T0 + LIFE + 2);
        }
        assertThat(partition.applyOne(T0 + LIFE + 2, request(last, 1))).isEqualTo(unswept);
        assertThat(unswept.getRefusal().getReason()).isEqualTo(Reason.SESSION_EXPIRED);
        assertThat(firstExpiry()).isNull();
    }

    @Test
    void aSessionWithManyAnswersIsRemovedOverSeveralEntriesAndNeverComesBack() {
        int answers = 3 * Sweep.STEPS;
        partition.apply(
                T0,
                LongStream.rangeClosed(1, answers)
                        .mapToObj(sequence -> request(SESSION, sequence))
                        .toArray(Command[]::new));
        long end = partition.state().nextPosition();
        int left = answers;
        while (true) {
            partition.apply(T0 + LIFE + 1);
            SessionRow row = row(SESSION);
            if (row == null) {
                break;
            }
            assertThat(row.answers()).isPositive().isEqualTo(left -= Sweep.STEPS);
            assertThat(partition
                            .applyOne(T0 + LIFE + 1, request(SESSION, 1))
                            .getRefusal()
                            .getReason())
                    .isEqualTo(Reason.SESSION_EXPIRED);
            left -= Sweep.STEPS + Sweep.STEPS_PER_PROPOSAL;
        }
        assertThat(answersIn(SESSION, answers)).isZero();
        assertThat(firstExpiry()).isNull();
        assertThat(partition
                        .applyOne(T0 + LIFE + 1, request(SESSION, answers))
                        .getRefusal()
                        .getReason())
                .isEqualTo(Reason.SESSION_EXPIRED);
        assertThat(partition.state().nextPosition()).isEqualTo(end);
    }

    @Test
    void aNoteThatComesDueMovesToTheEndOfTheLifeThatUsesHaveWon() {
        partition.applyOne(T0, request(SESSION, 1));
        partition.applyOne(T0 + MINUTE, request(SESSION, 2));
        assertThat(firstExpiry()).isEqualTo(new Expiry(T0 + LIFE, SESSION));
        partition.apply(T0 + LIFE);
        assertThat(firstExpiry()).isEqualTo(new Expiry(T0 + LIFE, SESSION));
        partition.apply(T0 + LIFE + 1);
        assertThat(firstExpiry()).isEqualTo(new Expiry(T0 + MINUTE + LIFE, SESSION));
        partition.apply(T0 + MINUTE + LIFE + 1);
        assertThat(firstExpiry()).isNull();
        assertThat(row(SESSION)).isNull();
    }

    /** Each command can leave one session behind; a sweep of a constant length would fall behind for ever. */
    @Test
    void theSweepKeepsUpWithALoadOfNewSessions() {
        long now = T0;
        for (int round = 0; round < 30; round++) {
            long issued = now;
            partition.apply(
                    now,
                    LongStream.range(0, 500)
                            .mapToObj(random -> request(SessionIds.issue(issued, 1, random), 1))
                            .toArray(Command[]::new));
            now += MINUTE / 2;
        }
        int alive = 0;
        try (WriteBatch batch = partition.store.beginWrite()) {
            for (Expiry note = batch.firstExpiry(); note != null; note = batch.firstExpiry()) {
                batch.removeExpiry(note);
                alive++;
            }
        }
        assertThat(alive).isEqualTo(3 * 500);
    }

    @Test
    void anIdSaysWhenItWasIssuedAndHowLongItLives() {
        SessionId id = SessionIds.issue(T0, 1440, -5);
        assertThat(SessionIds.issuedMs(id.high())).isEqualTo(T0);
        assertThat(SessionIds.lifeMs(id.high())).isEqualTo(24 * 60 * MINUTE);
        assertThat(id.low()).isEqualTo(-5);
        assertThat(SessionIds.issuedMs(
                        SessionIds.issue(SessionIds.MAX_STAMP_MS, 1, 0).high()))
                .isEqualTo(SessionIds.MAX_STAMP_MS);
        assertThatThrownBy(() -> SessionIds.issue(T0, 0, 0)).hasMessageContaining("0 minutes");
        assertThatThrownBy(() -> SessionIds.issue(T0, 1441, 0)).hasMessageContaining("1441 minutes");
        assertThatThrownBy(() -> SessionIds.issue(-1, 1, 0)).hasMessageContaining("-1 ms");
        assertThatThrownBy(() -> SessionIds.issue(1L << 48, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Command request(SessionId session, long sequence) {
        return command(session, sequence, append("a", any(), Long.toString(sequence)));
    }

    private @Nullable SessionRow row(SessionId session) {
        try (ReadView view = partition.store.openRead()) {
            return view.session(session);
        }
    }

    private long answersIn(SessionId session, long sequences) {
        try (ReadView view = partition.store.openRead()) {
            return LongStream.rangeClosed(1, sequences)
                    .filter(sequence -> view.answer(session, sequence) != null)
                    .count();
        }
    }

    private @Nullable Expiry firstExpiry() {
        try (WriteBatch batch = partition.store.beginWrite()) {
            return batch.firstExpiry();
        }
    }
}
