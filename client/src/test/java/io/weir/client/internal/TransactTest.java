package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.AbortReason;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.EventStoreException.Aborted;
import io.weir.client.EventStoreException.ConditionFailed;
import io.weir.client.EventStoreException.InvalidRequest;
import io.weir.client.EventStoreException.OutcomeUnknown;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.client.Expected;
import io.weir.client.OpenTransaction;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.StreamState;
import io.weir.client.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The interactive form: what the body sees, what makes it run again, and what is handed on. */
class TransactTest {
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(400));

    private final FakeCluster cluster = new FakeCluster(3, 3, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);
    private final String a = FakeCluster.streamIn(store, 0, "a");
    private final String b = FakeCluster.streamIn(store, 1, "b");
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void close() {
        store.close();
    }

    private static List<String> textsOf(List<RecordedEvent> events) {
        return events.stream().map(RecordedEvent::text).toList();
    }

    private int commands() {
        return cluster.look(cluster.received::size);
    }

    @Test
    void readsDecidesAndAppendsInOneTransaction() {
        append(store, a, "0").join();
        int size = store.transact(tx -> {
            int found = tx.read(a).size() + tx.read(b).size();
            tx.append(a, event("1"));
            tx.append(b, event("2"), event("3"));
            tx.append(a, event("4"));
            return found;
        });
        assertThat(size).isEqualTo(1);
        assertThat(texts(store, a)).containsExactly("0", "1", "4");
        assertThat(texts(store, b)).containsExactly("2", "3");
        assertThat(commands()).isEqualTo(2);
        assertThat(cluster.look(() -> cluster.received.get(1).getDistributed()).getAppendsList())
                .extracting(append -> append.getExpected().getKind().name())
                .containsExactly("REVISION", "NO_STREAM", "ANY");
    }

    @Test
    void theBodySeesItsOwnAppends() {
        append(store, a, "0").join();
        append(store, a, "1").join();
        store.transact(tx -> {
            tx.append(b, event("x"));
            tx.append(a, event("2"), event("3"));
            assertThat(textsOf(tx.read(a))).containsExactly("0", "1", "2", "3");
            assertThat(textsOf(tx.read(a, 1))).containsExactly("1", "2", "3");
            assertThat(textsOf(tx.read(a, 3))).containsExactly("3");
            assertThat(tx.read(a, 4)).isEmpty();
            assertThat(tx.state(a)).isEqualTo(new StreamState.At(3));
            assertThat(tx.state(b)).isEqualTo(new StreamState.At(0));
            RecordedEvent own = tx.read(b).get(0);
            assertThat(own.revision()).isZero();
            assertThat(own.position()).isEqualTo(-1);
            assertThat(own.recordedAt()).isEqualTo(Instant.EPOCH);
            assertThat(own.id()).isEqualTo(event("x").id());
            return null;
        });
        assertThat(texts(store, a)).containsExactly("0", "1", "2", "3");
    }

    @Test
    void statesAreReadsToo() {
        append(store, a, "0").join();
        store.transact(tx -> {
            if (runs.incrementAndGet() == 1) {
                assertThat(tx.state(a)).isEqualTo(new StreamState.At(0));
                assertThat(tx.read(b, 5)).isEmpty();
                append(store, b, "between").join();
            } else {
                assertThat(tx.state(b)).isEqualTo(new StreamState.At(0));
            }
            tx.append(a, event("1"));
            return null;
        });
        assertThat(runs).hasValue(2);
        assertThat(texts(store, a)).containsExactly("0", "1");
        store.transact(tx -> {
            assertThat(tx.state("nothing")).isEqualTo(StreamState.Absent.INSTANCE);
            assertThat(tx.read("nothing")).isEmpty();
            return null;
        });
    }

    @Test
    void aChangeOfWhatWasReadMakesItRunAgain() {
        for (boolean isWritten : new boolean[] {true, false}) {
            runs.set(0);
            int before = texts(store, a).size();
            int seen = store.transact(tx -> {
                int found = tx.read(a).size();
                if (runs.incrementAndGet() < 4) {
                    append(store, a, "between").join();
                }
                tx.append(isWritten ? a : b, event("x"));
                return found;
            });
            assertThat(seen).isEqualTo(before + 3);
            assertThat(runs).hasValue(4);
        }
        assertThat(texts(store, b)).containsExactly("x");
    }

    /** It shall not go on with what is no longer so; and if it does, that counts for nothing. */
    @Test
    void aSecondReadThatDiffersBeginsItAnew() {
        List<String> told = new ArrayList<>();
        store.transact(tx -> {
            tx.read(a);
            if (runs.incrementAndGet() < 3) {
                append(store, a, "between").join();
            }
            try {
                tx.read(a);
            } catch (RuntimeException e) {
                told.add(String.valueOf(e.getMessage()));
                if (runs.get() == 1) {
                    throw new IllegalStateException("hidden", e);
                }
            }
            tx.append(b, event("x"));
            return null;
        });
        assertThat(told).hasSize(2).allMatch(message -> message.contains("changed since it was read"));
        assertThat(runs).hasValue(3);
        assertThat(texts(store, b)).containsExactly("x");
    }

    @Test
    void onlyReadingNeedsNoCommitButTwoReadsHaveToHoldTogether() {
        append(store, a, "0").join();
        assertThat(textsOf(store.<List<RecordedEvent>>transact(tx -> tx.read(a))))
                .containsExactly("0");
        assertThat(store.<String>transact(tx -> "nothing")).isEqualTo("nothing");
        assertThat(commands()).isEqualTo(1);
        int sum = store.transact(tx -> {
            int found = tx.read(a).size();
            if (runs.incrementAndGet() == 1) {
                append(store, a, "1").join();
                append(store, b, "1").join(); // in no moment were there one event and one event
            }
            return found + tx.read(b).size();
        });
        assertThat(sum).isEqualTo(3);
        assertThat(commands()).as("the appends").isEqualTo(3);
    }

    @Test
    void aRequirementIsTheCallersOwn() {
        assertThatThrownBy(() -> store.transact(tx -> {
                    runs.incrementAndGet();
                    tx.read(a);
                    tx.append(a, event("x"));
                    tx.require(b, Expected.exists());
                    return null;
                }))
                .isInstanceOfSatisfying(
                        ConditionFailed.class,
                        failure -> assertThat(failure.violations())
                                .containsExactly(new Violation(b, Expected.exists(), StreamState.Absent.INSTANCE)));
        assertThat(runs).hasValue(1);
        assertThat(texts(store, a)).isEmpty();
        // One that fails beside a read that has changed is judged anew.
        store.transact(tx -> {
            tx.read(a);
            if (runs.incrementAndGet() == 2) {
                append(store, a, "between").join();
                append(store, b, "between").join();
            }
            tx.require(a, runs.get() == 2 ? Expected.revision(5) : Expected.revision(0));
            tx.append(b, event("x"));
            return null;
        });
        assertThat(runs).hasValue(3);
        assertThat(texts(store, b)).containsExactly("between", "x");
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.read(a);
                    tx.require(a, Expected.revision(7));
                    return null;
                }))
                .isInstanceOf(ConditionFailed.class);
    }

    @Test
    void whatTheBodyThrowsIsHandedOnOnceItsReadsAreConfirmed() {
        append(store, a, "0").join();
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.append(a, event("x"));
                    throw new IllegalStateException("as the caller wants it");
                }))
                .hasMessage("as the caller wants it");
        assertThat(commands()).isEqualTo(1);
        assertThatThrownBy(() -> store.transact(tx -> {
                    int found = tx.read(a).size();
                    if (runs.incrementAndGet() == 1) {
                        append(store, a, "1").join();
                        append(store, b, "1").join();
                    }
                    tx.append(a, event("x"));
                    throw new IllegalStateException(found + " and " + tx.read(b).size());
                }))
                .hasMessage("2 and 1");
        assertThat(runs).hasValue(2);
        assertThat(texts(store, a)).containsExactly("0", "1");
    }

    @Test
    void whatTheBodyThrowsIsHandedOnAsItIsWhenTheTimeIsUp() {
        cluster.change(() -> cluster.headsTogether = Integer.MAX_VALUE);
        assertThatThrownBy(() -> store.transact(this::readsTwoAndThrows, SHORT))
                .hasMessage("run 1")
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(Unavailable.class));
    }

    private Object readsTwoAndThrows(OpenTransaction tx) {
        tx.read(a);
        tx.read(b);
        throw new IllegalStateException("run " + runs.incrementAndGet());
    }

    /** The partition whose condition has failed does not know whether the read in another one still holds. */
    @Test
    void aFailedConditionIsHandedOnOnceTheReadsAreConfirmed() {
        cluster.change(() -> cluster.transactions.late.add(0));
        String written = FakeCluster.streamIn(store, 2, "written");
        for (int reads = 1; reads <= 2; reads++) {
            String other = FakeCluster.streamIn(store, 0, "other" + reads);
            boolean isOneRead = reads == 1;
            runs.set(0);
            store.transact(tx -> {
                int found = tx.read(other).size() + (isOneRead ? 0 : tx.read(a).size());
                if (runs.incrementAndGet() == 1) {
                    append(store, other, "between").join();
                }
                tx.append(written, event("x"));
                if (found == 0) {
                    tx.require(b, Expected.exists());
                }
                return null;
            });
            assertThat(runs).hasValue(2);
        }
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.read(a);
                    tx.append(written, event("y"));
                    tx.require(b, Expected.exists());
                    return null;
                }))
                .isInstanceOf(ConditionFailed.class);
        assertThat(texts(store, written)).containsExactly("x", "x");
    }

    @Test
    void othersThatComeBetweenUntilTheTimeoutAbortIt() {
        assertThatThrownBy(() -> store.transact(
                        tx -> {
                            tx.read(a);
                            runs.incrementAndGet();
                            append(store, a, "between").join();
                            tx.append(b, event("x"));
                            return null;
                        },
                        SHORT))
                .isInstanceOfSatisfying(
                        Aborted.class, aborted -> assertThat(aborted.reason()).isEqualTo(AbortReason.CONTENTION))
                .hasMessageContainingAll("400 ms", "attempts: ", "others changed");
        assertThat(runs.get()).isGreaterThan(2);
        cluster.change(() -> cluster.transactions.contention = 1);
        assertThatThrownBy(() -> store.transact(
                        tx -> {
                            tx.append(a, event("x"));
                            tx.append(b, event("x"));
                            return null;
                        },
                        SHORT))
                .isInstanceOf(Aborted.class);
        assertThat(texts(store, b)).isEmpty();
    }

    @Test
    void aBodyThatTakesAllTheTimeIsNotSaidToHaveMetOthers() {
        assertThatThrownBy(() -> store.transact(
                        tx -> {
                            tx.read(a);
                            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
                            await("the time is up", () -> System.nanoTime() - end > 0);
                            tx.append(b, event("x"));
                            return runs.incrementAndGet();
                        },
                        SHORT))
                .isInstanceOfSatisfying(
                        Aborted.class, aborted -> assertThat(aborted.reason()).isEqualTo(AbortReason.EXPIRED))
                .hasMessageContainingAll("400 ms", "its body and its reads took that long", "nothing was written");
        assertThat(runs).hasValue(1);
        assertThat(texts(store, b)).isEmpty();
    }

    @Test
    void allPagesOfAReadTogetherHaveTheTimeThatIsLeft() {
        FakeCluster other = new FakeCluster(1, 1, 1);
        try (RoutedEventStore small = other.store(ClientConfig.DEFAULT.withPageBytes(1))) { // an event a page
            for (int i = 0; i < 30; i++) {
                append(small, "s", "" + i).join();
            }
            other.change(() -> other.maxDelayMicros = 100_000); // a second and a half in all
            long start = System.nanoTime();
            assertThatThrownBy(() -> small.transact(tx -> tx.read("s"), SHORT))
                    .isInstanceOfAny(Aborted.class, Unavailable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(textsOf(small.transact(tx -> tx.read("s"), CallOptions.within(Duration.ofSeconds(60)))))
                    .hasSize(30);
        }
    }

    @Test
    void anUnknownOutcomeIsNotTriedAgain() {
        cluster.change(() -> cluster.swallowAnswers = true);
        AtomicReference<RequestId> id = new AtomicReference<>();
        assertThatThrownBy(() -> store.transact(
                        tx -> {
                            runs.incrementAndGet();
                            tx.append(a, event("x"));
                            tx.append(b, event("x"));
                            return null;
                        },
                        SHORT))
                .isInstanceOfSatisfying(OutcomeUnknown.class, unknown -> id.set(unknown.requestId()));
        cluster.change(() -> cluster.swallowAnswers = false);
        assertThat(runs).hasValue(1);
        assertThat(store.status(Objects.requireNonNull(id.get())).join()).isInstanceOf(RequestStatus.Committed.class);
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatThrownBy(() -> store.transact(tx -> 1, CallOptions.again(new RequestId(1, 1, 1, 0, 0))))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> store.transact(tx -> tx.read(a, -1))).isInstanceOf(InvalidRequest.class);
        AtomicReference<OpenTransaction> kept = new AtomicReference<>();
        store.transact(tx -> {
            kept.set(tx);
            return null;
        });
        assertThatThrownBy(() -> Objects.requireNonNull(kept.get()).append(a, event("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
        store.close();
        assertThatThrownBy(() -> store.transact(tx -> 1)).isInstanceOf(EventStoreException.Closed.class);
    }

    /** Money moves between accounts in all partitions; none is made or lost, and nobody ever sees another sum. */
    @Test
    void manyAtOnceAreAsIfOneAfterTheOther() throws Exception {
        cluster.change(() -> {
            cluster.maxDelayMicros = 300;
            cluster.transactions.contention = 0.1;
        });
        List<String> accounts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            accounts.add("account-" + i);
            append(store, accounts.get(i), "100").join();
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> clients = new ArrayList<>();
            for (int client = 0; client < 4; client++) {
                Random random = new Random(client);
                Callable<Void> work = client == 0 ? () -> audit(accounts) : () -> transfer(accounts, random);
                clients.add(threads.submit(work));
            }
            for (Future<Void> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        audit(accounts);
    }

    private static int balance(OpenTransaction tx, String account) {
        return tx.read(account).stream()
                .mapToInt(event -> Integer.parseInt(event.text()))
                .sum();
    }

    private Void audit(List<String> accounts) {
        for (int i = 0; i < 15; i++) {
            int sum = store.transact(
                    tx -> accounts.stream()
                            .mapToInt(account -> balance(tx, account))
                            .sum(),
                    CallOptions.within(Duration.ofSeconds(60)));
            assertThat(sum).isEqualTo(500);
        }
        return null;
    }

    private Void transfer(List<String> accounts, Random random) {
        for (int i = 0; i < 25; i++) {
            String from = accounts.get(random.nextInt(5));
            String to = accounts.get(random.nextInt(5));
            int amount = 1 + random.nextInt(60);
            store.transact(
                    tx -> {
                        if (balance(tx, from) >= amount && !from.equals(to)) {
                            tx.append(from, event("-" + amount));
                            tx.append(to, event("" + amount));
                            assertThat(balance(tx, from)).isNotNegative();
                        }
                        return null;
                    },
                    CallOptions.within(Duration.ofSeconds(60)));
        }
        return null;
    }
}
