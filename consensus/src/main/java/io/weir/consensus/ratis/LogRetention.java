package io.weir.consensus.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How much of a Raft log stays when a checkpoint makes it dispensable, so that a follower that was away for a while can go on
 * from the log and needs no copy of the store. Ratis can only count entries, which have between a hundred bytes and eight million: a number
 * that lasts for a minute of small ones fills the disk with large ones. So the bytes are read off the files.
 *
 * <p>Whole closed segments are dropped. What stays of them is at least one of the limits, if the log had so much, and at most
 * that and one more segment, besides all that the checkpoint does not cover.
 *
 * @param bytes stop keeping after this many bytes of closed segments
 * @param entries stop keeping after this many entries in closed segments: each costs Ratis about 140 bytes of heap
 */
record LogRetention(long bytes, long entries) {
    private static final Pattern CLOSED_SEGMENT = Pattern.compile("log_(\\d{1,18})-(\\d{1,18})");

    private record Segment(long first, long last, long bytes) {}

    /**
     * @param directory of the segments
     * @param checkpointIndex last entry that the store has on disk
     * @return last indexes of the segments that may go, the oldest first; none above the checkpoint
     */
    List<Long> purgeable(Path directory, long checkpointIndex) throws IOException {
        List<Long> ends = new ArrayList<>();
        long keptBytes = 0;
        long keptEntries = 0;
        for (Segment segment : closedSegments(directory)) {
            if ((keptBytes >= bytes || keptEntries >= entries) && segment.last() <= checkpointIndex) {
                ends.add(segment.last());
            } else {
                keptBytes += segment.bytes();
                keptEntries += segment.last() - segment.first() + 1;
            }
        }
        Collections.reverse(ends);
        return ends;
    }

    private static void add(List<Segment> segments, Matcher name, Path file) throws IOException {
        try {
            segments.add(new Segment(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)), Files.size(file)));
        } catch (NoSuchFileException e) {
            // The last purge deletes on another thread, and has come to it since it was listed. Were this a failure,
            // Ratis
            // would not take note of the checkpoint, and would not say so either.
        }
    }

    /** The newest first. */
    private static List<Segment> closedSegments(Path directory) throws IOException {
        List<Segment> segments = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Matcher name = CLOSED_SEGMENT.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    add(segments, name, file);
                }
            }
        }
        segments.sort(Comparator.comparingLong(Segment::last).reversed());
        return segments;
    }
}
