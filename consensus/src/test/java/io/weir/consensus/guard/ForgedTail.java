package io.weir.consensus.guard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Entries at the end of a stopped replica's log that no majority has: what a leader leaves that was cut off from the others. */
public final class ForgedTail {
    private ForgedTail() {}

    /** @param group Ratis' directory of the group */
    public static void append(Path group, int entries) throws IOException {
        List<SegmentName> open;
        try (Stream<Path> files = Files.list(group.resolve("current"))) {
            open = files.filter(SegmentName::isLoaded)
                    .map(SegmentName::parse)
                    .filter(name -> name != null && name.isOpen())
                    .toList();
        }
        SegmentName name = open.get(0);
        SegmentScan scan = new SegmentScanner().scan(name, 0, EntryVisitor.NONE);
        ByteArrayOutputStream tail = new ByteArrayOutputStream();
        for (int i = 1; i <= entries; i++) {
            long index = scan.soundLast() + i;
            tail.writeBytes(TestLog.record(TestLog.command(scan.lastTerm(), index, 20)));
        }
        byte[] sound = Files.readAllBytes(name.path());
        Files.write(name.path(), Arrays.copyOf(sound, (int) scan.soundBytes()));
        Files.write(name.path(), tail.toByteArray(), StandardOpenOption.APPEND);
    }
}
