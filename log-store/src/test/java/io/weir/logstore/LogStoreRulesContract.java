package io.weir.logstore;

import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.events;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static io.weir.logstore.StoreFixtures.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store refuses, and how it ends. */
public abstract class LogStoreRulesContract {
    private static final StreamKey A = key(1, "a");
    private static final SessionId S = new SessionId(1, 2);

    protected LogStore store;

    protected abstract LogStore open();

    @SuppressWarnings("NullAway.Init")
    protected LogStoreRulesContract() {}

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    /** What {@code call} throws on another thread, or null. */
    private static @Nullable Throwable elsewhere(ThrowingCallable call) {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                call.call();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return thrown.get();
    }

    @Test
    void oneBatchAtATimeOnOneThread() {
        try (WriteBatch batch = store.beginWrite()) {
            assertThatThrownBy(store::beginWrite).isInstanceOf(IllegalStateException.class);
            assertThat(elsewhere(store::beginWrite)).isInstanceOf(IllegalStateException.class);
            assertThat(elsewhere(batch::state)).isInstanceOf(IllegalStateException.class);
            assertThat(elsewhere(batch::commit)).isInstanceOf(IllegalStateException.class);
            assertThat(elsewhere(batch::close)).isInstanceOf(IllegalStateException.class);
            append(batch, A, 1, events("fine"));
            batch.commit();
        }
        assertThat(elsewhere(() -> append(store, A, 2, "other thread, later"))).isNull();
        assertThat(partition(store)).hasSize(2);
    }

    @Test
    void anEndedBatchRefusesEverythingButClose() {
        WriteBatch committed = store.beginWrite();
        committed.commit();
        WriteBatch closed = store.beginWrite();
        closed.close();
        for (WriteBatch batch : List.of(committed, closed)) {
            assertEverythingIsRefused(batch);
            batch.close();
            batch.close();
        }
        append(store, A, 1, "the store goes on");
    }

