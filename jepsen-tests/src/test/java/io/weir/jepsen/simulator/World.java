package io.weir.jepsen.simulator;

import com.google.protobuf.ByteString;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.logstore.StreamKey;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All that there is in one run, and the only source of chance. */
final class World {
    /** When virtual time begins. */
    static final long EPOCH_MS = 1_700_000_000_000L;

    private final Random random;
    private final Weather weather;
    private final Workload workload;
    private final @Nullable Mutant mutant;
    private final Timeline time;
    private final Streams streams;
    private final Ledger ledger;
    private final Network network;
    private final HistoryRecorder history;
    private final List<SimulatedPartition> partitions = new ArrayList<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final BitSet distributed = new BitSet();
    private int lastValue;
    private boolean isCalm;
    private final Map<String, Integer> counts = new TreeMap<>();
    private @Nullable Broken broken;

    World(Random random, Weather weather, Workload workload, @Nullable Mutant mutant, boolean isNoted) {
        this.random = random;
        this.weather = weather;
        this.workload = workload;
        this.mutant = mutant;
        this.time = new Timeline(isNoted);
        this.streams = new Streams(weather.streams(), weather.partitions());
        this.ledger = new Ledger(this, weather.streams());
        this.network = new Network(this);
        this.history = new HistoryRecorder(time::nowNanos);
        for (int partition = 0; partition < weather.partitions(); partition++) {
            partitions.add(new SimulatedPartition(this, partition));
        }
        for (int node = 0; node < weather.nodes(); node++) {
            nodes.add(new SimulatedNode(this, node));
        }
        for (int client = 0; client < weather.clients(); client++) {
            clients.add(new SimulatedClient(this, client + 1));
        }
    }

    Random random() {
        return random;
    }

    Weather weather() {
        return weather;
    }

    Workload workload() {
        return workload;
    }

    @Nullable
    Mutant mutant() {
        return mutant;
    }

    Timeline time() {
        return time;
    }

    Streams streams() {
        return streams;
    }

    Ledger ledger() {
        return ledger;
    }

    Network network() {
        return network;
    }

    HistoryRecorder history() {
        return history;
    }

    List<SimulatedPartition> partitions() {
        return partitions;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    /** Whether a mishap happens that has this chance. */
    boolean chance(double chance) {
        return chance > 0 && !isCalm && random.nextDouble() < chance;
    }

    /** No mishap happens any more. */
    void calm() {
        isCalm = true;
    }

    boolean isCalm() {
        return isCalm;
    }

    /** A value that nobody has appended. */
    int nextValue() {
        return ++lastValue;
    }

    /** These are appended by a transaction over several partitions. */
    void markDistributed(int[] values) {
        for (int value : values) {
            distributed.set(value);
        }
    }

    boolean isDistributed(int value) {
        return distributed.get(value);
    }

    /** Something happened that every larger set of runs has to show. */
    void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    /** How often each thing happened. */
    Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }

    static StreamKey key(ByteString name) {
        return new StreamKey(StreamName.of(name).slot(), name.toByteArray());
    }

    /** A rule does not hold. The first one counts. */
    void broken(int invariant, String text) {
        if (broken == null) {
            broken = new Broken(invariant, text);
            time.note(() -> String.valueOf(broken));
        }
    }

    @Nullable
    Broken broken() {
        return broken;
    }
}
