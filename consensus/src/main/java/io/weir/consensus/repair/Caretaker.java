package io.weir.consensus.repair;

import io.weir.consensus.repair.Greetings.Former;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cares for the replicas of a node: starts them, watches them, and has those that fail repaired, each by itself and several at
 * a time. A replica that is well costs no thread.
 *
 * <p>Any thread.
 */
public final class Caretaker {
    private static final long CLOSE_MS = 15_000;
    private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);

    private static final long GREETING_PAUSE_MS = 200;

    private final String nodeId;
    private final Incarnations incarnations;
    private final Greetings greetings;
    private final List<ReplicaKeeper> keepers = new ArrayList<>();
    private final Set<Integer> busy = new HashSet<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ThreadPoolExecutor workers;
    private final AtomicBoolean isForcing = new AtomicBoolean();
    private final AtomicBoolean isFollowing = new AtomicBoolean();

    /**
     * @param replicas one for each partition, in their order
     * @throws IOException if a replica's note cannot be read
     */
    public Caretaker(RepairSetup setup, List<Replica> replicas) throws IOException {
        this.nodeId = setup.nodeId();
        this.incarnations = setup.incarnations();
        this.greetings = new Greetings(setup.others(), setup.peers(), incarnations);
        for (Replica replica : replicas) {
            keepers.add(new ReplicaKeeper(setup, replica, ReplicaRecord.read(setup.data(), replica.number()), closing));
        }
        AtomicInteger count = new AtomicInteger();
        workers = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "weir-" + nodeId + "-care-" + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins to bring all replicas to life. If this node can rely on its directory, each has been looked at when this returns;
     * else it waits in the background for what the others know.
     */
    public void start() throws InterruptedException {
        boolean isSettled = incarnations.isSettled();
        if (isSettled) {
            keepers.forEach(this::work);
        }
        workers.execute(this::introduce);
        if (isSettled) {
            for (ReplicaKeeper keeper : keepers) {
                keeper.replica().awaitBegun();
            }
        }
    }

    /** Greets the others until all have answered; before that, a node that is not settled does nothing else. */
    private void introduce() {
        try {
            if (!incarnations.isSettled()) {
                introduceAnew();
                keepers.forEach(this::work);
                awaitSettled();
                greetings.again();
            }
            while (!greetings.silent().isEmpty()) {
                Former other = greetings.greet();
                if (other != null) {
                    forgotten(other);
                    keepers.forEach(this::work);
                    awaitSettled();
                    greetings.again();
                }
                pause();
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: not all members were greeted: closing", nodeId, e);
        } catch (IOException e) {
            LOG.error("{}: cannot note who is who; nothing starts without", nodeId, e);
            keepers.forEach(keeper -> keeper.replica().failFirst("cannot note who is who: " + e));
        }
    }

    private void introduceAnew() throws IOException, InterruptedException {
        while (true) {
            Former other = greetings.greet();
            if (other != null) {
                forgotten(other);
                return;
            }
            Set<String> silent = greetings.silent();
            if (silent.isEmpty()) {
                incarnations.settle();
                return;
            }
            String reason = reasonToWait(silent);
            keepers.forEach(keeper -> keeper.replica().move(ReplicaState.STARTING, reason, null));
            pause();
        }
    }

    private String reasonToWait(Set<String> silent) {
        Map<String, Origin> strangers = greetings.strangers();
        if (strangers.isEmpty()) {
            return "this node is new: waiting to hear from all other members, still from " + silent;
        }
        StringBuilder reason = new StringBuilder("this directory was ");
        reason.append(incarnations.origin().described());
        strangers.forEach((member, origin) ->
                reason.append(", that of ").append(member).append(" was ").append(origin.described()));
        return reason.append(
                        "; nothing starts before all are of one origin. Run \"weir backup restore\" with one backup"
                                + " for every node; or, if the others serve already, empty this directory and start it again")
                .toString();
    }

    private void forgotten(Former other) throws IOException {
        Incarnation before = other.incarnation();
        LOG.error("{}: other members know this node as {}; it has lost its disk, and joins anew", nodeId, before);
        incarnations.unsettle(before, other.origin());
        for (ReplicaKeeper keeper : keepers) {
            keeper.distrust("this node has lost its disk: other members know it as " + before);
        }
    }

    /** All replicas have joined: from now on this directory is who this node is. */
    private void awaitSettled() throws IOException, InterruptedException {
        for (ReplicaKeeper keeper : keepers) {
            keeper.replica().awaitRunning();
        }
        incarnations.settle();
    }

    private void pause() throws InterruptedException {
        if (closing.await(GREETING_PAUSE_MS, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the node is closing");
        }
    }

    /** Looks after those that have failed; to be called every few dozen milliseconds. */
    public void watch() {
        for (ReplicaKeeper keeper : keepers) {
            if (keeper.isNeeded()) {
                work(keeper);
            }
        }
    }

    /** Brings the notes of the logs' lengths to the disk where stores have new checkpoints; never waits for the disk itself. */
    public void force() {
        background(isForcing, ReplicaKeeper::force);
    }

    /** Lets the notes of the logs' lengths follow; to be called every few milliseconds. Never waits for the disk itself. */
    public void follow() {
        background(isFollowing, ReplicaKeeper::follow);
    }

    /** Does something for all replicas on another thread, unless it is still at it: whoever calls must not wait for a slow disk. */
    private void background(AtomicBoolean isUnderWay, Consumer<ReplicaKeeper> work) {
        if (!isUnderWay.compareAndSet(false, true)) {
            return;
        }
        boolean isGiven = give(() -> {
            try {
                keepers.forEach(keeper -> unharmed(keeper, work));
            } finally {
                isUnderWay.set(false);
            }
        });
        if (!isGiven) {
            isUnderWay.set(false);
        }
    }

    /** What one replica throws is no reason not to do it for the others. */
    private void unharmed(ReplicaKeeper keeper, Consumer<ReplicaKeeper> work) {
        try {
            work.accept(keeper);
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: partition {}", nodeId, keeper.replica().number(), e);
        }
    }

    /** @return false when closing */
    private boolean give(Runnable task) {
        synchronized (busy) {
            if (closing.getCount() == 0) {
                return false;
            }
            workers.execute(task);
            return true;
        }
    }

    private void work(ReplicaKeeper keeper) {
        int number = keeper.replica().number();
        synchronized (busy) {
            if (!busy.contains(number) && give(() -> bringUp(keeper))) {
                busy.add(number);
            }
        }
    }

    private void bringUp(ReplicaKeeper keeper) {
        int number = keeper.replica().number();
        try {
            keeper.bringUp();
        } catch (InterruptedException e) {
            LOG.debug("{}: partition {} is left as it is: closing", nodeId, number, e);
        } catch (RuntimeException | Error e) {
            LOG.error("{}: partition {} cannot be cared for any more", nodeId, number, e);
        } finally {
            synchronized (busy) {
                busy.remove(number);
            }
        }
    }

    /** Starts nothing any more, ends what is under way, then serving and applying. To be called before Raft ends. Idempotent. */
    public void stop() throws InterruptedException {
        synchronized (busy) {
            closing.countDown();
        }
        workers.shutdownNow();
        if (!workers.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
            LOG.warn("{}: repairs are still under way after {} ms", nodeId, CLOSE_MS);
        }
        for (ReplicaKeeper keeper : keepers) {
            keeper.stopApplying();
        }
    }

    /** Closes the stores. To be called when Raft has ended. Idempotent. */
    public void closeStores() throws InterruptedException {
        for (ReplicaKeeper keeper : keepers) {
            try {
                keeper.close();
            } catch (IOException e) {
                LOG.warn(
                        "{}: partition {} did not close cleanly",
                        nodeId,
                        keeper.replica().number(),
                        e);
            }
        }
    }
}
