package io.weir.consensus.repair;

import io.weir.consensus.guard.Durable;
import io.weir.consensus.guard.LogGuard;
import io.weir.consensus.guard.Repair;
import io.weir.consensus.guard.StoreMark;
import io.weir.consensus.guard.Verdict;
import io.weir.consensus.guard.VoteFile;
import io.weir.consensus.repair.Blocked.By;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one replica, while it is not alive: opens its store after a look at it, has its log judged and mended, and
 * moves aside what is not trusted. One thread.
 */
final class ReplicaFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaFiles.class);

    private final RepairSetup setup;
    private final int number;
    private final LogGuard guard;
    private final OpenMark openMark;

    ReplicaFiles(RepairSetup setup, int number) {
        this.setup = setup;
        this.number = number;
        Path group = setup.groups().directory(number);
        this.guard = new LogGuard(group, setup.data().resolve("raft-guard").resolve(group.getFileName()));
        this.openMark = new OpenMark(setup.data(), number);
    }

    /**
     * Opens the store, after a look at it: at a part of it, or at all of it if the process ended while it was open.
     *
     * @throws StoreException.Corrupted if it is damaged, also if the disk cannot read it
     * @throws Blocked if only a human can help
     */
    LogStore openStore() throws Blocked, IOException {
        try {
            setup.stores().check(number, openMark.isSet());
            openMark.set();
            return setup.stores().open(number);
        } catch (StoreException.Incompatible e) {
            throw new Blocked(By.NOBODY, String.valueOf(e.getMessage()));
        } catch (StoreException.Failed e) {
            if (String.valueOf(e.getMessage()).contains("Input/output error")) {
                throw new StoreException.Corrupted("the disk cannot read it: " + e.getMessage());
            }
            // Nobody serves meanwhile, and whoever starts it is there to read this.
            if (setup.isLone() && FreeSpace.isThere(setup.data())) {
                throw new Blocked(By.NOBODY, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /** As {@link #openStore}; one that is damaged is moved aside, and a new one opened. */
    LogStore openAnyStore() throws Blocked, IOException {
        try {
            return openStore();
        } catch (StoreException.Corrupted e) {
            moveStoreAside(String.valueOf(e.getMessage()));
            return openStore();
        }
    }

    /**
     * Judges Raft's files beside a store.
     *
     * @param store null if it is damaged
     * @param isRestored whether it comes from a backup, and no group has run on it
     */
    Verdict judge(@Nullable LogStore store, boolean isRestored) {
        if (store == null) {
            return guard.check(new StoreMark.Unknown(), setup.members());
        }
        PartitionState checkpoint = store.checkpoint();
        StoreMark mark = StoreMark.of(checkpoint.appliedTerm(), checkpoint.appliedIndex(), isRestored);
        return guard.check(mark, setup.members());
    }

    /**
     * Mends the vote file after a life of this process: every promise of it was made in a term up to this one. On a full disk
     * Ratis puts an empty file in place of the last one, and goes into terms that it cannot write down; the guard would take
     * both for a vote that was forgotten.
     *
     * @param lastTerm as Ratis had it in memory when the group stopped
     */
    void mendVote(long lastTerm) throws IOException {
        Path file = guard.group().resolve(LogGuard.CURRENT).resolve(VoteFile.NAME);
        if (Files.exists(file)) {
            VoteFile vote = VoteFile.read(file);
            if (vote == null || vote.term() < lastTerm) {
                LOG.warn("{}: partition {}: its vote was not written, and is renewed", setup.nodeId(), number);
                VoteFile.write(file, lastTerm + 1);
            }
        }
    }

    /** Makes the repairs of a verdict. */
    void mend(Verdict.Sound sound) throws IOException {
        if (!sound.repairs().isEmpty()) {
            LOG.warn("{}: partition {}: mending Raft's log: {}", setup.nodeId(), number, sound.repairs());
            guard.apply(sound, aside(sound.repairs()));
        }
    }

    /** What a crash left, or a copy has overtaken, is no reason to distrust a disk: it lies apart from what is damaged. */
    private Path aside(List<Repair> repairs) throws IOException {
        List<String> damages = new ArrayList<>();
        for (Repair repair : repairs) {
            if (repair instanceof Repair.DropPrefix drop && drop.isDamage()) {
                damages.add(drop.reason());
            } else if (repair instanceof Repair.DropConfiguration drop) {
                damages.add(drop.file().getFileName() + " is not the one that was written last");
            }
        }
        String name = "raft-" + number;
        return damages.isEmpty()
                ? setup.data().resolve("superseded").resolve(name)
                : setup.quarantine()
                        .create(name, "part of the Raft log of partition " + number, String.join("; ", damages));
    }

    /**
     * Begins a life on these files.
     *
     * @param store becomes the life's; closed if it fails
     */
    Life begin(LogStore store, boolean isMember) throws IOException {
        boolean begun = false;
        try {
            Life life = Life.begin(setup, number, store, guard.keep(), openMark, isMember);
            begun = true;
            return life;
        } finally {
            if (!begun) {
                store.close();
            }
        }
    }

    /** Moves the store aside, if there is anything of it. */
    void moveStoreAside(String reason) throws IOException {
        Path store = setup.stores().directory(number);
        if (StoreCopy.isAnything(store)) {
            Path place = setup.quarantine().create("store-" + number, "store of partition " + number, reason);
            Quarantine.moveInto(place, store);
        }
    }

    /** Moves Raft's files and the note of the log's length aside, if there are any. */
    void moveLogAside(String reason) throws IOException {
        if (Files.exists(guard.group()) || Files.exists(guard.note())) {
            Path place = setup.quarantine().create("raft-" + number, "Raft log of partition " + number, reason);
            Quarantine.moveInto(place, guard.group());
            if (Files.exists(guard.note())) {
                Durable.move(guard.note(), place.resolve("raft-guard"));
            }
        }
    }
}
