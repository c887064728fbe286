package io.weir.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStore;
import io.weir.client.Weir;
import io.weir.consensus.MemberConfig;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.WeirNode;
import io.weir.consensus.local.Ports;
import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.rig.WireNode;
import io.weir.jepsen.run.WireReplicas;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every activity, on one node that nobody hurts: its history is valid and whole, and all that it can do occurs. */
class WorkloadsIT {
    private static final int PARTITIONS = 3;
    private static final int CLIENTS = 8;
    private static final long SEED = 7;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private WeirNode node;
    private WireNode line;
    private final List<EventStore> stores = new ArrayList<>();

    @BeforeEach
    void start() {
        List<Integer> ports = Ports.free(2);
        MemberConfig self = new MemberConfig("n1", "127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1));
        node = WeirNode.start(new NodeConfig("workloads", "n1", List.of(self), PARTITIONS, directory));
        node.awaitReady(TIMEOUT);
        line = new WireNode("127.0.0.1:" + ports.get(1));
        for (int i = 0; i < 2; i++) {
            stores.add(Weir.connect("weir://127.0.0.1:" + ports.get(1)));
        }
    }

    @AfterEach
    void stop() {
        stores.forEach(EventStore::close);
        line.close();
        node.close();
    }

    /** What clients noted, if it is valid. */
    private History run(String name, int operations) throws Exception {
        Mix mix = Mix.DEFAULT.withClients(CLIENTS).withAppends(16);
        Activity activity = Workloads.named(name).orElseThrow().create(SEED, mix);
        HistoryRecorder recorder = HistoryRecorder.ofRealTime();
        WireReplicas replicas = new WireReplicas(List.of("n1"), ignored -> line);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Performer performer = new Performer(
                        client,
                        stores.get(client % stores.size()),
                        replicas,
                        recorder.newClient(),
                        new Random(SEED + client),
                        TIMEOUT);
                clients.add(threads.submit(() -> {
                    for (int i = 0; i < operations; i++) {
                        activity.perform(performer);
                    }
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
        }
        activity.readAll(
                new Performer(CLIENTS, stores.get(0), replicas, recorder.newClient(), new Random(SEED), TIMEOUT));
        Header header = activity.describe(new Header(activity.workload(), SEED, "").withNodes(List.of("n1")));
        Judgement judgement = Judgement.of(new HistoryFile(header, recorder.history()), null, 0);
        assertThat(judgement.verdict().isValid())
                .as(judgement.verdict().report())
                .isTrue();
        assertThat(judgement.verdict().doubts()).isEmpty();
        assertThat(recorder.history().lines()).noneMatch(noted -> noted.type() == LineType.INFO);
        return recorder.history();
    }

    private static <T extends Operation> List<T> done(History history, LineType type, Class<T> kind) {
        return history.lines().stream()
                .filter(noted -> noted.type() == type && kind.isInstance(noted.operation()))
                .map(noted -> kind.cast(noted.operation()))
                .toList();
    }

    private static Set<String> names(History history) {
        return history.lines().stream()
                .filter(noted -> noted.type() == LineType.OK)
                .map(noted -> noted.operation().name())
                .collect(Collectors.toSet());
    }

    private long across(Transaction transaction) {
        return transaction.steps().stream()
                .mapToInt(step -> stores.get(0).partitionOf("list-" + step.stream()))
                .distinct()
                .count();
    }

    @Test
    void transactionsGoOverSeveralPartitions() throws Exception {
        List<Transaction> done = done(run("list-append", 80), LineType.OK, Transaction.class);
        List<Transaction> before =
                done.stream().filter(transaction -> !transaction.isFinal()).toList();
        assertThat(before).hasSizeGreaterThan(CLIENTS * 80 * 9 / 10);
        assertThat(before.stream().filter(transaction -> across(transaction) > 1))
                .as("of %d", before.size())
                .hasSizeGreaterThan(before.size() / 2);
        assertThat(before).anyMatch(transaction -> transaction.steps().size() == 8);
        assertThat(done).anyMatch(Transaction::isFinal);
    }

    @Test
    void conditionsHoldAndFail() throws Exception {
        History history = run("conditional", 150);
        for (LineType type : List.of(LineType.OK, LineType.FAIL)) {
            Set<Condition.Kind> kinds = done(history, type, ConditionalAppend.class).stream()
                    .map(append -> append.condition().kind())
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Condition.Kind.class)));
            Set<Condition.Kind> expected = EnumSet.allOf(Condition.Kind.class);
            if (type == LineType.FAIL) {
                expected.remove(Condition.Kind.ANY);
                kinds.add(Condition.Kind.EXISTS); // fails only as the first one of a stream
            }
            assertThat(kinds).as("%s", type).isEqualTo(expected);
        }
        assertThat(done(history, LineType.FAIL, ConditionalAppend.class))
                .allMatch(append -> append.actual() != Operation.UNKNOWN);
        assertThat(names(history)).containsExactlyInAnyOrder("append-if", "end", "read");
    }

