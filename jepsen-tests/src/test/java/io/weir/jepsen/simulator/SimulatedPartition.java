package io.weir.jepsen.simulator;

import com.google.protobuf.ByteString;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.LogEntry;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A partition: the queue of what was proposed, and the state machine of production over a store in memory. */
final class SimulatedPartition {
    private static final StoreIdentity IDENTITY = new StoreIdentity("simulated", 0);
    private static final int LATE_MS = 30_000;

    /** An entry as the log holds it; without data if Raft wrote it for itself. */
    private record Logged(long term, long index, @Nullable LogEntry entry) {}

    private final World world;
    private final int number;
    private final PartitionStateMachine machine = new PartitionStateMachine();
    private final List<Logged> log = new ArrayList<>();
    private final PartitionAudit audit;
    private LogStore store = new MemoryLogStore(IDENTITY);
    private List<Runnable> watchers = new ArrayList<>();
    private int leader;
    private long term = 1;
    private long aheadMs;
    private long plannedNanos;
    private long silentUntilNanos;
    private int fences;
    private int fenced;

    SimulatedPartition(World world, int number) {
        this.world = world;
        this.number = number;
        this.audit = new PartitionAudit(world, number);
        this.leader = number % world.weather().nodes();
    }

    int number() {
        return number;
    }

    LogStore store() {
        return store;
    }

    /** Keeps those of some streams that are not locked. */
    Set<ByteString> unlocked(Set<ByteString> streams) {
        Set<ByteString> locked = new HashSet<>();
        try (ReadView view = store.openRead()) {
            view.visitLocks(lock -> {
                locked.add(ByteString.copyFrom(lock.stream().name()));
                return true;
            });
        }
        streams.removeAll(locked);
        return streams;
    }

    long logTimeMs() {
        return store.state().logTimeMs();
    }

    SimulatedNode leader() {
        return world.nodes().get(leader);
    }

    /** What a leader stamps an entry with. */
    long stampMs(long clockMs) {
        return Math.max(clockMs + aheadMs, logTimeMs());
    }

    /** Another node leads from now on; Raft writes an entry of its own. */
    void moveTo(int node) {
        leader = node;
        term++;
        apply(null, applied -> {});
    }

    /** From now on its leaders' clocks are further ahead. */
    void jump(long ms) {
        aheadMs += ms;
    }

    /** Applies nothing for a while. */
    void beSilent(long ms) {
        silentUntilNanos = world.time().nowNanos() + ms * Timeline.NANOS_PER_MS;
    }

    /** Proposes an entry. What becomes of it is the weather's business; {@code applied} may hear of it once, or never. */
    void propose(LogEntry entry, Consumer<Applied> applied) {
        Weather weather = world.weather();
        Random random = world.random();
        long now = world.time().nowNanos();
        int epoch = fences;
        if (world.chance(weather.never())) {
            world.time().note(() -> "p" + number + " loses " + Describe.entry(entry));
            return;
        }
        if (world.chance(weather.late())) {
            world.time().note(() -> "p" + number + " keeps for later " + Describe.entry(entry));
            world.time().afterMs(1_000 + random.nextInt(LATE_MS), () -> arrive(entry, epoch, ignored -> {}));
            return;
        }
        if (world.chance(weather.twice())) {
            world.time().afterMs(random.nextInt(LATE_MS), () -> arrive(entry, epoch, ignored -> {}));
        }
        boolean isLost = world.chance(weather.lost());
        long delay = (long) (random.nextDouble() * weather.maxDelayMs() * Timeline.NANOS_PER_MS);
        plannedNanos = Math.max(plannedNanos, now + delay);
        world.time().afterNanos(plannedNanos - now, () -> arrive(entry, epoch, isLost ? ignored -> {} : applied));
    }

    private void arrive(LogEntry entry, int epoch, Consumer<Applied> applied) {
        long silentNanos = silentUntilNanos - world.time().nowNanos();
        if (silentNanos > 0) {
            world.time().afterNanos(silentNanos, () -> arrive(entry, epoch, applied));
        } else if (epoch < fenced) {
            world.time().note(() -> "p" + number + " never applies, behind a fence, " + Describe.entry(entry));
        } else {
            apply(entry, applied);
        }
    }

    /**
     * Proposes an entry behind all that was proposed before: a log keeps the order of one leader's entries, and has none of an earlier
     * leader's behind its own. So what comes later than it was proposed before it, and is never applied.
     */
    void fence(Runnable applied) {
        int fence = ++fences;
        if (world.chance(world.weather().never())) {
            return;
        }
        LogEntry entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(logTimeMs())
                .build();
        long now = world.time().nowNanos();
        long delay = (long) (world.random().nextDouble() * world.weather().maxDelayMs() * Timeline.NANOS_PER_MS);
        plannedNanos = Math.max(plannedNanos, now + delay);
        world.time()
                .afterNanos(
                        plannedNanos - now,
                        () -> arrive(entry, fence, effects -> {
                            fenced = Math.max(fenced, fence);
                            applied.run();
                        }));
    }

    long term() {
        return term;
    }

    private void apply(@Nullable LogEntry entry, Consumer<Applied> applied) {
        Logged logged = new Logged(term, log.size(), entry);
        log.add(logged);
        Applied effects = write(store, logged);
        if (effects == null || entry == null) {
            return;
        }
        world.time().note(() -> "p" + number + " applies " + Describe.applied(entry, effects));
        audit.check(store, entry, effects);
        applied.accept(effects);
        leader().unlocked(number, effects.unlocked());
        List<Runnable> woken = watchers;
        watchers = new ArrayList<>();
        woken.forEach(Runnable::run);
    }

    /** Runs once, after the next entry. */
    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    private @Nullable Applied write(LogStore target, Logged logged) {
        try (WriteBatch batch = target.beginWrite()) {
            Applied effects = write(batch, logged);
            batch.commit();
            return effects;
        }
    }

    private @Nullable Applied write(WriteBatch batch, Logged logged) {
        if (logged.entry == null) {
            machine.skip(logged.term, logged.index, batch);
            return null;
        }
        Mutant mutant = world.mutant();
        WriteBatch seen = mutant == null ? batch : mutant.batch(batch, number, logged.entry);
        return machine.apply(logged.term, logged.index, logged.entry, seen);
    }

    /** Applies the whole log to an empty store, in other batches, and goes on with that one: as after a crash. */
    void rebuild() {
        LogStore fresh = new MemoryLogStore(IDENTITY);
        int next = 0;
        while (next < log.size()) {
            int end = Math.min(log.size(), next + 1 + world.random().nextInt(8));
            try (WriteBatch batch = fresh.beginWrite()) {
                for (; next < end; next++) {
                    write(batch, log.get(next));
                }
                batch.commit();
            }
        }
        if (!same(fresh)) {
            world.broken(
                    Broken.DIVERGED, "partition " + number + " replayed: " + fresh.state() + ", not " + store.state());
        }
        store.close();
        store = fresh;
    }

    private boolean same(LogStore fresh) {
        PartitionState state = store.state();
        return fresh.state().equals(state) && digests(fresh).equals(digests(store));
    }

    private static TableDigests digests(LogStore store) {
        try (var view = store.openRead()) {
            return view.tableDigests();
        }
    }

    PartitionAudit audit() {
        return audit;
    }

    int entries() {
        return log.size();
    }
}
