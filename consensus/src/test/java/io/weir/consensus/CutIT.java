package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.consensus.backup.Backup;
import io.weir.consensus.backup.BackupWriter;
import io.weir.consensus.backup.ClusterSource;
import io.weir.protocol.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster is saved again and again while transactions over several partitions run, and one of its nodes is lost: in a cluster
 * restored from any of the backups each transaction is there as a whole or not at all. {@code -Dweir.cut.backups=50} takes as many.
 */
@Timeout(600)
class CutIT {
    private static final int PARTITIONS = 4;
    private static final int MOVERS = 8;
    private static final int BACKUPS = Integer.getInteger("weir.cut.backups", 4);

    @TempDir
    Path directory;

    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lastNumber = new AtomicInteger();
    private List<String> streams = List.of();

    /** A backup, and what was acknowledged before it was begun. */
    private record Saved(Backup backup, Set<Integer> before) {}

    @Test
    void everyTransactionIsThereAsAWholeOrNotAtAll() throws Exception {
        List<Saved> all = new ArrayList<>();
        AtomicBoolean ended = new AtomicBoolean();
        List<Thread> movers = new ArrayList<>();
        try (TestCluster cluster = TestCluster.start(directory.resolve("nodes"), PARTITIONS);
                EventStore store = cluster.connect()) {
            streams = streams(store);
            for (int mover = 0; mover < MOVERS; mover++) {
                Random random = new Random(mover);
                Thread thread = new Thread(() -> {
                    while (!ended.get()) {
                        move(store, random);
                    }
                });
                movers.add(thread);
                thread.start();
            }
            try {
                TestCluster.await("some transactions", () -> acknowledged.size() > 20);
                for (int i = 0; i < BACKUPS; i++) {
                    if (i == BACKUPS / 2) {
                        all.add(saveWhileALeaderGoes(cluster, store));
                    } else {
                        all.add(save(store, "backup-" + i));
                    }
                }
            } finally {
                ended.set(true);
                for (Thread mover : movers) {
                    mover.join();
                }
            }
        }
        List<CompletableFuture<Integer>> checks = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String name = "restored-" + i;
            Saved saved = all.get(i);
            checks.add(CompletableFuture.supplyAsync(() -> check(saved, name), task -> new Thread(task).start()));
        }
        int staged = checks.stream().mapToInt(CompletableFuture::join).sum();
        System.out.printf(
                Locale.ROOT,
                "CutIT: %d transactions, %d backups, %d open in them%n",
                acknowledged.size(),
                all.size(),
                staged);
    }

    private static List<String> streams(EventStore store) {
        List<String> found = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int wanted = partition;
            IntStream.range(0, 10_000)
                    .mapToObj(i -> "account-" + i)
                    .filter(name -> store.partitionOf(name) == wanted)
                    .limit(6)
                    .forEach(found::add);
        }
        return found;
    }

    /** Appends one number to streams of two or three partitions. */
    private void move(EventStore store, Random random) {
        int number = lastNumber.incrementAndGet();
        Set<Integer> partitions = new HashSet<>();
        int count = 2 + random.nextInt(2);
        while (partitions.size() < count) {
            partitions.add(random.nextInt(PARTITIONS));
        }
        Transaction.Builder transaction = Transaction.builder();
        partitions.forEach(partition -> transaction.append(
                streams.get(6 * partition + random.nextInt(6)),
                Expected.any(),
                NewEvent.json("t", number + " of " + count)));
        try {
            if (store.commit(transaction.build()).join() instanceof TransactionResult.Committed) {
                acknowledged.add(number);
            }
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(EventStoreException.class); // a node went
        }
    }

    private Saved save(EventStore store, String name) {
        Set<Integer> before = Set.copyOf(acknowledged);
        try (ClusterSource source = new ClusterSource(store.cluster().join())) {
            return new Saved(BackupWriter.create(directory.resolve(name), source, (p, r, b) -> {}), before);
        }
    }

    private Saved saveWhileALeaderGoes(TestCluster cluster, EventStore store) throws Exception {
        String leader = cluster.awaitLeader(0);
        Thread killer = new Thread(() -> {
            cluster.stop(leader);
            cluster.start(leader);
        });
        killer.start();
        Saved saved = save(store, "while-a-leader-goes");
        killer.join();
        cluster.awaitReady();
        return saved;
    }

    /** Restores an only node, lets it finish what was under way, and counts; returns what was under way. */
    private int check(Saved saved, String name) {
        MemberConfig self = TestCluster.ofThree(directory, PARTITIONS).members().get(0);
        NodeConfig config = new NodeConfig(name, "n1", List.of(self), PARTITIONS, directory.resolve(name));
        RestoredNode.write(saved.backup(), config, (p, r, b) -> {});
        try (WeirNode node = WeirNode.start(config)) {
            node.awaitReady(TestCluster.READY);
            int staged = (int) open(node);
            TestCluster.await("nothing in doubt", () -> open(node) == 0);
            Map<Integer, Integer> found = new TreeMap<>();
            Map<Integer, Integer> expected = new TreeMap<>();
            for (String stream : streams) {
                for (RecordedEvent event :
                        node.store().read(ReadRequest.stream(stream).within(Duration.ofSeconds(20)))) {
                    String[] text = event.text().split(" of ", -1);
                    found.merge(Integer.valueOf(text[0]), 1, Integer::sum);
                    expected.put(Integer.valueOf(text[0]), Integer.valueOf(text[1]));
                }
            }
            assertThat(found).as("parts of transactions in " + name).isEqualTo(expected);
            assertThat(found.keySet()).as("what was acknowledged before").containsAll(saved.before());
            return staged;
        }
    }

    private static long open(WeirNode node) {
        NodeStatus status = node.channel().status(5_000).join();
        return status.getPartitionsList().stream()
                .mapToLong(partition -> partition.getTransactions().getOpen())
                .sum();
    }
}
