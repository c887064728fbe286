package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.statemachine.SessionIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** A client as the library is one: a session, pipelines, and several calls at once, each of which a hand makes. */
@SuppressWarnings("FutureReturnValueIgnored") // each continuation handles failures itself
final class SimulatedClient {
    static final int SESSION_LIFE_MINUTES = 1;

    private static final int LOW_STEP = 100;
    private static final int READ_AGAIN_MS = 400;

    private final World world;
    private final int id;
    private final List<Hand> hands = new ArrayList<>();
    private ClientSession session;
    private int sessions;

    SimulatedClient(World world, int id) {
        this.world = world;
        this.id = id;
        this.session = open();
        for (int hand = 0; hand < world.weather().hands(); hand++) {
            hands.add(new Hand());
        }
    }

    /** Does one thing after another. */
    private final class Hand {
        private final HistoryRecorder.Client notebook = world.history().newClient();
        private int left = world.weather().operationsPerHand();

        void next() {
            if (left-- <= 0) {
                return;
            }
            Random random = world.random();
            long thinkNanos = (long) (random.nextDouble() * world.weather().maxThinkMs() * Timeline.NANOS_PER_MS);
            world.time().afterNanos(thinkNanos, () -> {
                world.workload()
                        .operation(world, SimulatedClient.this, notebook, this::next)
                        .begin();
            });
        }
    }

    void start() {
        hands.forEach(Hand::next);
    }

    /** Whether nothing of it is under way, and nothing will be. */
    boolean isDone() {
        return hands.stream().allMatch(hand -> hand.left < 0);
    }

    ClientSession session() {
        return session;
    }

    /** Goes on under a new session, if that is still the one that a partition has forgotten. */
    void renew(ClientSession expired) {
        if (session == expired) {
            session = open();
        }
    }

    /** As a node does it: no earlier than any log time that it knows. */
    private ClientSession open() {
        long stampMs = World.EPOCH_MS + world.time().nowMs();
        for (SimulatedPartition partition : world.partitions()) {
            stampMs = Math.max(stampMs, partition.logTimeMs());
        }
        return new ClientSession(
                world, SessionIds.issue(stampMs, SESSION_LIFE_MINUTES, (long) id * LOW_STEP + sessions++), stampMs);
    }

    /** Reads streams of one partition, all at one moment. One of both is called, once. */
    void read(int partition, int[] streams, long timeoutMs, Consumer<int[][]> answered, Runnable failed) {
        new Reading(partition, streams, answered, failed).begin(timeoutMs);
    }

    private final class Reading {
        private final SimulatedPartition partition;
        private final int[] streams;
        private final Consumer<int[][]> answered;
        private final Runnable failed;
        private final int[] least = world.ledger().acknowledged();
        private long untilNanos;
        private boolean isDone;

        Reading(int partition, int[] streams, Consumer<int[][]> answered, Runnable failed) {
            this.partition = world.partitions().get(partition);
            this.streams = streams;
            this.answered = answered;
            this.failed = failed;
        }

        void begin(long timeoutMs) {
            untilNanos = world.time().nowNanos() + timeoutMs * Timeline.NANOS_PER_MS;
            world.time().afterMs(timeoutMs, () -> {
                if (!isDone) {
                    isDone = true;
                    failed.run();
                }
            });
            send();
        }

        private void send() {
            long leftMs = (untilNanos - world.time().nowNanos()) / Timeline.NANOS_PER_MS;
            if (isDone || leftMs <= 0) {
                return;
            }
            SimulatedNode node = partition.leader();
            world.network().send(() -> "c" + id + " reads at n" + node.id(), () -> {
                if (node.isUp()) {
                    node.reads().read(partition, streams, leftMs).whenComplete(node.answer(null, this::heard));
                }
            });
            world.time().afterMs(READ_AGAIN_MS, this::send);
        }

        private void heard(int[][] values, Throwable failure) {
            if (isDone) {
                return;
            }
            if (values == null) {
                requireNodeFailure(world, failure);
                world.time().afterMs(1 + world.random().nextInt(50), this::send);
                return;
            }
            isDone = true;
            world.time()
                    .note(() -> "c" + id + " reads " + java.util.Arrays.toString(streams) + ": "
                            + java.util.Arrays.deepToString(values));
            world.ledger().read(streams, values, least);
            answered.accept(values);
        }
    }

    static void requireNodeFailure(World world, Throwable failure) {
        Throwable cause = failure instanceof java.util.concurrent.CompletionException ? failure.getCause() : failure;
        if (!(cause instanceof NodeFailure)) {
            world.broken(Broken.FAILURE, "a call failed with " + failure);
        }
    }

    @Override
    public String toString() {
        return "c" + id;
    }
}
