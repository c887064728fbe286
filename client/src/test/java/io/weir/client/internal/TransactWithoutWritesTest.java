package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.AbortReason;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.Aborted;
import io.weir.client.EventStoreException.ConditionFailed;
import io.weir.client.EventStoreException.InvalidRequest;
import io.weir.client.EventStoreException.TooLarge;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.client.Expected;
import io.weir.client.OpenTransaction;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import io.weir.client.Violation;
import io.weir.protocol.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions that only read: they are confirmed by further reads, and leave nothing in any log. */
class TransactWithoutWritesTest {
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(400));

    private final FakeCluster cluster = new FakeCluster(3, 3, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);
    private final String a = FakeCluster.streamIn(store, 0, "a");
    private final String b = FakeCluster.streamIn(store, 1, "b");
    private final String besideA = FakeCluster.streamIn(store, 0, "beside");
    private final AtomicInteger runs = new AtomicInteger();

    @BeforeEach
    void begin() {
        append(store, a, "0").join();
        append(store, a, "1").join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private int commands() {
        return cluster.look(cluster.received::size);
    }

    private long heads() {
        return cluster.look(cluster::heads);
    }

    private void write(String... streams) {
        Transaction.Builder all = Transaction.builder();
        List.of(streams).forEach(stream -> all.append(stream, Expected.any(), event("x")));
        store.commit(all.build()).join().orThrow();
    }

    /** Every way to read a stream, and what it tells; a negative is no stream. */
    private static Map<String, BiFunction<OpenTransaction, String, Object>> ways() {
        Map<String, BiFunction<OpenTransaction, String, Object>> ways = new LinkedHashMap<>();
        ways.put("whole", (tx, stream) -> tx.read(stream).size());
        ways.put("from 1", (tx, stream) -> tx.read(stream, 1).size());
        ways.put("from behind its end", (tx, stream) -> tx.read(stream, 1_000).size());
        ways.put("only its state", OpenTransaction::state);
        ways.put(
                "twice",
                (tx, stream) -> tx.state(stream).toString()
                        + tx.read(stream, 1).size()
                        + tx.read(stream).size());
        return ways;
    }

    @Test
    void asksForEachHeadOnceMoreAndSendsNoCommand() {
        int before = commands();
        int sum = store.transact(
                tx -> tx.read(a).size() + tx.read(b).size() + tx.read(besideA).size());
        assertThat(sum).isEqualTo(2);
        assertThat(heads()).isEqualTo(3);
        assertThat(commands()).isEqualTo(before);
        assertThat(cluster.look(() -> cluster.queries.stream()
                        .allMatch(query -> query.getLevel().getKind().name().equals("LINEARIZABLE"))))
                .isTrue();
    }

    @Test
    void oneReadNeedsNoSecond() {
        store.transact(tx -> tx.read(a, 1));
        store.transact(tx -> tx.state(a));
        store.transact(tx -> "nothing");
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.read(a);
                    throw new IllegalStateException("of one read");
                }))
                .hasMessage("of one read");
        assertThat(heads()).isZero();
    }

    @Test
    void whateverChangesAfterItWasReadMakesItRunAgain() {
        ways().forEach((way, read) -> {
            for (String changed : List.of(a, b, besideA, "absent-" + way)) {
                runs.set(0);
                String other = changed.equals(b) ? a : b;
                int before = commands();
                store.transact(tx -> {
                    read.apply(tx, changed);
                    if (runs.incrementAndGet() == 1) {
                        write(changed);
                    }
                    return tx.read(other).size();
                });
                assertThat(runs).as(way + " of " + changed).hasValue(2);
                assertThat(commands()).isEqualTo(before + 1); // that is the change
            }
        });
    }

    @Test
    void whatChangesBeforeItIsReadDoesNotMakeItRunAgain() {
        Object seen = store.transact(tx -> {
            int first = tx.read(a).size();
            runs.incrementAndGet();
            write(b);
            return first + tx.read(b).size();
        });
        assertThat(seen).isEqualTo(3);
        assertThat(runs).hasValue(1);
    }

    /** Asked one after the other, the first answer would never come. */
    @Test
    void asksForAllHeadsAtOnce() {
        cluster.change(() -> cluster.headsTogether = 3);
        store.transact(
                tx -> tx.read(a).size() + tx.read(b).size() + tx.read(besideA).size());
        assertThat(heads()).isEqualTo(3);
    }

    @Test
    void asksForManyHeads() {
        int many = 2 * Heads.MOST_AT_ONCE + 1;
        cluster.change(() -> cluster.headsTogether = Heads.MOST_AT_ONCE);
        store.transact(tx -> {
            IntStream.range(0, many).forEach(i -> tx.state("many-" + i));
            if (runs.incrementAndGet() == 1) {
                write("many-" + (many - 1));
            }
            return null;
        });
        assertThat(runs).hasValue(2);
        assertThat(heads()).isEqualTo(2L * many);
        assertThatThrownBy(() -> store.transact(tx -> {
                    IntStream.rangeClosed(0, Limits.MAX_STREAMS_PER_TRANSACTION)
                            .forEach(i -> tx.require("many-" + i, Expected.any()));
                    return null;
                }))
                .isInstanceOf(TooLarge.class);
    }

    // ---- locks

    /**
     * The read trap. A transaction is committed between two reads, and visible where the second one looks, but not yet where the
     * first one did: there the head has to be that with it.
     */
    private String readAroundACommit() {
        List<Runnable> held = new ArrayList<>();
        cluster.change(() -> cluster.transactions.resolver = held::add);
        return store.transact(tx -> {
            int second = tx.read(b).size();
            if (runs.incrementAndGet() == 1) {
                write(a, b);
                var unused = CompletableFuture.runAsync(() -> {
                    await("the head of the locked stream is asked for", () -> heads() == 2);
                    cluster.change(() -> held.forEach(Runnable::run));
                });
            }
            return tx.read(a).size() - 2 + " and " + second;
        });
    }

    @Test
    void aHeadThatIsCommittedAndNotYetVisibleIsAwaited() {
        assertThat(readAroundACommit()).isEqualTo("1 and 1");
        assertThat(runs).hasValue(2);
    }

    /** So the test above can fail. */
    @Test
    void aHeadWithoutWhatIsCommittedWouldLetHalfBeSeen() {
        cluster.change(() -> cluster.headsMindNoLocks = true);
        assertThat(readAroundACommit()).isEqualTo("1 and 0");
    }

    // ---- conditions

    @Test
    void conditionsAreReadsToo() {
        int before = commands();
        store.transact(tx -> {
            tx.require(a, Expected.revision(1));
            return null;
        });
        assertThat(heads()).as("one stream").isEqualTo(1);
        store.transact(tx -> {
            tx.require(a, Expected.exists());
            tx.require(a, Expected.atMost(1));
            tx.require(b, Expected.atMost(0));
            tx.require(b, Expected.noStream());
            tx.require(besideA, Expected.any());
            return tx.state(a);
        });
        assertThat(heads()).as("two that were not read, then three").isEqualTo(1 + 2 + 3);
        assertThat(commands()).isEqualTo(before);
    }

    @Test
    void everyConditionThatFailsIsNamed() {
        assertThatThrownBy(() -> store.transact(tx -> {
                    runs.incrementAndGet();
                    tx.require(a, Expected.revision(0));
                    tx.require(a, Expected.atMost(0));
                    tx.require(a, Expected.noStream());
                    tx.require(a, Expected.revision(1));
                    tx.require(b, Expected.exists());
                    tx.require(b, Expected.revision(0));
                    return tx.read(a).size();
                }))
                .isInstanceOfSatisfying(
                        ConditionFailed.class,
                        failure -> assertThat(failure.violations())
                                .containsExactly(
                                        new Violation(a, Expected.revision(0), new StreamState.At(1)),
                                        new Violation(a, Expected.atMost(0), new StreamState.At(1)),
                                        new Violation(a, Expected.noStream(), new StreamState.At(1)),
                                        new Violation(b, Expected.exists(), StreamState.Absent.INSTANCE),
                                        new Violation(b, Expected.revision(0), StreamState.Absent.INSTANCE)));
        assertThat(runs).hasValue(1);
        assertThat(heads()).as("confirmed once").isEqualTo(1 + 2);
    }

    /** In no moment did the one exist without the other. */
    @Test
    void aConditionIsDecidedWhereTheReadsHold() {
        store.transact(tx -> {
            boolean isThere = !tx.read(b).isEmpty();
            if (runs.incrementAndGet() == 1) {
                write(b, besideA);
            }
            tx.require(besideA, isThere ? Expected.exists() : Expected.noStream());
            return null;
        });
        assertThat(runs).hasValue(2);
    }

    @Test
    @SuppressWarnings("NullAway") // that is what is tested
    void whatCannotBeACondition() {
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.require(a, null);
                    return null;
                }))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("is null");
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.require("", Expected.any());
                    return null;
                }))
                .isInstanceOf(InvalidRequest.class);
        assertThat(heads()).isZero();
    }

    // ---- failures

    @Test
    void whatCannotBeConfirmedIsNotReturned() {
        cluster.change(() -> cluster.headsTogether = Integer.MAX_VALUE); // so none is told
        assertThatThrownBy(() ->
                        store.transact(tx -> tx.read(a).size() + tx.read(b).size(), SHORT))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("the head of stream");
        assertThatThrownBy(() -> store.transact(
                        tx -> {
                            tx.read(a);
                            tx.require(b, Expected.exists());
                            return null;
                        },
                        SHORT))
                .as("whether the condition holds is not known")
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> store.transact(
                        tx -> {
                            if (runs.incrementAndGet() == 2) {
                                cluster.change(() -> cluster.headsTogether = Integer.MAX_VALUE);
                            } else {
                                cluster.change(() -> cluster.headsTogether = 0);
                            }
                            tx.read(a);
                            write(a);
                            return tx.read(b).size();
                        },
                        SHORT))
                .isInstanceOfSatisfying(
                        Aborted.class, aborted -> assertThat(aborted.reason()).isEqualTo(AbortReason.CONTENTION));
    }

    /** Here neither waits for the deadline: a node says that it never will. */
    @Test
    void aFailureOfTheStoreComesInsteadOfWhatTheBodyThrows() {
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.read(a);
                    tx.read(b);
                    store.close();
                    throw new IllegalStateException("of the body");
                }))
                .isInstanceOf(io.weir.client.EventStoreException.Closed.class)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class));
    }

    @Test
    void nodesThatHangOrAreNotLeadingAreLeftForOthers() {
        store.transact(tx -> {
            int sum = tx.read(a).size() + tx.read(b).size();
            cluster.change(() -> {
                cluster.leaders[0] = 2;
                cluster.leaders[1] = 2;
                cluster.down.addAll(new HashSet<>(List.of(0, 1)));
            });
            return sum;
        });
        assertThat(heads()).isEqualTo(2);
    }
}
