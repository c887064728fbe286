package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AppendResult;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.consensus.local.Ports;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replica is killed over and over, under load, at points chosen for their cruelty and at any moment; two others go on
 * undisturbed. Each time it comes back from its last checkpoint, replays its own purged log, catches up, and must then have
 * come to the same outcomes as the others; at the end its store must hold the same rows. It is preferred as leader of neither
 * partition: what its death means to clients is not looked at here.
 *
 * <p>{@code -Dweir.replay.rounds=100} kills it so often ({@value #DEFAULT_ROUNDS} by default), {@code -Dweir.replay.seed}
 * chooses other moments. With {@code -Dweir.replay.mutant=purge-beyond-checkpoint} the replica purges what it will miss, and
 * the test must fail.
 */
class ReplayIT {
    private static final int DEFAULT_ROUNDS = 4;
    private static final int ROUNDS = Integer.getInteger("weir.replay.rounds", DEFAULT_ROUNDS);
    private static final long SEED = Long.getLong("weir.replay.seed", System.nanoTime());
    private static final String MUTANT = System.getProperty("weir.replay.mutant", "");
    private static final int PARTITIONS = 2;
    private static final String VICTIM = "n3";

    /** Points with the highest number of passes after which the process halts there; the first is killed at any moment. */
    private static final List<Map.Entry<String, Integer>> POINTS = List.of(
            Map.entry("", 1),
            Map.entry("apply.before-commit", 100),
            Map.entry("checkpoint.synced", 5),
            Map.entry("snapshot.taken", 5),
            Map.entry("apply.after-commit", 100),
            Map.entry("purge.requested", 5),
            Map.entry("", 1),
            Map.entry("checkpoint.captured", 5),
            Map.entry("checkpoint.tmp-written", 5),
            Map.entry("open.pinned", 2),
            Map.entry("checkpoint.renamed", 5),
            Map.entry("checkpoint.done", 5),
            Map.entry("open.metas-restored", 2));

    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    private static final long MAX_LIFE_MS = 2_000;

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final List<MemberConfig> members = new ArrayList<>();
    private final Map<String, Integer> deaths = new TreeMap<>();
    private int compared;

    @Test
    void aReplicaThatIsKilledAgainAndAgainComesToTheSameOutcomesAsTheOthers() throws Exception {
        List<Integer> ports = Ports.free(6);
        for (int i = 0; i < 3; i++) {
            members.add(new MemberConfig(
                    "n" + (i + 1), "127.0.0.1:" + ports.get(2 * i), "127.0.0.1:" + ports.get(2 * i + 1)));
        }
        try (WeirNode first = WeirNode.start(config("n1", 8 << 20, 256 << 10));
                WeirNode second = WeirNode.start(config("n2", 8 << 20, 256 << 10));
                EventStore store = connect();
                Load load = new Load(store)) {
            List<Map.Entry<String, Integer>> points = new ArrayList<>(POINTS);
            Collections.shuffle(points, random);
            for (int round = 0; round < ROUNDS; round++) {
                Map.Entry<String, Integer> point = points.get(round % points.size());
                String fault =
                        point.getKey().isEmpty() ? "" : point.getKey() + ":" + (1 + random.nextInt(point.getValue()));
                liveAndDie(fault, store, load, List.of(first, second));
            }
            liveOn(store, load, List.of(first, second));
            assertThat(load.acknowledged.get()).isGreaterThan(ROUNDS);
        } finally {
            System.out.println("ReplayIT: seed " + SEED + ", " + ROUNDS + " rounds, " + compared
                    + " comparisons of digests, deaths " + deaths);
        }
        assertThat(firstIndex(directory.resolve(VICTIM)))
                .as("first entry of the log that was purged")
                .isPositive();
        assertThat(rows(VICTIM)).isEqualTo(rows("n1")).isEqualTo(rows("n2"));
    }

    /** One life: it must catch up with what it missed, and then dies under load. */
    private void liveAndDie(String fault, EventStore store, Load load, List<WeirNode> others) throws Exception {
        Process victim = start(fault);
        try {
            if (!hasCaughtUp(victim, store, others)) {
                assertThat(victim.exitValue()).isEqualTo(FaultPoint.EXIT_CODE);
                died(fault);
                return; // while it opened or replayed: the next one has to make good for both
            }
            load.resume();
            long lifeMs = fault.isEmpty() ? random.nextInt(1_000) : MAX_LIFE_MS;
            boolean isOver = victim.waitFor(lifeMs, TimeUnit.MILLISECONDS);
            assertThat(isOver && victim.exitValue() != FaultPoint.EXIT_CODE)
                    .as("the replica ended by itself")
                    .isFalse();
            died(isOver ? fault : "");
        } finally {
            victim.destroyForcibly().waitFor();
            load.pause();
        }
        assertItsLogGoesOnFromItsCheckpoint();
    }

    /** Of what lies on the disk of the replica that is dead: entries that are in neither file are lost to it. */
    private void assertItsLogGoesOnFromItsCheckpoint() throws IOException {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Path store = directory.resolve(VICTIM).resolve("store-" + partition);
            long durable = -1;
            for (Path checkpoint : files(store, "checkpoint")) { // a first start that was killed leaves an empty one
                CheckpointLayout.Saved saved = CheckpointLayout.decode(Files.readAllBytes(checkpoint));
                durable = Math.max(durable, saved.state().appliedIndex());
            }
            if (durable < 0) {
                continue; // Raft may not even have begun
            }
            UUID group = UUID.nameUUIDFromBytes(("weir/replay/" + partition).getBytes(StandardCharsets.UTF_8));
            assertThat(firstIndex(directory.resolve(VICTIM).resolve("raft").resolve(group.toString())))
                    .as(
                            "seed %d: where the log of partition %d begins, and what follows its checkpoint",
                            SEED, partition)
                    .isLessThanOrEqualTo(durable + 1);
        }
    }

    private static List<Path> files(Path root, String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(prefix)
                            && !file.toString().endsWith(".tmp"))
                    .toList();
        }
    }

    /** The last life, which ends in order. */
    private void liveOn(EventStore store, Load load, List<WeirNode> others) throws Exception {
        Process victim = start("");
        try {
            assertThat(hasCaughtUp(victim, store, others)).isTrue();
            load.resume();
            assertThat(victim.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
            load.pause();
            assertThat(hasCaughtUp(victim, store, others)).isTrue();
            victim.getOutputStream().close();
            assertThat(victim.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            victim.destroyForcibly().waitFor();
        }
    }

    private Process start(String fault) throws IOException {
        return ReplicaProcess.start(config(VICTIM, 0, 4 << 10), directory.resolve("output.log"), fault, MUTANT);
    }

    private void died(String fault) {
        deaths.merge(fault.isEmpty() ? "killed" : fault.replaceFirst(":.*", ""), 1, Integer::sum);
    }

    /** Waits until all replicas have applied as much, and compares what they made of it; false if the replica dies first. */
    private boolean hasCaughtUp(Process victim, EventStore store, List<WeirNode> others) throws Exception {
        long deadline = System.nanoTime() + CATCH_UP.toNanos();
        while (victim.isAlive()) {
            NodeStatus status = status(store);
            if (status != null && isEqual(status, others)) {
                compared++;
                return true;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "seed " + SEED + ": the replica has not caught up in " + CATCH_UP + ": " + status
                                + "\nothers: " + others.get(0).status() + "\nits output: "
                                + Files.readString(directory.resolve("output.log")));
            }
            Thread.sleep(20);
        }
        return false;
    }

    private static boolean isEqual(NodeStatus victim, List<WeirNode> others) {
        assertThat(victim.getQuarantinedList())
                .as("seed %d: nothing is damaged; what is repaired is not replayed", SEED)
                .isEmpty();
        for (WeirNode other : others) {
            NodeStatus status = other.status();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                PartitionStatus expected = status.getPartitions(partition);
                PartitionStatus actual = victim.getPartitions(partition);
                if (!actual.getReady() || actual.getAppliedIndex() != expected.getAppliedIndex()) {
                    return false;
                }
                assertThat(actual.getDigest())
                        .as("seed %d, partition %d at %d", SEED, partition, actual.getAppliedIndex())
                        .isEqualTo(expected.getDigest());
                assertThat(actual.getNextPosition()).isEqualTo(expected.getNextPosition());
                assertThat(actual.getCheckpointIndex()).isLessThanOrEqualTo(actual.getAppliedIndex());
            }
        }
        return true;
    }

    private static @Nullable NodeStatus status(EventStore store) throws InterruptedException {
        try {
            return store.status().get(2).get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null; // not up yet
        }
    }

    /** The victim keeps nothing behind its checkpoints, in segments of an entry or two: one too many would be missed. */
    private NodeConfig config(String nodeId, long keptLogBytes, long segmentBytes) {
        StorageLimits limits = new StorageLimits(64 << 10, 50, Duration.ofMillis(100), keptLogBytes, segmentBytes);
        return new NodeConfig("replay", nodeId, members, PARTITIONS, directory.resolve(nodeId), limits);
    }

    private EventStore connect() {
        return io.weir.client.Weir.connect("weir://"
                + String.join(
                        ",", members.stream().map(MemberConfig::clientAddress).toList()));
    }

    /** Where the logs in a directory begin, the first of them. */
    private static long firstIndex(Path root) throws IOException {
        return files(root, "log_").stream()
                .map(file -> String.valueOf(file.getFileName()))
                .mapToLong(name -> Long.parseLong(name.replaceFirst("log_(inprogress_)?([0-9]+).*", "$2")))
                .min()
                .orElseThrow();
    }

    /** A checksum over all rows of all partitions of a node that is closed, and how many there are. */
    private List<Long> rows(String nodeId) {
        List<Long> sums = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            CRC32C sum = new CRC32C();
            AtomicLong count = new AtomicLong();
            Path path = directory.resolve(nodeId).resolve("store-" + partition);
            try (LogStore store = WeirNode.defaultStore(path, new StoreIdentity("replay", partition));
                    ReadView view = store.openRead()) {
                view.visitRows((table, key, value) -> {
                    sum.update(table.number());
                    for (org.agrona.DirectBuffer bytes : List.of(key, value)) {
                        byte[] copy = new byte[bytes.capacity()];
                        bytes.getBytes(0, copy);
                        sum.update(copy);
                    }
                    count.incrementAndGet();
                    return true;
                });
            }
            assertThat(count.get()).isPositive();
            sums.add(sum.getValue());
            sums.add(count.get());
        }
        return sums;
    }

    /** Appends from several threads, while it is not paused. Nothing is under way while it is. */
    private static final class Load implements AutoCloseable {
        private static final int WRITERS = 6;

        final AtomicLong acknowledged = new AtomicLong();
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        private final EventStore store;
        private final List<Thread> writers = new ArrayList<>();
        private boolean isPaused = true;
        private boolean isClosed;
        private int busy;

        Load(EventStore store) {
            this.store = store;
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(new Thread(() -> write(writer), "load-" + i));
            }
            writers.forEach(Thread::start);
        }

        private void write(int writer) {
            Random random = new Random(writer);
            for (int i = 0; enter(); i++) {
                try {
                    String payload = "x".repeat(random.nextInt(4_000)) + i;
                    NewEvent event = NewEvent.of("test", "text/plain", payload.getBytes(StandardCharsets.UTF_8));
                    // Some collide: outcomes that are refusals must be the same, too.
                    Expected expected = random.nextInt(10) == 0 ? Expected.noStream() : Expected.any();
                    AppendResult result = store.append("stream-" + random.nextInt(20), expected, List.of(event))
                            .join();
                    acknowledged.addAndGet(result instanceof AppendResult.Appended ? 1 : 0);
                } catch (RuntimeException e) {
                    failure.compareAndSet(null, e);
                    return;
                } finally {
                    exit();
                }
            }
        }

        private synchronized boolean enter() {
            while (isPaused && !isClosed) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    return false;
                }
            }
            busy += isClosed ? 0 : 1;
            return !isClosed;
        }

        private synchronized void exit() {
            busy--;
            notifyAll();
        }

        synchronized void resume() {
            isPaused = false;
            notifyAll();
        }

        synchronized void pause() throws InterruptedException {
            isPaused = true;
            while (busy > 0) {
                wait();
            }
            RuntimeException failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        }

        /** Each writer ends after its present append. */
        @Override
        public synchronized void close() {
            isClosed = true;
            notifyAll();
        }
    }
}
