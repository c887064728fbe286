package io.weir.cli.doctor;

import io.weir.client.EventStoreException;
import io.weir.consensus.NodeFiles;
import io.weir.consensus.guard.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The checks of {@code weir doctor} that look at the files of a node: of one that is stopped, or of a copy. */
final class FileChecks {
    private FileChecks() {}

    static List<Finding> all(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try {
            NodeFiles node = NodeFiles.of(directory);
            if (node == null) {
                return List.of();
            }
            List<Finding> findings = new ArrayList<>();
            findings.add(quarantined(node));
            if (node.isRunning()) {
                findings.add(Finding.fine(
                        "raft log",
                        "not looked at: node " + node.nodeId() + " runs here, and looks itself at each start"));
                return findings;
            }
            for (int partition = 0; partition < node.partitions(); partition++) {
                findings.add(log(node, partition));
            }
            return findings;
        } catch (IOException | EventStoreException e) {
            return List.of(Finding.wrong(
                    "files", "cannot be read: " + e.getMessage(), "See that this user may read all of " + directory));
        }
    }

    private static Finding quarantined(NodeFiles node) throws IOException {
        if (!Files.isDirectory(node.quarantine())) {
            return Finding.fine("quarantine", "nothing was moved aside");
        }
        try (Stream<Path> entries = Files.list(node.quarantine())) {
            List<String> names = entries.map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList();
            return names.isEmpty()
                    ? Finding.fine("quarantine", "nothing was moved aside")
                    : Finding.wrong(
                            "quarantine",
                            "moved aside in " + node.quarantine() + ": " + String.join(", ", names),
                            ClusterFindings.ABOUT_QUARANTINE);
        }
    }

    private static Finding log(NodeFiles node, int partition) {
        String check = "raft log " + partition;
        Verdict verdict = node.guard(partition).check(node.storeMark(partition), node.members());
        if (verdict instanceof Verdict.Quarantine quarantine) {
            return Finding.wrong(
                    check,
                    quarantine.reason(),
                    "Start the node while a majority of the others runs: it leaves the group and joins it anew.");
        }
        if (verdict instanceof Verdict.Sound sound && !sound.repairs().isEmpty()) {
            return Finding.fine(
                    check, "sound up to entry " + sound.log().last() + "; what a crash left is mended at the start");
        }
        return verdict instanceof Verdict.Sound sound
                ? Finding.fine(
                        check,
                        "sound: entries " + sound.log().first() + " to "
                                + sound.log().last())
                : Finding.fine(check, "empty");
    }
}