    private static void assertEverythingIsRefused(WriteBatch batch) {
        List<ThrowingCallable> calls = List.of(
                batch::state,
                () -> batch.head(A),
                () -> batch.session(S),
                () -> batch.answer(S, 1),
                () -> batch.createStream(A, 0),
                () -> batch.append(A, 0, 0, 0, events("x")),
                () -> batch.putSession(S, new SessionRow(0, 0, 0)),
                () -> batch.removeSession(S),
                () -> batch.putAnswer(S, 1, new byte[1]),
                () -> batch.removeAnswers(S, 0, 1, 1),
                () -> batch.addExpiry(new Expiry(1, S)),
                () -> batch.removeExpiry(new Expiry(1, S)),
                batch::firstExpiry,
                () -> batch.setState(PartitionState.EMPTY),
                batch::commit);
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void positionsRevisionsAndIdsAreDense() {
        append(store, A, 1, "a0", "a1");
        StreamKey b = key(1, "b");
        try (WriteBatch batch = store.beginWrite()) {
            List<ThrowingCallable> mistakes = List.of(
                    () -> batch.append(A, 1, 2, 0, events("revision too low")),
                    () -> batch.append(A, 3, 2, 0, events("revision too high")),
                    () -> batch.append(A, 2, 1, 0, events("position too low")),
                    () -> batch.append(A, 2, 3, 0, events("position too high")),
                    () -> batch.append(A, 2, 2, 0, List.of()),
                    () -> batch.append(b, 0, 2, 0, events("no such stream")),
                    () -> batch.createStream(A, 1),
                    () -> batch.createStream(b, 0),
                    () -> batch.createStream(b, 2),
                    () -> batch.putAnswer(S, 1, new byte[0]),
                    () -> batch.removeAnswers(S, 0, 1, -1),
                    () -> batch.addExpiry(new Expiry(-1, S)),
                    () -> batch.setState(new PartitionState(0, -2, 2, 1, 1, Digest.EMPTY)),
                    () -> batch.setState(new PartitionState(0, 0, 2, 1, 0, Digest.EMPTY)));
            for (ThrowingCallable mistake : mistakes) {
                assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class);
            }
            batch.createStream(b, 1);
            assertThat(batch.head(b)).isNull();
            assertThatThrownBy(() -> batch.createStream(b, 2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(batch::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("b@1");
            batch.append(b, 0, 2, 5, events("b0"));
            assertThatThrownBy(batch::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("position 3");
            batch.setState(new PartitionState(0, 9, 3, 2, 5, Digest.EMPTY));
            batch.commit();
        }
        assertThat(partition(store)).containsExactly("a@1/0/0/1/a0", "a@1/1/1/1/a1", "b@1/0/2/5/b0");
        assertThat(store.state().appliedIndex()).isEqualTo(9);
    }

    @Test
    void aLimitDoomsTheBatch() {
        List<java.util.function.Consumer<WriteBatch>> tooLarge = List.of(
                batch -> batch.append(A, 1, 1, 0, List.of(ByteBuffer.allocate(LogStore.MAX_EVENT_BYTES + 1))),
                batch -> batch.putAnswer(S, 1, new byte[LogStore.MAX_ANSWER_BYTES + 1]));
        append(store, A, 1, "a0");
        for (java.util.function.Consumer<WriteBatch> call : tooLarge) {
            try (WriteBatch batch = store.beginWrite()) {
                batch.putSession(S, new SessionRow(1, 1, 1));
                assertThatThrownBy(() -> call.accept(batch)).isInstanceOf(StoreException.LimitExceeded.class);
                assertEverythingIsRefused(batch);
            }
        }
        try (ReadView view = store.openRead()) {
            assertThat(view.session(S)).isNull();
            assertThat(partition(view, 0, true, 9)).containsExactly("a@1/0/0/1/a0");
        }
    }

    @Test
    void visitorsMayReadAgainAndMayThrow() {
        append(store, A, 1, "a0", "a1");
        append(store, key(1, "b"), 2, "b0");
        try (ReadView view = store.openRead()) {
            List<String> seen = new ArrayList<>();
            view.listStreams(null, (key, head) -> {
                view.readStream(key, 0, true, (header, buffer, offset, length) -> {
                    seen.addAll(stream(view, key, header.revision(), false, 1));
                    assertThat(view.head(key)).isEqualTo(head);
                    return seen.addAll(partition(view, header.position(), true, 1));
                });
                return true;
            });
            assertThat(seen)
                    .containsExactly(
                            "a@1/0/0/1/a0",
                            "a@1/0/0/1/a0",
                            "a@1/1/1/1/a1",
                            "a@1/1/1/1/a1",
                            "b@1/0/2/2/b0",
                            "b@1/0/2/2/b0");
            IllegalArgumentException own = new IllegalArgumentException("the visitor's own");
            assertThatThrownBy(() -> view.readPartition(0, true, (header, buffer, offset, length) -> {
                        throw own;
                    }))
                    .isSameAs(own);
            assertThat(partition(view, 0, true, 9)).hasSize(3);
        }
    }

    @Test
    void aViewMovesBetweenThreadsAndEndsOnce() {
        append(store, A, 1, "a0");
        ReadView view = store.openRead();
        assertThat(elsewhere(() -> assertThat(stream(view, A, 0, true, 9)).hasSize(1)))
                .isNull();
        assertThat(elsewhere(view::close)).isNull();
        view.close();
        assertThatThrownBy(view::state).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> view.head(A)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> stream(view, A, 0, true, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closeWaitsForViewsAndTheBatch() {
        append(store, A, 1, "a0");
        ReadView view = store.openRead();
        WriteBatch batch = store.beginWrite();
        assertThatThrownBy(store::close).isInstanceOf(IllegalStateException.class);
        Thread closer = new Thread(store::close);
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread watcher = new Thread(() -> {
            store.close();
            ended.complete(null);
        });
        closer.start();
        watcher.start();
        while (closer.getState() != Thread.State.WAITING || watcher.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(store::openRead).isInstanceOf(StoreException.Closed.class);
        assertThat(stream(view, A, 0, true, 9)).hasSize(1);
        append(batch, A, 2, events("last"));
        batch.commit();
        assertThat(ended).isNotDone();
        assertThat(stream(view, A, 0, true, 9)).hasSize(1);
        view.close();
        ended.join();
        assertThatThrownBy(store::openRead).isInstanceOf(StoreException.Closed.class);
        assertThatThrownBy(store::beginWrite).isInstanceOf(IllegalStateException.class);
        assertThat(store.state().nextPosition()).isEqualTo(2);
        assertThatCode(store::close).doesNotThrowAnyException();
        assertThat(store.sizeBytes()).isPositive();
    }
}
