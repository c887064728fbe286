package io.weir.benchmarks.costs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.logstore.ReadView;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each replica pays for an entry, from Raft's bytes to the commit. */
@Timeout(120)
class ApplyCostsTest {
    private static final int ENTRY = 256;
    private static final int ENTRIES = 16;

    @TempDir
    Path directory;

    /** The bytes of an event go from the entry into their row; nothing on the way makes a copy on the heap. */
    @Test
    void payloadsAreNotCopiedOnTheHeap() throws Exception {
        int smallBytes = 100;
        int largeBytes = 4_100;
        double small = allocatedPerCommand("small", smallBytes);
        double large = allocatedPerCommand("large", largeBytes);
        assertThat(Meter.shown("copies of a payload while it is applied", (large - small) / (largeBytes - smallBytes)))
                .as(
                        "heap bytes for each byte of payload, from an event of %d to one of %d bytes",
                        smallBytes, largeBytes)
                .isLessThan(0.5);
    }

    @Test
    void anAppendLeavesLittleOnTheHeap() throws Exception {
        assertThat(Meter.shown("heap bytes of a command while it is applied", allocatedPerCommand("store", 100)))
                .as("heap bytes that the applier allocates for a command")
                .isLessThan(4_000);
    }

    private double allocatedPerCommand(String name, int payloadBytes) throws Exception {
        try (OnePartition replica = new OnePartition(directory.resolve(name))) {
            Commands commands = new Commands(1, payloadBytes);
            List<ByteString> entries = new ArrayList<>();
            for (int i = 0; i < ENTRIES; i++) {
                entries.add(commands.entry(ENTRY));
            }
            replica.apply(commands.entry(ENTRY)); // creates the streams, and loads the classes
            replica.partition.quiesce();
            long before = Meter.allocatedBytes(replica.applier());
            entries.forEach(replica::apply);
            replica.partition.quiesce();
            return (double) (Meter.allocatedBytes(replica.applier()) - before) / ENTRIES / ENTRY;
        }
    }

    /** Events of one entry share rows; a stream costs rows once, and a session too. */
    @Test
    void eventsShareRows() throws Exception {
        try (OnePartition replica = new OnePartition(directory)) {
            Commands commands = new Commands(1, 100);
            replica.apply(commands.entry(ENTRY));
            TableDigests before = rows(replica);
            for (int i = 0; i < ENTRIES; i++) {
                replica.apply(commands.entry(ENTRY));
            }
            TableDigests after = rows(replica);
            double events = ENTRIES * ENTRY;
            assertThat(Meter.shown("rows of events for an event", added(before, after, Table.EVENTS) / events))
                    .as("rows for each event of 100 bytes")
                    .isLessThan(0.1);
            assertThat(Meter.shown("full rows of streams for an event", added(before, after, Table.RUNS) / events))
                    .as("rows that index streams, for each event")
                    .isLessThan(0.04);
            assertThat(after.rows(Table.HEADS)).isEqualTo(Commands.STREAMS);
            assertThat(after.rows(Table.STREAMS)).isEqualTo(Commands.STREAMS);
            assertThat(after.rows(Table.NAMES)).isEqualTo(Commands.STREAMS);
            assertThat(after.rows(Table.SESSIONS)).isEqualTo(1);
            assertThat(after.rows(Table.EXPIRY)).isEqualTo(1);
            assertThat(after.rows(Table.ANSWERS))
                    .as("answers that the client has not given up")
                    .isLessThanOrEqualTo(Commands.UNDER_WAY);
        }
    }

    private static TableDigests rows(OnePartition replica) {
        replica.partition.quiesce();
        try (ReadView view = replica.store().openRead()) {
            return view.tableDigests();
        }
    }

    private static long added(TableDigests before, TableDigests after, Table table) {
        return after.rows(table) - before.rows(table);
    }

    /** However many events a command has, it is one call for each kind of row at most. */
    @Test
    void aCommandIsFewWrites() throws Exception {
        CountedWrites writes = new CountedWrites();
        try (OnePartition replica = new OnePartition(directory, writes::of)) {
            Commands commands = new Commands(16, 100);
            replica.apply(commands.entry(ENTRY));
            Map<String, Long> before = writes.counts();
            for (int i = 0; i < ENTRIES; i++) {
                replica.apply(commands.entry(ENTRY));
            }
            Map<String, Long> after = writes.counts();
            long allCommands = (long) ENTRIES * ENTRY;
            for (String write : List.of("append", "putAnswer", "putSession", "removeAnswers")) {
                long count = after.getOrDefault(write, 0L) - before.getOrDefault(write, 0L);
                Meter.shown(write + " for a command", (double) count / allCommands);
                assertThat(count)
                        .as("calls of %s for %d commands of 16 events", write, allCommands)
                        .isLessThanOrEqualTo(allCommands);
            }
            assertThat(after).doesNotContainKey("putTransaction").doesNotContainKey("putLock");
            assertThat(after.get("addExpiry"))
                    .as("notes that a session will expire")
                    .isEqualTo(1);
            assertThat(after.get("setState") - before.get("setState"))
                    .as("running values written, once an entry")
                    .isEqualTo(ENTRIES);
            assertThat(after.get("commit") - before.get("commit")).as("commits").isLessThanOrEqualTo(ENTRIES);
        }
    }

    /** What a commit writes is pages; they are written again by each commit that touches them. */
    @Test
    void theStoreWritesLittleMoreThanTheEvents() throws Exception {
        try (OnePartition replica = new OnePartition(directory)) {
            int payloadBytes = 1_024;
            Commands commands = new Commands(1, payloadBytes);
            replica.apply(commands.entry(ENTRY));
            replica.checkpoint();
            for (int i = 0; i < ENTRIES; i++) {
                replica.apply(commands.entry(ENTRY));
            }
            replica.partition.quiesce();
            double grown = replica.store().growthBytes();
            assertThat(Meter.shown(
                            "bytes of the store for a byte of events", grown / ((long) ENTRIES * ENTRY * payloadBytes)))
                    .as("bytes by which the store grows between two checkpoints, for a byte of payload")
                    .isLessThan(2.5);
        }
    }

    /** Many commands in one entry share its commit, and its sweep, digest and state. */
    @Test
    void aCommandIsCheaperInCompany() throws Exception {
        try (OnePartition replica = new OnePartition(directory)) {
            Commands commands = new Commands(1, 100);
            for (int i = 0; i < 8; i++) {
                cpuNanos(replica, commands, 1);
                cpuNanos(replica, commands, ENTRY);
            }
            double ratio = Meter.medianRatio(
                    21, () -> cpuNanos(replica, commands, ENTRY), () -> cpuNanos(replica, commands, 1));
            assertThat(Meter.shown("a command among 256 to one alone", ratio))
                    .as("processor time of a command in an entry of %d to that of one in an entry of its own", ENTRY)
                    .isLessThan(0.5);
        }
    }

    /** Of {@value #ENTRY} commands, in entries of so many. */
    private static long cpuNanos(OnePartition replica, Commands commands, int together) {
        List<ByteString> entries = new ArrayList<>();
        for (int i = 0; i < ENTRY; i += together) {
            entries.add(commands.entry(together));
        }
        replica.partition.quiesce();
        long before = Meter.cpuNanos(replica.applier());
        entries.forEach(replica::apply);
        replica.partition.quiesce();
        return Meter.cpuNanos(replica.applier()) - before;
    }
}