    @Test
    void moneyMoves() throws Exception {
        assertThat(names(run("bank", 25))).containsExactlyInAnyOrder("transfer", "read");
    }

    private static List<Line> invoked(History history, Predicate<Line> which) {
        return history.lines().stream()
                .filter(noted -> noted.type() == LineType.INVOKE)
                .filter(which)
                .toList();
    }

    private static long copies(History history) {
        List<Line> added = invoked(history, noted -> noted.operation().name().equals("add"));
        return added.size() - added.stream().map(Line::operation).distinct().count();
    }

    @Test
    void valuesAreAddedOnce() throws Exception {
        History history = run("unique", 150);
        assertThat(names(history)).containsExactlyInAnyOrder("add", "read");
        assertThat(copies(history)).isZero();
    }

    /** Also while they are under way. */
    @Test
    void requestsAreSentAgain() throws Exception {
        History history = run("retry", 150);
        assertThat(copies(history)).isGreaterThan(CLIENTS * 150 / 5);
        Set<Operation> open = new HashSet<>();
        boolean isOverlapping = false;
        for (Line noted : history.lines()) {
            if (noted.type() == LineType.INVOKE) {
                isOverlapping |= noted.operation().name().equals("add") && !open.add(noted.operation());
            } else {
                open.remove(noted.operation().asked());
            }
        }
        assertThat(isOverlapping).isTrue();
    }

    @Test
    void nodesAreReadAtAllLevels() throws Exception {
        History history = run("levels", 150);
        Set<StreamRead.Level> levels = invoked(history, noted -> noted.node() != null).stream()
                .map(Line::operation)
                .filter(StreamRead.class::isInstance)
                .filter(Predicate.not(Operation::isFinal))
                .map(read -> ((StreamRead) read).level())
                .collect(Collectors.toSet());
        assertThat(levels).containsExactlyInAnyOrderElementsOf(Arrays.asList(StreamRead.Level.values()));
    }

    @Test
    void subscribersFollow() throws Exception {
        List<Poll> polls = done(run("log", 150), LineType.OK, Poll.class);
        Function<Boolean, Stream<Poll>> of =
                isPartition -> polls.stream().filter(poll -> poll.source().isPartition() == isPartition);
        for (boolean isPartition : List.of(true, false)) {
            assertThat(of.apply(isPartition)).anyMatch(Poll::isFinal);
            assertThat(of.apply(isPartition))
                    .anyMatch(poll -> !poll.isFinal() && poll.delivered().size() > 1);
        }
        assertThat(of.apply(true).map(poll -> poll.source().number()).collect(Collectors.toSet()))
                .hasSize(PARTITIONS);
    }

    @Test
    void namesAreDifferent() {
        assertThat(Workloads.ALL.stream().map(NamedActivity::name)).doesNotHaveDuplicates();
        assertThat(Workloads.named("nothing")).isEmpty();
    }
}
