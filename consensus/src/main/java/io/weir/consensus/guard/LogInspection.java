package io.weir.consensus.guard;

import io.weir.consensus.guard.LogFiles.Unfit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of one group's Raft files without changing any: for people. It goes on where the guard stops, and tells of
 * each file on its own. Of a running node it tells what was on the disk while it looked: the end of the open segment may be a
 * write under way, and the note may be behind.
 *
 * @param note what was noted; null if there is no note that can be read
 * @param noteProblem why not, or empty
 * @param vote the vote file; null if there is none that can be read
 * @param voteProblem why not, or empty
 * @param segments in the order in which Raft loads them
 * @param filesProblem what is wrong with the directory as such, or empty
 * @param verdict what the guard would say at the next start
 */
public record LogInspection(
        @Nullable Mark note,
        String noteProblem,
        @Nullable VoteFile vote,
        String voteProblem,
        List<Segment> segments,
        String filesProblem,
        Verdict verdict) {
    /**
     * One segment.
     *
     * @param file its name
     * @param first index of its first entry, by its name
     * @param last index of its last sound entry; one below {@code first} if there is none
     * @param entries how many sound entries it begins with
     * @param firstTerm of them, -1 if there is none
     * @param lastTerm of them, -1 if there is none
     * @param bytes of the file
     * @param soundBytes of the header and the sound entries
     * @param problem what is wrong behind them, or empty
     */
    public record Segment(
            String file,
            long first,
            long last,
            long entries,
            long firstTerm,
            long lastTerm,
            long bytes,
            long soundBytes,
            String problem) {}

    /** Takes one entry of a segment. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param file the segment
         * @param entry its bytes are valid during this call only
         * @param offset of its record in the file, in bytes
         * @param length of its record, in bytes
         */
        void entry(String file, LogEntry entry, long offset, int length);
    }

    /**
     * Reads everything.
     *
     * @param store what the store holds; unknown is an answer too
     * @param members who may be voted for; empty if that is not known, and any vote will do
     * @param visitor takes every sound entry
     * @throws IOException if a directory cannot be listed
     */
    public static LogInspection of(LogGuard guard, StoreMark store, Set<String> members, Visitor visitor)
            throws IOException {
        Path current = guard.group().resolve(LogFiles.CURRENT);
        Mark note = null;
        String noteProblem = "";
        try {
            note = Watermark.read(guard.note());
            noteProblem = note == null ? guard.note() + " is missing" : "";
        } catch (IOException e) {
            noteProblem = String.valueOf(e.getMessage());
        }
        VoteFile vote = null;
        String voteProblem = "";
        try {
            vote = VoteFile.read(current.resolve(VoteFile.NAME));
            voteProblem = vote == null ? VoteFile.NAME + " is not what Raft writes" : "";
        } catch (IOException e) {
            voteProblem = VoteFile.NAME + " cannot be read: " + e;
        }
        List<Segment> segments = new ArrayList<>();
        String filesProblem = "";
        try {
            scan(current, visitor, segments);
        } catch (Unfit e) {
            filesProblem = String.valueOf(e.getMessage());
        }
        Set<String> voters = members.isEmpty() && vote != null ? Set.of(vote.votedFor()) : members;
        Verdict verdict = guard.check(store, voters);
        return new LogInspection(note, noteProblem, vote, voteProblem, List.copyOf(segments), filesProblem, verdict);
    }

    private static void scan(Path current, Visitor visitor, List<Segment> segments) throws IOException, Unfit {
        if (!Files.isDirectory(current)) {
            return;
        }
        SegmentScanner scanner = new SegmentScanner();
        long term = 0;
        for (SegmentName name : LogFiles.segments(current)) {
            SegmentScan scan = scanner.scan(
                    name, term, (entry, offset, length) -> visitor.entry(name.file(), entry, offset, length));
            term = Math.max(term, scan.lastTerm());
            segments.add(new Segment(
                    name.file(),
                    name.first(),
                    scan.soundLast(),
                    scan.entries(),
                    scan.firstTerm(),
                    scan.lastTerm(),
                    scan.fileBytes(),
                    scan.soundBytes(),
                    scan.isBroken() ? scan.problem() : ""));
        }
    }
}
