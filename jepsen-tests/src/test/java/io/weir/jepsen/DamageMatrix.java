package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.ReadRequest;
import io.weir.client.Weir;
import io.weir.jepsen.Square.Remedy;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.Quarantined;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Three nodes whose files are damaged. What a damaged replica does is watched from outside: whether its process lives, what it
 * says, what it moves aside, and what it holds in the end.
 *
 * <p>Not for several threads.
 */
final class DamageMatrix implements AutoCloseable {
    private static final int STREAMS_PER_PARTITION = 4;
    private static final int PAYLOAD_BYTES = 1_024;
    private static final int FIRST_APPENDS = 6_000;
    private static final int APPENDS = 800;
    private static final int MAX_TOP_UPS = 8;
    private static final int LAST_PAGES = 3;

    /** Damage of one replica. */
    record Place(String node, int partition, Square square) {
        @Override
        public String toString() {
            return square + " of partition " + partition + " on " + node;
        }
    }

    /**
     * What became of a damaged replica.
     *
     * @param restarts how often the rig had to start its process again, because it died
     * @param remedies by what it moved aside
     * @param reason what it said of that
     * @param states in the order in which they were seen
     * @param backMs from the start of its process until it served
     */
    record Outcome(Place place, int restarts, Set<Remedy> remedies, String reason, Set<String> states, long backMs) {}

    private final Random random;
    private final Function<Square, Set<Remedy>> expected;
    private final Rig rig;
    private final Ledger ledger;
    /** Paths of what was moved aside before, by node and path. */
    private final Set<String> known = new HashSet<>();

    /**
     * Starts the nodes, and gives them something to lose.
     *
     * @param expected which remedies are right
     */
    DamageMatrix(Path directory, long seed, List<String> serverArguments, Function<Square, Set<Remedy>> expected)
            throws InterruptedException {
        this.random = new Random(seed);
        this.expected = expected;
        this.rig = Rig.start(Rig.options(directory).withServerArguments(serverArguments));
        this.ledger = new Ledger(rig, STREAMS_PER_PARTITION, PAYLOAD_BYTES);
        ledger.requireService(FIRST_APPENDS);
    }

