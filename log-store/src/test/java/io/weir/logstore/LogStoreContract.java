package io.weir.logstore;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.entry;
import static io.weir.logstore.StoreFixtures.events;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static io.weir.logstore.StoreFixtures.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.copy.Copies;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does with events, sessions, answers and expiry notes. */
public abstract class LogStoreContract {
    private static final StreamKey A = key(1, "a");
    private static final StreamKey B = key(1, "b");
    private static final SessionId S = new SessionId(7, -1);
    private static final long END = -1;
    private static final int MANY_RUNS = 400;

    protected LogStore store;

    /** An empty store. */
    protected abstract LogStore open();

    @SuppressWarnings("NullAway.Init")
    protected LogStoreContract() {}

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aNewStoreIsEmpty() {
        assertThat(store.identity()).isEqualTo(IDENTITY);
        assertThat(store.state()).isEqualTo(PartitionState.EMPTY);
        assertThat(store.streams()).isZero();
        try (ReadView view = store.openRead()) {
            assertThat(view.state()).isEqualTo(PartitionState.EMPTY);
            assertThat(view.head(A)).isNull();
            assertThat(view.session(S)).isNull();
            assertThat(view.answer(S, 1)).isNull();
            assertThat(partition(view, 0, true, 10)).isEmpty();
            assertThat(partition(view, END, false, 10)).isEmpty();
            assertThat(stream(view, A, 0, true, 10)).isEmpty();
            assertThat(stream(view, A, END, false, 10)).isEmpty();
        }
        try (WriteBatch batch = store.beginWrite()) {
            assertThat(batch.firstExpiry()).isNull();
            assertThat(batch.head(A)).isNull();
            assertThat(batch.removeAnswers(S, 0, -1, 10)).isZero();
        }
    }

    private void threeAppends() {
        append(store, A, 100, "a0", "a1");
        append(store, B, 200, "b0");
        append(store, A, 300, "a2");
    }

    @Test
    void readsAStreamForwardsAndBackwards() {
        threeAppends();
        try (ReadView view = store.openRead()) {
            String a0 = "a@1/0/0/100/a0";
            String a1 = "a@1/1/1/100/a1";
            String a2 = "a@1/2/3/300/a2";
            assertThat(stream(view, A, 0, true, 10)).containsExactly(a0, a1, a2);
            assertThat(stream(view, A, 1, true, 10)).containsExactly(a1, a2);
            assertThat(stream(view, A, 0, true, 2)).containsExactly(a0, a1);
            assertThat(stream(view, A, 3, true, 10)).isEmpty();
            assertThat(stream(view, A, END, true, 10)).isEmpty();
            assertThat(stream(view, A, END, false, 10)).containsExactly(a2, a1, a0);
            assertThat(stream(view, A, 1, false, 10)).containsExactly(a1, a0);
            assertThat(stream(view, A, END, false, 1)).containsExactly(a2);
            assertThat(stream(view, A, 99, false, 1)).containsExactly(a2);
            assertThat(stream(view, key(2, "a"), 0, true, 10)).isEmpty();
        }
    }

    @Test
    void readsThePartitionForwardsAndBackwards() {
        threeAppends();
        try (ReadView view = store.openRead()) {
            String[] all = {"a@1/0/0/100/a0", "a@1/1/1/100/a1", "b@1/0/2/200/b0", "a@1/2/3/300/a2"};
            assertThat(partition(view, 0, true, 10)).containsExactly(all);
            assertThat(partition(view, 2, true, 10)).containsExactly(all[2], all[3]);
            assertThat(partition(view, 4, true, 10)).isEmpty();
            assertThat(partition(view, END, true, 10)).isEmpty();
            assertThat(partition(view, END, false, 10)).containsExactly(all[3], all[2], all[1], all[0]);
            assertThat(partition(view, 1, false, 10)).containsExactly(all[1], all[0]);
            assertThat(partition(view, Long.MAX_VALUE, false, 1)).containsExactly(all[3]);
        }
    }

