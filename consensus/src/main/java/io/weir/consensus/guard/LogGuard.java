package io.weir.consensus.guard;

import io.weir.consensus.guard.LogFiles.Unfit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The guard of one group's Raft log: says before Raft starts whether it may, and makes what little must be repaired.
 *
 * <p>Ratis starts without a word on a log that was shortened, and a replica that has forgotten what it acknowledged, or whom
 * it voted for, breaks Raft's promises. On other damage Ratis refuses, and one group that it refuses ends the server with all
 * groups. So everything that it would trip over is found here, and everything that it would pass over as well.
 *
 * <p>Who calls what, in this order; one thread at a time:
 *
 * <ol>
 *   <li>The starter forces all files of the group to disk, opens the store (which then is at its checkpoint), and calls
 *       {@link #check}. A store that cannot be opened is {@link StoreMark.Unknown}: on {@link Verdict.Sound} the copy that
 *       replaces it must reach to {@code log().first() - 1} at least.
 *   <li>On {@link Verdict.Quarantine} the group must not be started. Its directory and the note are moved aside, and the
 *       replica leaves the group and joins it anew.
 *   <li>On {@link Verdict.Sound} the starter calls {@link #apply}. If {@link Verdict.Sound#isVoteUncertain}, or the machine
 *       was booted since, it waits until every election is over that the replica may have voted in.
 *   <li>Then, and on {@link Verdict.Fresh}, it calls {@link #keep} before Ratis creates a file, and starts the group.
 *   <li>While the group runs, {@link WatermarkKeeper#follow} is called every few milliseconds with Ratis' flush index, and
 *       {@link WatermarkKeeper#lowerTo} from the call by which Ratis tells its state machine that it will cut the log.
 *       {@link WatermarkKeeper#force} is called before a checkpoint counts as complete.
 *   <li>After a copy of the store was installed nothing needs to be told: Ratis' flush index moves to the copy's, and a log
 *       that ends below the checkpoint is dropped as long as the note does not say that more was flushed.
 * </ol>
 */
public final class LogGuard {
    private final Path group;
    private final Path note;

    /** Where Ratis keeps log and vote in a group's directory. */
    public static final String CURRENT = LogFiles.CURRENT;

    /**
     * @param group Ratis' directory of the group
     * @param note the file of the group's {@link Watermark}, outside every directory of Ratis
     */
    public LogGuard(Path group, Path note) {
        this.group = group;
        this.note = note;
    }

    /**
     * The guard of one group of a node.
     *
     * @param data the node's directory
     * @param id the group's id, which names Ratis' directory {@code raft/<id>} and the note {@code raft-guard/<id>}
     */
    public static LogGuard of(Path data, UUID id) {
        return new LogGuard(
                data.resolve("raft").resolve(id.toString()),
                data.resolve("raft-guard").resolve(id.toString()));
    }

    /** The id of a partition's Raft group: the same on all nodes of a cluster, which need not agree on it. */
    public static UUID groupId(String clusterId, int partition) {
        return UUID.nameUUIDFromBytes(("weir/" + clusterId + "/" + partition).getBytes(StandardCharsets.UTF_8));
    }

    /** Ratis' directory of the group. */
    public Path group() {
        return group;
    }

    /** The file of the note. A group that is moved aside takes it along. */
    public Path note() {
        return note;
    }

    /**
     * Judges the files, and changes none. Reads the whole log.
     *
     * @param store what the store holds
     * @param members ids of all who may be voted for
     */
    public Verdict check(StoreMark store, Set<String> members) {
        try {
            Mark mark = Watermark.read(note);
            if (LogFiles.isUnused(group)) {
                return unused(mark, store);
            }
            if (mark == null) {
                return new Verdict.Quarantine(note + " is missing: nobody knows how long the log in " + group + " was");
            }
            return new LogJudge(LogFiles.read(group, store.index()), mark, store, members).judge();
        } catch (Unfit | Watermark.Unreadable e) {
            return new Verdict.Quarantine(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Verdict.Quarantine("cannot be read: " + e);
        }
    }

    private Verdict unused(@Nullable Mark mark, StoreMark store) {
        if (mark != null && !mark.equals(Mark.NONE)) {
            return new Verdict.Quarantine(
                    "the log in " + group + " is missing, but entries up to " + mark.index() + " were flushed");
        }
        boolean isFirst = store instanceof StoreMark.Empty || (store instanceof StoreMark.At at && at.isRestored());
        return isFirst
                ? new Verdict.Fresh()
                : new Verdict.Quarantine("the log in " + group + " is missing, but the store is not new");
    }

    /**
     * Makes the repairs of a verdict, in their order; when it returns they are on the disk. A crash in between leaves files
     * that are judged anew.
     *
     * @param aside a directory of the same file system, into which files are moved; created if need be. Nothing is deleted
     * @throws IOException if a repair fails: the group must not be started
     */
    public void apply(Verdict.Sound verdict, Path aside) throws IOException {
        for (Repair repair : verdict.repairs()) {
            if (repair instanceof Repair.DropPrefix drop) {
                move(drop.files(), aside);
            } else if (repair instanceof Repair.DropRest drop) {
                move(drop.files(), aside);
            } else if (repair instanceof Repair.CutTail cut) {
                Durable.truncate(cut.file(), cut.bytes());
                if (!cut.keep().equals(cut.file())) {
                    Durable.move(cut.file(), cut.keep());
                }
            } else if (repair instanceof Repair.RenewVote renew) {
                VoteFile.write(renew.file(), renew.term());
            } else if (repair instanceof Repair.DropConfiguration drop) {
                move(List.of(drop.file()), aside);
            }
        }
    }

    private static void move(List<Path> files, Path aside) throws IOException {
        Durable.createDirectories(aside);
        for (Path file : files) {
            Path to = aside.resolve(file.getFileName());
            for (int i = 1; Files.exists(to); i++) {
                to = aside.resolve(file.getFileName() + "." + i);
            }
            Durable.move(file, to);
        }
    }

    /**
     * Opens the note, creating it for a new group, so that it follows the log from now on.
     *
     * @throws Watermark.Unreadable if it is damaged; after {@link #check} it is not
     */
    public WatermarkKeeper keep() throws IOException {
        return new WatermarkKeeper(Watermark.open(note), group.resolve(CURRENT), System::nanoTime);
    }
}
