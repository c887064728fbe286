package io.weir.benchmarks.costs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a leader pays to get commands into Raft's log: what it packs, and what the log has to carry. */
@Timeout(120)
class LogCostsTest {
    private static final int COMMANDS = 2_000;
    private static final int TARGET_ENTRY_BYTES = 256 << 10;

    @TempDir
    Path directory;

    /** What a leader made of commands that had queued behind an entry. */
    private record Log(int entries, long bytes, long allocatedBytes) {
        double allocatedPerCommand() {
            return (double) allocatedBytes / COMMANDS;
        }
    }

    /** Whatever the log carries is sent to each follower and synced on each disk. */
    @Test
    void anEntryIsLittleMoreThanItsEvents() throws Exception {
        int payloadBytes = 1_024;
        double beside = (double) log("store", payloadBytes).bytes() / COMMANDS - payloadBytes;
        assertThat(Meter.shown("bytes of the log for a command beside its payload", beside))
                .as("bytes that a command takes in Raft's log beside its payload of %d", payloadBytes)
                .isLessThan(130);
    }

    /** Raft's cost is per entry. */
    @Test
    void commandsThatWaitShareEntries() throws Exception {
        Log log = log("store", 100);
        assertThat(Meter.shown("entries of 2 000 small commands", log.entries()))
                .as("entries made of %d commands, %d bytes in all", COMMANDS, log.bytes())
                .isLessThanOrEqualTo((int) (log.bytes() / TARGET_ENTRY_BYTES) + 2);
    }

    /** The one copy is the encoded entry, which becomes Raft's. */
    @Test
    void payloadsAreCopiedOnceOnTheirWayIntoTheLog() throws Exception {
        int smallBytes = 100;
        int largeBytes = 4_100;
        double small = log("small", smallBytes).allocatedPerCommand();
        double large = log("large", largeBytes).allocatedPerCommand();
        assertThat(Meter.shown(
                        "copies of a payload on its way into the log", (large - small) / (largeBytes - smallBytes)))
                .as(
                        "heap bytes for each byte of payload, from an event of %d to one of %d bytes",
                        smallBytes, largeBytes)
                .isLessThan(1.5);
        assertThat(Meter.shown("heap bytes of a command on its way into the log", small))
                .as("heap bytes that the proposer allocates for a command of %d bytes", smallBytes)
                .isLessThan(700);
    }

    /** Queues commands behind a first one that is on its way, and commits what the leader makes of them. */
    private Log log(String name, int payloadBytes) throws Exception {
        try (OnePartition leader = new OnePartition(directory.resolve(name))) {
            Commands commands = new Commands(1, payloadBytes);
            List<CompletableFuture<Outcome>> answers = new ArrayList<>();
            answers.add(leader.partition.submit(commands.next(), 60_000));
            HeldRaft.Proposed first = leader.raft.take();
            long allocatedBefore = Meter.allocatedBytes(leader.proposer());
            for (int i = 0; i < COMMANDS; i++) {
                answers.add(leader.partition.submit(commands.next(), 60_000));
            }
            leader.commit(first);
            int entries = 0;
            long bytes = 0;
            for (int committed = 0; committed < COMMANDS; entries++) {
                HeldRaft.Proposed next = leader.raft.take();
                committed += LogEntry.parseFrom(next.data()).getProposalsCount();
                bytes += next.data().length;
                leader.commit(next);
            }
            for (CompletableFuture<Outcome> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).hasAppended()).isTrue();
            }
            return new Log(entries, bytes, Meter.allocatedBytes(leader.proposer()) - allocatedBefore);
        }
    }
}