    @Test
    void knowsHeadsStampsAndStreams() {
        threeAppends();
        append(store, key(0, "z"), 400, "z0");
        assertThat(store.streams()).isEqualTo(3);
        assertThat(store.state()).isEqualTo(new PartitionState(-1, 3, 5, 3, 400, new Digest(4, 400)));
        try (ReadView view = store.openRead()) {
            StreamHead head = new StreamHead(0, 2, 3);
            assertThat(view.head(A)).isEqualTo(head);
            assertThat(view.lastStampMs(head)).isEqualTo(300);
            assertThat(view.head(B)).isEqualTo(new StreamHead(1, 0, 2));
            List<String> listed = new ArrayList<>();
            view.listStreams(null, (key, at) -> listed.add(key + "=" + at.lastRevision()));
            assertThat(listed).containsExactly("z@0=0", "a@1=2", "b@1=0");
            listed.clear();
            view.listStreams(A, (key, at) -> listed.add(key.toString()));
            view.listStreams(key(0, "zz"), (key, at) -> {
                listed.add(key.toString());
                return false;
            });
            assertThat(listed).containsExactly("b@1", "a@1");
            assertThatThrownBy(() -> view.lastStampMs(new StreamHead(0, 9, 9)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aBatchSeesItsOwnWritesAndNobodyElseDoesBeforeCommit() {
        try (WriteBatch batch = store.beginWrite();
                ReadView before = store.openRead()) {
            append(batch, A, 100, events("a0"));
            batch.putSession(S, new SessionRow(1, 2, 3));
            batch.putAnswer(S, 5, new byte[] {9});
            assertThat(batch.head(A)).isEqualTo(new StreamHead(0, 0, 0));
            assertThat(batch.session(S)).isEqualTo(new SessionRow(1, 2, 3));
            assertThat(batch.answer(S, 5)).containsExactly(9);
            try (ReadView during = store.openRead()) {
                assertThat(during.head(A)).isNull();
            }
            batch.commit();
            assertThat(before.head(A)).isNull();
            assertThat(before.session(S)).isNull();
            assertThat(before.state()).isEqualTo(PartitionState.EMPTY);
            try (ReadView after = store.openRead()) {
                assertThat(after.head(A)).isNotNull();
                assertThat(after.answer(S, 5)).containsExactly(9);
            }
        }
    }

    @Test
    void anAbandonedBatchLeavesNoTrace() {
        append(store, A, 100, "a0");
        try (WriteBatch batch = store.beginWrite()) {
            append(batch, A, 200, events("lost"));
            append(batch, B, 200, events("lost"));
            batch.putSession(S, new SessionRow(1, 2, 3));
            batch.addExpiry(new Expiry(5, S));
        }
        assertThat(store.state().nextPosition()).isEqualTo(1);
        assertThat(store.streams()).isEqualTo(1);
        assertThat(partition(store)).containsExactly("a@1/0/0/100/a0");
        try (WriteBatch batch = store.beginWrite()) {
            assertThat(batch.head(A)).isEqualTo(new StreamHead(0, 0, 0));
            assertThat(batch.head(B)).isNull();
            assertThat(batch.session(S)).isNull();
            assertThat(batch.firstExpiry()).isNull();
        }
        append(store, A, 300, "a1");
        assertThat(partition(store)).containsExactly("a@1/0/0/100/a0", "a@1/1/1/300/a1");
    }

    @Test
    void aSnapshotStaysAsItWas() {
        threeAppends();
        try (ReadView view = store.openRead()) {
            List<String> before = partition(view, 0, true, 10);
            for (int i = 0; i < 20; i++) {
                append(store, A, 400 + i, "more");
                assertThat(partition(view, 0, true, 100)).isEqualTo(before);
                assertThat(view.head(A)).isEqualTo(new StreamHead(0, 2, 3));
            }
        }
        assertThat(partition(store)).hasSize(24);
    }

    @Test
    void keepsSessionsAndAnswers() {
        SessionId other = new SessionId(7, 0);
        try (WriteBatch batch = store.beginWrite()) {
            batch.putSession(S, new SessionRow(1, 2, 3));
            batch.putSession(S, new SessionRow(4, 5, 6));
            batch.putSession(other, new SessionRow(0, 0, 0));
            for (long sequence : new long[] {1, 2, 3, -1}) {
                batch.putAnswer(S, sequence, new byte[] {(byte) sequence});
            }
            batch.putAnswer(other, 2, new byte[LogStore.MAX_ANSWER_BYTES]);
            assertThat(batch.lastAnswer(S)).isEqualTo(-1);
            assertThat(batch.lastAnswer(other)).isEqualTo(2);
            assertThat(batch.lastAnswer(new SessionId(8, 0))).isZero();
            assertThat(batch.lastAnswer(new SessionId(0, 0))).isZero();
            batch.commit();
        }
        try (WriteBatch batch = store.beginWrite()) {
            batch.removeSession(other);
            batch.removeSession(new SessionId(1, 1));
            assertThat(batch.removeAnswers(S, 0, 3, 2)).isEqualTo(2);
            assertThat(batch.removeAnswers(S, 3, 3, 9)).isZero();
            assertThat(batch.removeAnswers(S, 3, 0, 9)).isZero();
            assertThat(batch.removeAnswers(S, -1, -1, 9)).isZero();
            assertThat(batch.removeAnswers(S, 2, -1, 0)).isZero();
            assertThat(batch.answer(S, 2)).isNull();
            batch.commit();
        }
        try (ReadView view = store.openRead()) {
            assertThat(view.session(S)).isEqualTo(new SessionRow(4, 5, 6));
            assertThat(view.session(other)).isNull();
            assertThat(view.answer(S, 1)).isNull();
            assertThat(view.answer(S, 3)).containsExactly(3);
            assertThat(view.answer(S, -1)).containsExactly(-1);
            assertThat(view.answer(other, 2)).hasSize(LogStore.MAX_ANSWER_BYTES);
        }
        try (WriteBatch batch = store.beginWrite()) {
            assertThat(batch.removeAnswers(S, 3, -1, 9)).isEqualTo(1);
            assertThat(batch.lastAnswer(S)).isEqualTo(3);
            assertThat(batch.removeAnswers(S, 0, -1, 9)).isEqualTo(1);
            assertThat(batch.lastAnswer(S)).isZero();
            assertThat(batch.answer(other, 2)).isNotNull();
        }
    }

    @Test
    void keepsExpiriesInOrder() {
        SessionId small = new SessionId(1, 0);
        try (WriteBatch batch = store.beginWrite()) {
            for (Expiry expiry : List.of(
                    new Expiry(300, small), new Expiry(200, S), new Expiry(200, small), new Expiry(200, small))) {
                batch.addExpiry(expiry);
            }
            batch.commit();
        }
        try (WriteBatch batch = store.beginWrite()) {
            batch.removeExpiry(new Expiry(1, S));
            for (Expiry expected : List.of(new Expiry(200, small), new Expiry(200, S), new Expiry(300, small))) {
                assertThat(batch.firstExpiry()).isEqualTo(expected);
                batch.removeExpiry(expected);
            }
            assertThat(batch.firstExpiry()).isNull();
        }
    }

    @Test
    void argumentsAreNeitherKeptNorMoved() {
        byte[] bytes = {1, 2, 3, 4};
        ByteBuffer window = ByteBuffer.wrap(bytes, 1, 2);
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(bytes).position(2);
        byte[] answer = {5};
        try (WriteBatch batch = store.beginWrite()) {
            append(batch, A, 1, List.of(window, direct, window.asReadOnlyBuffer(), ByteBuffer.allocate(0)));
            batch.putAnswer(S, 1, answer);
            java.util.Arrays.fill(bytes, (byte) 0);
            answer[0] = 0;
            batch.commit();
        }
        assertThat(window.position()).isEqualTo(1);
        assertThat(direct.position()).isEqualTo(2);
        List<byte[]> seen = new ArrayList<>();
        try (ReadView view = store.openRead()) {
            view.readStream(A, 0, true, (header, buffer, offset, length) -> {
                byte[] copy = new byte[length];
                buffer.getBytes(offset, copy);
                return seen.add(copy);
            });
            assertThat(view.answer(S, 1)).containsExactly(5);
        }
        assertThat(seen).containsExactly(new byte[] {2, 3}, new byte[] {3, 4}, new byte[] {2, 3}, new byte[0]);
    }

    @Test
    void takesTheLargestNamesAndEvents() {
        StreamKey longest = key(1_023, "n".repeat(StreamKey.MAX_NAME_BYTES));
        try (WriteBatch batch = store.beginWrite()) {
            append(batch, longest, 1, List.of(ByteBuffer.allocate(LogStore.MAX_EVENT_BYTES)));
            batch.commit();
        }
        int[] lengths = {0};
        try (ReadView view = store.openRead()) {
            view.readStream(longest, 0, true, (header, buffer, offset, length) -> {
                lengths[0] += length;
                return header.stream().equals(longest);
            });
        }
        assertThat(lengths[0]).isEqualTo(LogStore.MAX_EVENT_BYTES);
    }

    @Test
    void readsAStreamOfManyRunsFromAnyRevision() {
        List<String> lines = new ArrayList<>();
        try (WriteBatch batch = store.beginWrite()) {
            for (int i = 0; i < MANY_RUNS; i++) {
                entry(
                        batch,
                        7,
                        List.of(
                                new StoreFixtures.Part(A, events("a" + i)),
                                new StoreFixtures.Part(B, events("b", "c"))));
                lines.add("a@1/" + i + "/" + 3 * i + "/7/a" + i);
            }
            batch.commit();
        }
        assertThat(digests().rows(Table.RUNS)).as("blocks that are full").isGreaterThan(4);
        try (ReadView view = store.openRead()) {
            for (int from = 0; from < MANY_RUNS; from += 7) {
                assertThat(stream(view, A, from, true, MANY_RUNS)).isEqualTo(lines.subList(from, MANY_RUNS));
                List<String> backwards = new ArrayList<>(lines.subList(0, from + 1));
                Collections.reverse(backwards);
                assertThat(stream(view, A, from, false, MANY_RUNS)).isEqualTo(backwards);
            }
        }
    }

    @Test
    void eventsOfAnEntryShareARowAndAreReadOneByOne() {
        List<ByteBuffer> small = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.addAll(events("event " + i));
            lines.add("a@1/" + i + "/" + i + "/5/event " + i);
        }
        try (WriteBatch batch = store.beginWrite()) {
            append(batch, A, 5, small);
            batch.commit();
        }
        assertThat(digests().rows(Table.EVENTS)).isEqualTo(2);
        try (ReadView view = store.openRead()) {
            for (int from = 0; from < 100; from++) {
                assertThat(partition(view, from, true, 3)).isEqualTo(lines.subList(from, Math.min(100, from + 3)));
                assertThat(partition(view, from, false, 1)).containsExactly(lines.get(from));
            }
            assertThat(view.lastStampMs(new StreamHead(0, 63, 63))).isEqualTo(5);
        }
    }

    @Test
    void keepsWhatTransactionsAreAndHold() {
        TransactionKey early = new TransactionKey(5, S, 1, 0);
        TransactionKey late = new TransactionKey(6, new SessionId(0, 0), 9, 3);
        try (WriteBatch batch = store.beginWrite()) {
            assertThat(batch.hasLocks()).isFalse();
            assertThat(batch.hasTransactions()).isFalse();
            batch.putTransaction(late, new byte[] {1});
            batch.putTransaction(early, new byte[] {2});
            batch.putTransaction(early, new byte[] {3});
            batch.putStaged(late, new byte[] {4});
            batch.putLock(new Lock(B, late, true));
            batch.putLock(new Lock(key(1, "bb"), late, true));
            batch.putLock(new Lock(A, late, false));
            batch.putLock(new Lock(A, early, false));
            assertThat(batch.nextTransaction(null)).isEqualTo(early);
            assertThat(batch.hasLocks()).isTrue();
            batch.commit();
        }
        try (ReadView view = store.openRead()) {
            assertThat(view.nextTransaction(early)).isEqualTo(late);
            assertThat(view.nextTransaction(late)).isNull();
            assertThat(view.nextStaged(null)).isEqualTo(late);
            assertThat(view.nextStaged(late)).isNull();
            assertThat(view.stagedTransactions()).isEqualTo(1);
            assertThat(view.hasTransactions()).isTrue();
            assertThat(view.transaction(early)).containsExactly(3);
            assertThat(view.staged(early)).isNull();
            assertThat(view.staged(late)).containsExactly(4);
            assertThat(locks(view, A)).containsExactly(new Lock(A, early, false), new Lock(A, late, false));
            assertThat(locks(view, B)).as("not those of bb").containsExactly(new Lock(B, late, true));
            List<Lock> all = new ArrayList<>();
            view.visitLocks(lock -> all.add(lock) && all.size() < 3);
            assertThat(all).hasSize(3);
        }
        try (WriteBatch batch = store.beginWrite()) {
            batch.removeTransaction(early);
            batch.removeTransaction(early);
            batch.removeStaged(late);
            batch.removeLock(B, late);
            batch.removeLock(B, early);
            assertThat(batch.nextTransaction(null)).isEqualTo(late);
            assertThat(locks(batch, B)).isEmpty();
            assertThatThrownBy(() -> batch.putTransaction(early, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> batch.putLock(new Lock(A, new TransactionKey(-1, S, 1, 0), true)))
                    .isInstanceOf(IllegalArgumentException.class);
            batch.commit();
        }
    }

    private static List<Lock> locks(StateView view, StreamKey stream) {
        List<Lock> locks = new ArrayList<>();
        view.visitLocks(stream, locks::add);
        return locks;
    }

    @Test
    void anEntryThatHasNotEndedHasNoDigest() {
        try (WriteBatch batch = store.beginWrite()) {
            batch.createStream(A, 0);
            batch.append(A, 0, 0, 5, events("x"));
            assertThatThrownBy(batch::tableDigests).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void digestsTellWhichRowsThereAreNotHowTheyCame() {
        append(store, A, 100, "a0");
        TableDigests one = digests();
        assertThat(Table.OF_ROWS.stream().map(one::rows)).containsExactly(1L, 0L, 1L, 1L, 0L, 0L, 0L, 1L, 0L, 0L, 0L);
        Expiry note = new Expiry(5, S);
        try (WriteBatch batch = store.beginWrite()) {
            batch.putSession(S, new SessionRow(1, 2, 3));
            batch.putAnswer(S, 5, new byte[] {9});
            batch.addExpiry(note);
            TableDigests direct = batch.tableDigests();
            assertThat(digests()).isEqualTo(one);
            batch.putAnswer(S, 6, new byte[] {1, 2, 3});
            batch.putSession(S, new SessionRow(0, 0, 0));
            batch.removeExpiry(new Expiry(6, S));
            batch.addExpiry(note);
            batch.putAnswer(S, 5, new byte[] {8});
            assertThat(batch.tableDigests()).isNotEqualTo(direct);
            batch.removeAnswers(S, 5, 6, 10);
            batch.putAnswer(S, 5, new byte[] {9});
            batch.putSession(S, new SessionRow(1, 2, 3));
            assertThat(batch.tableDigests()).isEqualTo(direct);
            batch.commit();
            assertThat(digests()).isEqualTo(direct);
        }
        try (WriteBatch batch = store.beginWrite()) {
            batch.removeSession(S);
            batch.removeAnswers(S, 0, 9, 10);
            batch.removeExpiry(note);
            assertThat(batch.tableDigests()).isEqualTo(one);
        }
        assertThat(digests()).isNotEqualTo(one);
    }

    private TableDigests digests() {
        try (ReadView view = store.openRead()) {
            return view.tableDigests();
        }
    }

    @Test
    void remembersTheLastMark() {
        assertThat(store.digestMark()).isEqualTo(DigestMark.NONE);
        DigestMark mark = DigestMark.NONE.at(7, new Digest(1, 2)).agreedOn(5, new Digest(3, 4));
        try (WriteBatch batch = store.beginWrite()) {
            batch.setDigestMark(DigestMark.NONE.at(99, Digest.EMPTY));
        }
        try (WriteBatch batch = store.beginWrite()) {
            batch.setDigestMark(mark);
            assertThat(batch.digestMark()).isEqualTo(mark);
            assertThat(store.digestMark()).isEqualTo(DigestMark.NONE);
            batch.commit();
        }
        assertThat(store.digestMark()).isEqualTo(mark);
        try (WriteBatch batch = store.beginWrite();
                ReadView view = store.openRead()) {
            assertThat(view.digestMark()).isEqualTo(mark);
            assertThatThrownBy(() -> batch.setDigestMark(mark.at(6, Digest.EMPTY)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void visitsEveryRowInOrder() {
        threeAppends();
        try (WriteBatch batch = store.beginWrite()) {
            batch.putSession(S, new SessionRow(1, 2, 3));
            batch.putAnswer(S, 5, new byte[] {9});
            batch.addExpiry(new Expiry(5, S));
            batch.commit();
        }
        List<Table> tables = new ArrayList<>();
        try (ReadView view = store.openRead()) {
            view.visitRows((table, key, value) -> tables.add(table));
            assertThat(tables)
                    .containsExactly(
                            Table.EVENTS,
                            Table.EVENTS,
                            Table.EVENTS,
                            Table.STREAMS,
                            Table.STREAMS,
                            Table.NAMES,
                            Table.NAMES,
                            Table.SESSIONS,
                            Table.ANSWERS,
                            Table.EXPIRY,
                            Table.HEADS,
                            Table.HEADS);
            tables.clear();
            view.visitRows((table, key, value) -> {
                tables.add(table);
                return table != Table.STREAMS;
            });
            assertThat(tables).hasSize(4);
        }
    }

    @Test
    void takesInACopyOfAnotherReplica() {
        threeAppends();
        append(store, key(9, "only here"), 400, "x");
        try (StoreReceiver receiver = store.receive()) {
            assertThatThrownBy(receiver::finish).isInstanceOf(StoreException.Corrupted.class);
        }
        try (LogStore other = Copies.history(7);
                ReadView view = other.openRead()) {
            try (StoreReceiver receiver = store.receive()) {
                Copies.accept(receiver, Copies.chunks(other));
                append(store, A, 500, "written while the copy came");
                assertThat(receiver.finish()).isEqualTo(other.state());
                assertThat(store.state().nextPosition()).isEqualTo(6);
                store.install(receiver);
            }
            assertThat(store.state()).isEqualTo(other.state());
            assertThat(store.checkpoint()).isEqualTo(other.state());
            try (ReadView copied = store.openRead()) {
                assertThat(copied.state()).isEqualTo(other.state());
                assertThat(StoreDump.rows(copied))
                        .isEqualTo(StoreDump.rows(view))
                        .isNotEmpty();
                assertThat(StoreDump.of(copied, Histories.SESSIONS, Histories.MAX_SEQUENCE))
                        .isEqualTo(StoreDump.of(view, Histories.SESSIONS, Histories.MAX_SEQUENCE));
            }
            assertThat(StoreDump.expiries(store)).isEqualTo(StoreDump.expiries(other));
            append(store, A, 5_000, "and goes on");
            assertThat(store.state().nextPosition()).isEqualTo(other.state().nextPosition() + 1);
            assertThat(partition(store).get((int) other.state().nextPosition())).endsWith("and goes on");
        }
    }

    @Test
    void anAbandonedCopyChangesNothing() {
        threeAppends();
        List<String> before = partition(store);
        try (LogStore other = Copies.history(7);
                StoreReceiver receiver = store.receive()) {
            Copies.accept(receiver, Copies.chunks(other).subList(0, 1));
        }
        try (LogStore other = Copies.history(8);
                StoreReceiver receiver = store.receive()) {
            Copies.accept(receiver, Copies.chunks(other));
            receiver.finish();
        }
        assertThat(partition(store)).isEqualTo(before);
        append(store, A, 400, "goes on");
    }
}
