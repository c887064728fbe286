package io.weir.consensus.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Everything that is read of a group's directory before it is judged. */
final class LogFiles {
    /** A file is not as Ratis leaves it, beyond what a crash explains. The message names it. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String message) {
            super(message);
        }
    }

    /** Directory of a group's files, below the one that is named after the group. */
    static final String CURRENT = "current";

    private static final String VOTE_TEMPORARY = VoteFile.NAME + ".tmp";

    private final Path current;
    private final List<SegmentScan> scans = new ArrayList<>();
    private final long wantedIndex;
    private @Nullable VoteFile vote;
    private @Nullable ConfigurationFile configuration;
    private boolean isConfigurationLogged;
    private boolean isAnyConfigurationLogged;
    private long wantedTerm = -1;

    private LogFiles(Path group, long wantedIndex) {
        this.current = group.resolve(CURRENT);
        this.wantedIndex = wantedIndex;
    }

    /** Whether Ratis would format the directory: nothing of a group is there. */
    static boolean isUnused(Path group) throws IOException {
        Path current = group.resolve(CURRENT);
        if (!Files.exists(current)) {
            return true;
        }
        try (Stream<Path> files = Files.list(current)) {
            return files.allMatch(file -> file.getFileName().toString().equals(VOTE_TEMPORARY));
        }
    }

    /**
     * Reads all of it.
     *
     * @param wantedIndex the entry whose term is asked for, -1 for none
     */
    static LogFiles read(Path group, long wantedIndex) throws IOException, Unfit {
        LogFiles files = new LogFiles(group, wantedIndex);
        requireUsable(group);
        requireUsable(files.current);
        files.readVote();
        Path configuration = files.current.resolve(ConfigurationFile.NAME);
        files.configuration = ConfigurationFile.read(configuration);
        files.scan();
        return files;
    }

    private static void requireUsable(Path directory) throws Unfit {
        if (!Files.isDirectory(directory) || !Files.isWritable(directory) || !Files.isExecutable(directory)) {
            throw new Unfit(directory + " is not a directory that this user may write");
        }
    }

    private void readVote() throws IOException, Unfit {
        Path file = current.resolve(VoteFile.NAME);
        if (!Files.exists(file)) {
            throw new Unfit(file + " is missing");
        }
        vote = VoteFile.read(file);
        if (vote == null && Files.size(file) > 0) {
            throw new Unfit(file + " is not what Raft writes: term and vote expected");
        }
    }

    private void scan() throws IOException, Unfit {
        SegmentScanner scanner = new SegmentScanner();
        long term = 0;
        for (SegmentName name : segments(current)) {
            SegmentScan scan = scanner.scan(name, term, (entry, offset, length) -> visit(entry));
            scans.add(scan);
            term = Math.max(term, scan.lastTerm());
        }
    }

    /** The segments in the order in which Ratis loads them. */
    static List<SegmentName> segments(Path current) throws IOException, Unfit {
        List<SegmentName> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(current)) {
            for (Path file : files.filter(SegmentName::isLoaded).toList()) {
                SegmentName name = SegmentName.parse(file);
                if (name == null || !Files.isRegularFile(file) || !Files.isWritable(file)) {
                    throw new Unfit(file + " would be read as a segment of the log, but is none that Raft has written");
                }
                names.add(name);
            }
        }
        names.sort(SegmentName.ORDER);
        return names;
    }

    private void visit(LogEntry entry) {
        if (entry.index() == wantedIndex) {
            wantedTerm = entry.term();
        }
        if (entry.kind() == LogEntry.Kind.CONFIGURATION) {
            isAnyConfigurationLogged = true;
            if (configuration != null && configuration.index() == entry.index()) {
                CRC32C crc = new CRC32C();
                crc.update(entry.bytes().duplicate());
                isConfigurationLogged = (int) crc.getValue() == configuration.crc();
            }
        }
    }

    Path current() {
        return current;
    }

    /** The segments in their order; those without an entry as well. */
    List<SegmentScan> scans() {
        return scans;
    }

    /** Whether the vote file has no bytes: Ratis leaves it so when there is no space for a new one. */
    boolean isVoteEmpty() {
        return vote == null;
    }

    VoteFile vote() {
        if (vote == null) {
            throw new IllegalStateException("the vote file was not read");
        }
        return vote;
    }

    @Nullable
    ConfigurationFile configuration() {
        return configuration;
    }

    /** Whether the log holds the very entry that the configuration file is a copy of. */
    boolean isConfigurationLogged() {
        return isConfigurationLogged;
    }

    boolean isAnyConfigurationLogged() {
        return isAnyConfigurationLogged;
    }

    /** Term of the entry that was asked for, -1 if the log does not hold it. */
    long wantedTerm() {
        return wantedTerm;
    }
}
