package io.weir.consensus.repair;

import io.weir.consensus.guard.LogGuard;
import io.weir.consensus.guard.StoreMark;
import io.weir.consensus.guard.Verdict;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.partition.PartitionFailure;
import io.weir.consensus.repair.Blocked.By;
import io.weir.consensus.repair.ReplicaRecord.Step;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keeper of one replica: brings it to life at the start of the node, and again whenever it has failed, by the mildest
 * remedy that is safe. Each attempt looks at the files anew; what must survive a crash is in the {@link ReplicaRecord}.
 *
 * <p>{@link #bringUp} is called by one thread at a time, and takes as long as it takes; the rest by any.
 */
final class ReplicaKeeper {
    /** What to try next. */
    enum Plan {
        OPEN,
        REPAIR_STORE,
        REJOIN,
        DONE
    }

    private static final long MEMBERSHIP_TIMEOUT_MS = 10_000;
    private static final long SPACE_POLL_MS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaKeeper.class);

    private final RepairSetup setup;
    private final int number;
    private final Replica replica;
    private final CountDownLatch closing;
    private final LogGuard guard;
    private final Peers peers;
    private final Retries retries = new Retries(System::nanoTime);
    private final ReplicaRecord record;
    private volatile @Nullable Life life;

    /** @param closing opened when the node closes */
    ReplicaKeeper(RepairSetup setup, Replica replica, ReplicaRecord record, CountDownLatch closing) {
        this.setup = setup;
        this.number = replica.number();
        this.replica = replica;
        this.record = record;
        this.closing = closing;
        Path group = setup.groups().directory(number);
        this.guard = new LogGuard(group, setup.data().resolve("raft-guard").resolve(group.getFileName()));
        this.peers = new Peers(setup.others());
    }

    Replica replica() {
        return replica;
    }

    /** Whether a life has failed, so that {@link #bringUp} must be called. */
    boolean isFailed() {
        Life now = life;
        return now != null && now.partition().failure() != null;
    }

    /** Work of the node's timer: microseconds. */
    void follow() {
        Life now = life;
        if (now != null) {
            now.follow();
        }
    }

    /** Work of once in a while: may wait for the disk. */
    void force() {
        Life now = life;
        if (now != null) {
            now.force();
        }
    }

    /** First half of the node's closing; nobody calls {@link #bringUp} any more. The group is left to the server's end. */
    void stopApplying() throws InterruptedException {
        Life now = life;
        if (now != null) {
            now.stopApplying();
        }
    }

    /** Second half, when the server has ended. */
    void close() throws IOException, InterruptedException {
        Life now = life;
        if (now != null) {
            now.close();
        }
    }

    /**
     * Does what is needed until the replica is running or nothing helps.
     *
     * @throws InterruptedException when the node closes
     */
    void bringUp() throws InterruptedException {
        Plan plan = Plan.OPEN;
        boolean isAfterFailure = life != null;
        while (plan != Plan.DONE) {
            try {
                if (isAfterFailure) {
                    isAfterFailure = false;
                    plan = afterFailure();
                }
                plan = attempt(plan);
            } catch (Blocked e) {
                if (e.by() == By.NOBODY) {
                    replica.move(ReplicaState.FAILED, e.reason(), null);
                    return;
                }
                isAfterFailure = life != null;
                await(e);
                plan = Plan.OPEN;
            }
        }
        retries.succeeded();
    }

    /** One attempt; what the disk says against it becomes a reason to wait. */
    private Plan attempt(Plan plan) throws Blocked, InterruptedException {
        try {
            if (record.step() == Step.REJOINING || plan == Plan.REJOIN) {
                return rejoin();
            }
            if (record.step() == Step.REPAIRING_STORE || plan == Plan.REPAIR_STORE) {
                return repairStore();
            }
            return open();
        } catch (IOException | RuntimeException e) {
            throw blocked(e);
        }
    }

    private Blocked blocked(Exception cause) {
        boolean isSpace = !FreeSpace.isThere(setup.data());
        LOG.warn("{}: partition {} cannot go on", setup.nodeId(), number, cause);
        return new Blocked(isSpace ? By.SPACE : By.OTHERS, String.valueOf(cause));
    }

    private void await(Blocked blocked) throws InterruptedException {
        if (blocked.by() == By.SPACE) {
            awaitSpace(blocked.reason());
            return;
        }
        replica.move(ReplicaState.WAITING, blocked.reason(), partition());
        pause(retries.nextPauseMs());
    }

    private void awaitSpace(String reason) throws InterruptedException {
        replica.move(ReplicaState.STOPPED_FOR_SPACE, "the disk is full: " + reason, partition());
        while (!FreeSpace.isThere(setup.data())) {
            pause(SPACE_POLL_MS);
        }
        replica.move(ReplicaState.REOPENING, "there is space again", partition());
    }

    private void pause(long ms) throws InterruptedException {
        if (closing.await(ms, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the node is closing");
        }
    }

    private @Nullable Partition partition() {
        Life now = life;
        return now == null ? null : now.partition();
    }

    /** Ends the life that has failed, and chooses the remedy. */
    private Plan afterFailure() throws Blocked, InterruptedException {
        Life failed = life;
        if (failed == null) {
            return Plan.OPEN;
        }
        PartitionFailure failure = failed.partition().failure();
        if (failure == null) { // it was well, but what had to be noted about it could not be
            endLife(failed);
            return Plan.OPEN;
        }
        boolean isAgain = retries.isAgain(failure.kind());
        if (failure.kind() == PartitionFailure.Kind.LOG_FAILED && isFull(failure)) {
            stopForSpace(failed, failure);
        }
        // Readers get the reason from now on, not a store that is being closed under them.
        replica.move(next(failure, isAgain), failure.reason(), null);
        endLife(failed);
        return switch (next(failure, isAgain)) {
            case REPAIRING_STORE -> {
                write(Step.REPAIRING_STORE, failure.reason());
                yield Plan.REPAIR_STORE;
            }
            case REJOINING -> {
                write(Step.REJOINING, failure.reason());
                yield Plan.REJOIN;
            }
            default -> Plan.OPEN;
        };
    }

    private void stopForSpace(Life failed, PartitionFailure failure) throws Blocked, InterruptedException {
        try {
            failed.stop();
        } catch (IOException e) {
            throw blocked(e);
        }
        awaitSpace(failure.reason());
    }

    private void endLife(Life ended) throws Blocked, InterruptedException {
        try {
            ended.end();
            life = null;
        } catch (IOException e) {
            throw blocked(e);
        }
    }

    private ReplicaState next(PartitionFailure failure, boolean isAgain) {
        return switch (failure.kind()) {
            case STORE_CORRUPTED, STORE_DIVERGED -> ReplicaState.REPAIRING_STORE;
            case STORE_FAILED, DEFECT ->
                isAgain && !setup.isLone() ? ReplicaState.REPAIRING_STORE : ReplicaState.REOPENING;
            // The log is read anew, and the guard judges it; if it cannot be written either, it is replaced.
            case LOG_FAILED ->
                isAgain && !setup.isLone() && !isFull(failure) ? ReplicaState.REJOINING : ReplicaState.REOPENING;
            // Told to go once more by those who know the members: it is none.
            case RAFT_CLOSED -> isAgain && !setup.isLone() ? ReplicaState.REJOINING : ReplicaState.REOPENING;
        };
    }

    private boolean isFull(PartitionFailure failure) {
        return failure.reason().contains("No space left on device")
                || failure.reason().contains("Disk quota exceeded")
                || !FreeSpace.isThere(setup.data());
    }

    private void write(Step step, String reason) throws Blocked {
        try {
            record.write(step, reason);
        } catch (IOException e) {
            throw blocked(e);
        }
    }

    /** Opens what is there, after the guard has judged it. */
    private Plan open() throws Blocked, IOException, InterruptedException {
        if (replica.state() != ReplicaState.STARTING) {
            replica.move(ReplicaState.REOPENING, "opening its files", null);
        }
        LogStore store = null;
        String damage = "";
        try {
            store = setup.stores().open(number);
        } catch (StoreException.Incompatible e) {
            throw new Blocked(By.NOBODY, String.valueOf(e.getMessage()));
        } catch (StoreException.Corrupted e) {
            damage = String.valueOf(e.getMessage());
        } catch (StoreException.Failed e) {
            if (!retries.isAgain(PartitionFailure.Kind.STORE_FAILED)) {
                throw blocked(e);
            }
            damage = String.valueOf(e.getMessage());
        }
        boolean begun = false;
        try {
            Verdict verdict = guard.check(mark(store), setup.members());
            if (verdict instanceof Verdict.Fresh && record.step() == Step.MEMBER) {
                verdict = new Verdict.Quarantine("all files of the replica are gone");
            }
            if (verdict instanceof Verdict.Quarantine forgotten) {
                return mustRejoin(forgotten.reason());
            }
            if (store == null) {
                record.write(Step.REPAIRING_STORE, damage);
                return Plan.REPAIR_STORE;
            }
            if (verdict instanceof Verdict.Sound sound) {
                makeSound(sound);
            }
            begun = true;
        } finally {
            if (!begun && store != null) {
                Life.closeStore(store, setup.nodeId(), number);
            }
        }
        begin(store, true);
        record.write(Step.MEMBER, "");
        run();
        return Plan.DONE;
    }

    private static StoreMark mark(@Nullable LogStore store) {
        if (store == null) {
            return new StoreMark.Unknown();
        }
        PartitionState checkpoint = store.checkpoint();
        return StoreMark.of(checkpoint.appliedTerm(), checkpoint.appliedIndex());
    }

    private void makeSound(Verdict.Sound sound) throws IOException, InterruptedException {
        if (!sound.repairs().isEmpty()) {
            LOG.warn("{}: partition {}: mending Raft's log: {}", setup.nodeId(), number, sound.repairs());
            guard.apply(sound, setup.data().resolve("quarantine").resolve("mended-" + number));
        }
        if (sound.isVoteUncertain() && !setup.isLone()) {
            LOG.info("{}: partition {} is silent for {} ms", setup.nodeId(), number, 2 * setup.electionMs());
            pause(2 * setup.electionMs());
        }
    }

    private void begin(LogStore store, boolean isMember) throws IOException {
        life = Life.begin(setup, number, store, guard.keep(), isMember);
    }

    private void run() {
        replica.move(ReplicaState.RUNNING, "", partition());
    }

    /** Replaces the store; the log and the vote stay as they are, so that nothing of Raft is forgotten. */
    private Plan repairStore() throws Blocked, IOException, InterruptedException {
        replica.move(ReplicaState.REPAIRING_STORE, record.reason(), null);
        Verdict verdict = guard.check(new StoreMark.Unknown(), setup.members());
        if (!(verdict instanceof Verdict.Sound sound)) {
            return mustRejoin(record.reason() + "; and of the log: " + verdict);
        }
        if (sound.log().first() > 0) {
            return mustRejoin(record.reason());
        }
        quarantineStore(record.reason());
        record.write(Step.MEMBER, "");
        return Plan.OPEN; // replays the log from its very beginning
    }

    private void quarantineStore(String reason) throws IOException {
        Path store = setup.stores().directory(number);
        if (Files.exists(store)) {
            Path place = setup.quarantine().create("store-" + number, "store of partition " + number, reason);
            Quarantine.moveInto(place, store);
        }
    }

    /** Notes that the replica must leave and join before it takes part again. */
    Plan mustRejoin(String reason) throws Blocked, IOException {
        if (setup.isLone()) { // not noted: whoever puts the right files back must not have to remove the note as well
            throw new Blocked(
                    By.NOBODY, reason + "; there is no other member to learn from: restore a backup of this partition");
        }
        record.write(Step.REJOINING, reason);
        return Plan.REJOIN;
    }

    /** Leaves the group, forgets, and joins it: whatever of that was done before a crash is done again. */
    private Plan rejoin() throws Blocked, IOException, InterruptedException {
        String reason = record.reason();
        FaultPoint.pass("rejoin.recorded");
        if (replica.state() != ReplicaState.WAITING) {
            replica.move(ReplicaState.REJOINING, reason, null);
        }
        peers.askLeader(
                "take this replica out of the group, because " + reason,
                member -> setup.peers().leave(member, number, MEMBERSHIP_TIMEOUT_MS));
        FaultPoint.pass("rejoin.left");
        replica.move(ReplicaState.REJOINING, reason, null);
        wipe(reason);
        FaultPoint.pass("rejoin.wiped");
        begin(openAnyStore(), false);
        FaultPoint.pass("rejoin.started");
        replica.move(ReplicaState.REJOINING, reason, partition());
        join();
        FaultPoint.pass("rejoin.joined");
        record.write(Step.MEMBER, "");
        run();
        return Plan.DONE;
    }

    private void wipe(String reason) throws IOException {
        if (Files.exists(guard.group()) || Files.exists(guard.note())) {
            Path place = setup.quarantine().create("raft-" + number, "Raft log of partition " + number, reason);
            Quarantine.moveInto(place, guard.group());
            Path note = place.resolve("raft-guard");
            if (Files.exists(guard.note())) {
                DurableFile.move(guard.note(), note);
            }
        }
    }

    /** The store as it is, if it is sound: what it holds is committed, and need not come over the network again. */
    private LogStore openAnyStore() throws Blocked, IOException {
        try {
            return setup.stores().open(number);
        } catch (StoreException.Incompatible e) {
            throw new Blocked(By.NOBODY, String.valueOf(e.getMessage()));
        } catch (StoreException.Corrupted | StoreException.Failed e) {
            quarantineStore(String.valueOf(e.getMessage()));
            return setup.stores().open(number);
        }
    }

    private void join() throws Blocked, InterruptedException {
        while (true) {
            if (isFailed()) {
                throw new Blocked(By.OTHERS, "the replica failed while it joined");
            }
            try {
                peers.askLeader(
                        "take this replica in", member -> setup.peers().join(member, number, MEMBERSHIP_TIMEOUT_MS));
                return;
            } catch (Blocked e) {
                replica.move(ReplicaState.REJOINING, record.reason() + "; " + e.reason(), partition());
                pause(retries.nextPauseMs());
            }
        }
    }
}