    Rig rig() {
        return rig;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Kills one node, damages a replica of it for each square, starts it, and waits until it is whole. */
    List<Outcome> run(List<Square> squares) throws Exception {
        List<Place> places = places(squares);
        kill(List.of(places.get(0).node()));
        damage(places);
        ledger.requireService(APPENDS); // of which it knows nothing
        List<Outcome> outcomes = heal(places);
        rig.awaitEqualReplicas();
        ledger.checkLast(LAST_PAGES, rig.cluster().nodeIds());
        return outcomes;
    }

    /** Some node that has all the files, with a partition for each. */
    private List<Place> places(List<Square> squares) throws InterruptedException {
        for (int i = 0; i <= MAX_TOP_UPS; i++) {
            List<String> nodes = new ArrayList<>(rig.cluster().nodeIds());
            Collections.shuffle(nodes, random);
            for (String node : nodes) {
                List<Place> places = placesOn(node, squares);
                if (places.size() == squares.size()) {
                    return places;
                }
            }
            ledger.requireService(2 * APPENDS); // until another segment is full
        }
        throw new AssertionError("no node has all files for " + squares);
    }

    private List<Place> placesOn(String node, List<Square> squares) {
        List<Integer> free =
                new ArrayList<>(IntStream.range(0, Rig.PARTITIONS).boxed().toList());
        Collections.shuffle(free, random);
        List<Place> places = new ArrayList<>();
        for (Square square : squares) {
            free.stream()
                    .filter(partition -> square.target().isIn(rig.files(node), partition))
                    .findFirst()
                    .ifPresent(partition -> {
                        free.remove(partition);
                        places.add(new Place(node, partition, square));
                    });
        }
        return places;
    }

    /** kill -9: what an orderly end would have written is not there. */
    void kill(List<String> nodes) {
        remember();
        nodes.forEach(rig.cluster()::kill);
    }

    /** What is moved aside from now on comes of what is done next. */
    private void remember() {
        for (String node : rig.cluster().nodeIds()) {
            rig.status(node)
                    .ifPresent(status ->
                            status.getQuarantinedList().forEach(moved -> known.add(node + ":" + moved.getPath())));
        }
    }

    void damage(Collection<Place> places) throws IOException {
        for (Place place : places) {
            place.square().on(rig.files(place.node()), place.partition(), random);
        }
    }

    /** Damages files that are in use: their disk forgets. */
    void damageRunning(Collection<Place> places) throws IOException {
        remember();
        damage(places);
    }

    /** Starts the nodes of damaged replicas, and does as {@link #awaitWhole}. */
    List<Outcome> heal(List<Place> places) {
        places.stream().map(Place::node).distinct().forEach(rig.cluster()::restart);
        return awaitWhole(places);
    }

    /**
     * Waits until all nodes serve all partitions and each damaged replica has done what it must.
     *
     * @throws AssertionError if that takes too long, or something is moved aside that should not be
     */
    List<Outcome> awaitWhole(List<Place> places) {
        List<Watch> watches = places.stream().map(Watch::new).toList();
        Map<String, Integer> restarts = new TreeMap<>();
        Rig.await(() -> "all nodes whole, after " + places + ": " + rig.indexes(), Rig.PATIENCE, () -> {
            boolean isWhole = true;
            for (String node : rig.cluster().nodeIds()) {
                restartIfDead(node, restarts);
                Optional<NodeStatus> status = rig.status(node);
                isWhole &= status.isPresent() && status.orElseThrow().getReady();
                status.ifPresent(found -> watches.stream()
                        .filter(watch -> watch.place.node().equals(node))
                        .forEach(watch -> watch.look(found)));
            }
            return isWhole && watches.stream().allMatch(Watch::isBack) ? Optional.of(true) : Optional.empty();
        });
        requireOthersUntouched(places);
        return watches.stream()
                .map(watch -> watch.outcome(restarts.getOrDefault(watch.place.node(), 0)))
                .toList();
    }

    private void restartIfDead(String node, Map<String, Integer> restarts) {
        if (rig.cluster().hasDied(node)) {
            assertThat(restarts.merge(node, 1, Integer::sum))
                    .as(
                            "starts of node %s by the rig; it printed to %s",
                            node, rig.cluster().output(node))
                    .isEqualTo(1);
            rig.cluster().restart(node);
        }
    }

    private void requireOthersUntouched(List<Place> places) {
        for (String node : rig.cluster().nodeIds()) {
            rig.status(node)
                    .ifPresent(status -> assertThat(news(node, status))
                            .as("moved aside on " + node + " after " + places)
                            .allMatch(moved -> places.stream()
                                    .anyMatch(place -> place.node().equals(node)
                                            && Remedy.of(moved.getWhat(), place.partition()) != Remedy.NOTHING)));
        }
    }

    private List<Quarantined> news(String node, NodeStatus status) {
        return status.getQuarantinedList().stream()
                .filter(moved -> !known.contains(node + ":" + moved.getPath()))
                .toList();
    }

    /** What is seen of one damaged replica. */
    private final class Watch {
        private final long beginNanos = System.nanoTime();
        private final Place place;
        private final Set<Remedy> remedies = EnumSet.noneOf(Remedy.class);
        private final Set<String> reasons = new LinkedHashSet<>();
        private final Set<String> states = new LinkedHashSet<>();
        private long backMs = -1;

        Watch(Place place) {
            this.place = place;
        }

        void look(NodeStatus status) {
            for (Quarantined moved : news(place.node(), status)) {
                Remedy remedy = Remedy.of(moved.getWhat(), place.partition());
                if (remedy != Remedy.NOTHING) {
                    remedies.add(remedy);
                    reasons.add(moved.getReason());
                }
            }
            if (place.partition() < status.getPartitionsCount()) {
                PartitionStatus partition = status.getPartitions(place.partition());
                states.add(partition.getState());
                boolean isDone =
                        !remedies.isEmpty() || expected.apply(place.square()).contains(Remedy.NOTHING);
                if (partition.getReady() && isDone && backMs < 0) {
                    backMs = Duration.ofNanos(System.nanoTime() - beginNanos).toMillis();
                }
            }
        }

        boolean isBack() {
            return backMs >= 0;
        }

        Outcome outcome(int restarts) {
            Set<Remedy> done = remedies.isEmpty() ? EnumSet.of(Remedy.NOTHING) : remedies;
            assertThat(expected.apply(place.square()))
                    .as("right after %s", place)
                    .containsAll(done);
            return new Outcome(place, restarts, done, String.join("; ", reasons), states, backMs);
        }
    }

    /** Every replica is equal, holds what was ever acknowledged, and the cluster serves. */
    void requireWhole() throws Exception {
        rig.awaitEqualReplicas();
        ledger.checkAll();
        ledger.requireService(APPENDS);
    }

    /** Looks at a partition that must not serve, for some time: no append is acknowledged, and nothing is read. */
    void requireNoService(int partition, Duration until) throws InterruptedException {
        List<String> streams = rig.streamsInEveryPartition("refused", 1).stream()
                .filter(stream -> rig.client().partitionOf(stream) == partition)
                .toList();
        NumberedAppends appends = new NumberedAppends(rig.client(), streams, 4, until);
        appends.send(4);
        appends.awaitAll();
        assertThat(appends.calls())
                .as("appends to partition %d", partition)
                .allSatisfy(call -> assertThat(call.failure)
                        .isInstanceOfAny(
                                EventStoreException.Unavailable.class, EventStoreException.OutcomeUnknown.class));
        String written = ledger.firstPageStreams().stream()
                .filter(stream -> rig.client().partitionOf(stream) == partition)
                .findFirst()
                .orElseThrow();
        try (EventStore impatient =
                Weir.connect(rig.cluster().uri(), ClientConfig.DEFAULT.withTimeout(Duration.ofSeconds(3)))) {
            ReadRequest read = ReadRequest.stream(written).forwards().from(0).limit(1);
            assertThatThrownBy(() -> impatient.read(read).iterator().next())
                    .isInstanceOf(EventStoreException.Unavailable.class);
        }
    }

    /** All partitions but one serve. */
    void requireServiceBeside(int partition) throws InterruptedException {
        List<String> streams = rig.streamsInEveryPartition("beside", 1).stream()
                .filter(stream -> rig.client().partitionOf(stream) != partition)
                .toList();
        NumberedAppends appends = new NumberedAppends(rig.client(), streams, 64, Rig.PATIENCE);
        appends.send(APPENDS);
        appends.awaitAll();
        assertThat(appends.acknowledgedCount()).isEqualTo(APPENDS);
    }

    /** What a node says of a partition that does not serve, as soon as this is part of it. */
    String awaitReason(String node, int partition, String part) {
        return Rig.await(
                "\"" + part + "\" of " + node,
                () -> rig.status(node)
                        .filter(found -> found.getPartitionsCount() > partition)
                        .map(found -> found.getPartitions(partition).getReason())
                        .filter(reason -> reason.contains(part)));
    }

    @Override
    public void close() {
        rig.close();
    }
}
