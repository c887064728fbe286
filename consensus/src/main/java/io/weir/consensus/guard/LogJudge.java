package io.weir.consensus.guard;

import io.weir.consensus.guard.LogFiles.Unfit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges what was read of a group's directory, against what was noted and what the store holds. */
final class LogJudge {
    /**
     * More terms than a replica can have been in since it noted one: an election takes half a second, and the kernel writes the
     * note down every half a minute even if nobody asks.
     */
    private static final long MAX_UNNOTED_TERMS = 1_000;

    private final LogFiles files;
    private final Mark mark;
    private final StoreMark store;
    private final Set<String> members;

    LogJudge(LogFiles files, Mark mark, StoreMark store, Set<String> members) {
        this.files = files;
        this.mark = mark;
        this.store = store;
        this.members = members;
    }

    Verdict.Sound judge() throws Unfit {
        SegmentChain chain = new SegmentChain(files.scans(), store, mark.index());
        chain.mend();
        LogRange range = range(chain.row());
        String overtaken = overtaken(chain.row(), range);
        if (!overtaken.isEmpty()) {
            chain.dropAll(overtaken);
            range = range(chain.row());
        }
        requireJoint(chain.row(), range);
        List<Repair> repairs = new ArrayList<>(chain.repairs());
        addIfPresent(repairs, vote(range));
        addIfPresent(repairs, configuration(range));
        return new Verdict.Sound(range, List.copyOf(repairs));
    }

    private LogRange range(List<SegmentScan> row) {
        if (row.isEmpty()) {
            long term = store instanceof StoreMark.At at ? at.term() : -1;
            return new LogRange(store.index() + 1, store.index(), term);
        }
        SegmentScan last = row.get(row.size() - 1);
        return new LogRange(row.get(0).name().first(), last.soundLast(), last.lastTerm());
    }

    /** Why the log is of no use any more beside a copy of the store that was installed; empty if it is. */
    private String overtaken(List<SegmentScan> row, LogRange range) {
        // Nothing of the log that came before was cut away yet.
        if (!range.isEmpty() && range.last() < store.index() && mark.index() <= store.index()) {
            return "the store holds entries up to " + store.index() + ", the log ends at " + range.last();
        }
        // What a majority has committed is in the copy. An entry that is another one there never was, nor any behind
        // it.
        return mark.index() < store.index() && isOther(row, range)
                ? "the store holds another entry " + store.index()
                : "";
    }

    /** The log must reach from the store's end to the note, and must be of the same history as the store. */
    private void requireJoint(List<SegmentScan> row, LogRange range) throws Unfit {
        if (!(store instanceof StoreMark.Unknown) && range.first() > store.index() + 1) {
            throw new Unfit(row.get(0).name().file() + ": the log begins at " + range.first()
                    + ", but the store holds entries up to " + store.index() + " only");
        }
        if (range.last() < Math.max(mark.index(), store.index())) {
            throw new Unfit("the log in " + files.current() + " ends at " + range.last() + ", but entries up to "
                    + Math.max(mark.index(), store.index()) + " were flushed");
        }
        if (store instanceof StoreMark.At at && isOther(row, range)) {
            throw new Unfit("the log in " + files.current() + " has another entry " + at.index()
                    + " than the store, whose entry is of term " + at.term());
        }
    }

    /** Whether the store's last entry is not the one that stands in its place in the log, or cannot come before the log. */
    private boolean isOther(List<SegmentScan> row, LogRange range) {
        if (!(store instanceof StoreMark.At at) || range.isEmpty()) {
            return false;
        }
        return (files.wantedTerm() >= 0 && range.first() <= at.index())
                ? files.wantedTerm() != at.term()
                : row.get(0).firstTerm() < at.term();
    }

    private Repair.@Nullable RenewVote vote(LogRange range) throws Unfit {
        long least = range.isEmpty() ? mark.term() : Math.max(mark.term(), range.lastTerm());
        if (files.isVoteEmpty()) {
            return new Repair.RenewVote(files.current().resolve(VoteFile.NAME), least + MAX_UNNOTED_TERMS);
        }
        VoteFile vote = files.vote();
        String file = files.current().resolve(VoteFile.NAME).toString();
        if (vote.term() < least) {
            throw new Unfit(file + " is of term " + vote.term() + ", but the replica has been in term " + least);
        }
        if (!vote.votedFor().isEmpty() && !members.contains(vote.votedFor())) {
            throw new Unfit(file + " holds a vote for \"" + vote.votedFor() + "\", who is no member");
        }
        return vote.crc() == mark.voteCrc()
                ? null
                : new Repair.RenewVote(files.current().resolve(VoteFile.NAME), vote.term() + 1);
    }

    /** Ratis takes the file's word, and the word of the log's last configuration over it. */
    private Repair.@Nullable DropConfiguration configuration(LogRange range) throws Unfit {
        ConfigurationFile found = files.configuration();
        boolean isNoted = (found == null ? 0 : found.crc()) == mark.configurationCrc();
        boolean isSound = found == null
                ? (isNoted || files.isAnyConfigurationLogged())
                : (found.index() >= 0 && (isNoted || files.isConfigurationLogged()));
        if (isSound) {
            return null;
        }
        String file = files.current().resolve(ConfigurationFile.NAME).toString();
        if (!files.isAnyConfigurationLogged()) {
            throw new Unfit(file + (found == null ? " is missing" : " is not the one that was written last")
                    + ", and the log from " + range.first() + " on does not name the members");
        }
        return new Repair.DropConfiguration(files.current().resolve(ConfigurationFile.NAME));
    }

    private static void addIfPresent(List<Repair> repairs, @Nullable Repair repair) {
        if (repair != null) {
            repairs.add(repair);
        }
    }
}
