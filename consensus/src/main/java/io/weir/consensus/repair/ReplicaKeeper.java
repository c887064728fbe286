package io.weir.consensus.repair;

import io.weir.consensus.guard.Verdict;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.partition.PartitionFailure;
import io.weir.consensus.repair.Blocked.By;
import io.weir.consensus.repair.ReplicaRecord.Step;
import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
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
    private static final String NOBODY_ELSE =
            "there is no other member to learn from: restore a backup of this partition";
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaKeeper.class);

    private final RepairSetup setup;
    private final int number;
    private final Replica replica;
    private final CountDownLatch closing;
    private final ReplicaFiles files;
    private final Peers peers;
    private final StoreCopy copy;
    private final Retries retries = new Retries(System::nanoTime);
    private final ReplicaRecord record;
    private volatile @Nullable Life life;
    private volatile @Nullable String distrust;
    /** Of the life that ended last. */
    private long lastTerm = -1;

    /** @param closing opened when the node closes */
    ReplicaKeeper(RepairSetup setup, Replica replica, ReplicaRecord record, CountDownLatch closing) {
        this.setup = setup;
        this.number = replica.number();
        this.replica = replica;
        this.record = record;
        this.closing = closing;
        this.files = new ReplicaFiles(setup, number);
        this.peers = new Peers(setup.others());
        this.copy = new StoreCopy(setup);
    }

    Replica replica() {
        return replica;
    }

    /** Whether {@link #bringUp} must be called: a life has failed, or is not trusted any more. */
    boolean isNeeded() {
        return isFailed() || (distrust != null && life != null);
    }

    private boolean isFailed() {
        Life now = life;
        return now != null && now.partition().failure() != null;
    }

    /** The replica must leave and join, whatever its files say. */
    void distrust(String reason) {
        distrust = reason;
    }

    /** Work of every few milliseconds: may wait for the disk. */
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
    }

    /** One attempt; what the disk says against it becomes a reason to wait. */
    private Plan attempt(Plan plan) throws Blocked, InterruptedException {
        try {
            // Of a start that was given up: while it may come to pass, the files are Ratis'.
            setup.groups().stop(number);
            String reason = distrust;
            if (reason != null) {
                distrust = null;
                return mustRejoin(reason);
            }
            if (record.step() == Step.REJOINING || plan == Plan.REJOIN) {
                return rejoin();
            }
            if (lastTerm >= 0) {
                files.mendVote(lastTerm);
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
            awaitSpace(blocked.reason(), blocked.leastUsableBytes());
            return;
        }
        replica.move(ReplicaState.WAITING, blocked.reason(), partition());
        pause(retries.nextPauseMs());
    }

    private void awaitSpace(String reason, long leastUsableBytes) throws InterruptedException {
        replica.move(ReplicaState.STOPPED_FOR_SPACE, outOfSpace(reason), partition());
        while (FreeSpace.usableBytes(setup.data()) < leastUsableBytes || !FreeSpace.isThere(setup.data())) {
            pause(SPACE_POLL_MS);
        }
        replica.move(ReplicaState.REOPENING, "there is space again", partition());
    }

    /** A disk that takes no writes although there is space is told from a full one; both are waited for. */
    private String outOfSpace(String reason) {
        boolean isFull = FreeSpace.usableBytes(setup.data()) < FreeSpace.LEAST_BYTES;
        return (isFull ? "the disk is full: " : "the disk takes no writes: ") + reason;
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
        if (failure == null) { // it was well, but is not trusted, or what had to be noted about it could not be
            replica.move(ReplicaState.REOPENING, "closed", null);
            endLife(failed);
            return Plan.OPEN;
        }
        boolean isAgain = retries.isAgain(failure.kind());
        boolean isForSpace = isForSpace(failure);
        ReplicaState next = isForSpace ? ReplicaState.REOPENING : next(failure, isAgain);
        if (isForSpace) {
            stopForSpace(failed, failure);
        }
        // Readers get the reason from now on, not a store that is being closed under them.
        replica.move(next, failure.reason(), null);
        endLife(failed);
        if (isAgain) {
            pause(retries.nextPauseMs());
        }
        return switch (next) {
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

    /** A store that is sound stays open, for reads that may be stale. */
    private void stopForSpace(Life failed, PartitionFailure failure) throws Blocked, InterruptedException {
        replica.move(
                ReplicaState.STOPPED_FOR_SPACE,
                outOfSpace(failure.reason()),
                failure.kind().leavesStore() ? failed.partition() : null);
        if (failure.kind().leavesStore()) {
            try {
                failed.stop();
            } catch (IOException e) {
                throw blocked(e);
            }
        } else {
            endLife(failed);
        }
        awaitSpace(failure.reason(), 0);
    }

    private void endLife(Life ended) throws Blocked, InterruptedException {
        try {
            ended.end();
            lastTerm = ended.lastTerm();
            life = null;
        } catch (IOException e) {
            throw blocked(e);
        }
    }

    private ReplicaState next(PartitionFailure failure, boolean isAgain) {
        boolean isHelpless = !isAgain || setup.isLone();
        return switch (failure.kind()) {
            case STORE_CORRUPTED -> ReplicaState.REPAIRING_STORE;
            // A new store that differs as well, or cannot be written either, is not helped by a third one.
            case STORE_DIVERGED -> retries.isRepaired() ? ReplicaState.REOPENING : ReplicaState.REPAIRING_STORE;
            case STORE_FULL, VOTE_FAILED -> ReplicaState.REOPENING;
            case STORE_FAILED, DEFECT ->
                isHelpless || retries.isRepaired() ? ReplicaState.REOPENING : ReplicaState.REPAIRING_STORE;
            // The log is read anew, and the guard judges it; if it cannot be written either, it is replaced.
            case LOG_FAILED -> isHelpless ? ReplicaState.REOPENING : ReplicaState.REJOINING;
            // Told to go once more by those who know the members: it is none.
            case RAFT_CLOSED -> isHelpless ? ReplicaState.REOPENING : ReplicaState.REJOINING;
        };
    }

    /** Whether space is what lacks: until it is there, nothing else is tried, least of all to replace a store by a copy. */
    private boolean isForSpace(PartitionFailure failure) {
        return switch (failure.kind()) {
            case STORE_FULL -> true;
            case STORE_FAILED, LOG_FAILED, VOTE_FAILED -> isFull(failure);
            case STORE_CORRUPTED, STORE_DIVERGED, RAFT_CLOSED, DEFECT -> false;
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
            store = files.openStore();
        } catch (StoreException.Corrupted e) {
            damage = String.valueOf(e.getMessage());
        }
        Plan other = null;
        boolean judged = false;
        try {
            other = insteadOfOpening(files.judge(store, record.step() == Step.RESTORED), store, damage);
            judged = true;
        } finally {
            if (store != null && (!judged || other != null)) {
                Life.closeStore(store, setup.nodeId(), number);
            }
        }
        if (other != null || store == null) {
            return other == null ? Plan.REPAIR_STORE : other;
        }
        life = files.begin(store, true);
        record.write(Step.MEMBER, "");
        run();
        return Plan.DONE;
    }

    /** What must be done before the replica may be opened, or null if nothing must. */
    private @Nullable Plan insteadOfOpening(Verdict verdict, @Nullable LogStore store, String damage)
            throws Blocked, IOException, InterruptedException {
        if (verdict instanceof Verdict.Quarantine forgotten) {
            return mustRejoin(forgotten.reason());
        }
        if (verdict instanceof Verdict.Fresh && record.step() == Step.MEMBER) {
            return mustRejoin("all files of the replica are gone");
        }
        if (store == null) {
            record.write(Step.REPAIRING_STORE, damage);
            return Plan.REPAIR_STORE;
        }
        if (isRestored() && store.checkpoint().appliedIndex() < 0) {
            return mustRejoin("its store is gone, which was "
                    + setup.incarnations().origin().described());
        }
        if (verdict instanceof Verdict.Sound sound) {
            files.mend(sound);
            if (sound.isVoteUncertain() && !setup.isLone()) {
                LOG.info("{}: partition {} is silent for {} ms", setup.nodeId(), number, 2 * setup.electionMs());
                pause(2 * setup.electionMs());
            }
        }
        return null;
    }

    /** Whether the cluster began with a backup: then an empty store and a log that begins with it are not of this cluster. */
    private boolean isRestored() {
        return setup.incarnations().origin().isBackup();
    }

    private void run() {
        replica.move(ReplicaState.RUNNING, "", partition());
    }

    /** Replaces the store; the log and the vote stay as they are, so that nothing of Raft is forgotten. */
    private Plan repairStore() throws Blocked, IOException {
        replica.move(ReplicaState.REPAIRING_STORE, record.reason(), null);
        Verdict verdict = files.judge(null, false);
        if (!(verdict instanceof Verdict.Sound sound)) {
            return mustRejoin(record.reason() + "; and of the log: " + verdict);
        }
        boolean isReplayable = sound.log().first() == 0 && !isRestored();
        if (!isReplayable && setup.isLone()) {
            throw new Blocked(By.NOBODY, record.reason() + "; " + NOBODY_ELSE);
        }
        files.moveStoreAside(record.reason());
        if (!isReplayable) {
            copy.pull(number, sound.log().first() - 1);
        }
        retries.repaired();
        record.write(Step.MEMBER, "");
        // The guard compares the copy with the log: of different histories, the replica rejoins.
        return Plan.OPEN;
    }

    /** Notes that the replica must leave and join before it takes part again. */
    Plan mustRejoin(String reason) throws Blocked, IOException {
        if (setup.isLone()) { // not noted: whoever puts the right files back must not have to remove the note as well
            throw new Blocked(By.NOBODY, reason + "; " + NOBODY_ELSE);
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
        files.moveLogAside(reason);
        FaultPoint.pass("rejoin.wiped");
        // What a sound store holds is committed, and need not come over the network again.
        life = files.begin(files.openAnyStore(), false);
        FaultPoint.pass("rejoin.started");
        replica.move(ReplicaState.REJOINING, reason, partition());
        join();
        FaultPoint.pass("rejoin.joined");
        record.write(Step.MEMBER, "");
        run();
        return Plan.DONE;
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
                if (isLeader()) {
                    return; // a member, then: the answer was lost, or a crash came before it was noted
                }
                replica.move(ReplicaState.REJOINING, record.reason() + "; " + e.reason(), partition());
                pause(retries.nextPauseMs());
            }
        }
    }

    private boolean isLeader() {
        Partition joined = partition();
        return joined != null && joined.leader().equals(setup.nodeId());
    }
}
