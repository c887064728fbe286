package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.NumberedAppends.Call;
import io.weir.jepsen.Program.Result;
import io.weir.jepsen.rig.Harm;
import io.weir.protocol.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program saves a cluster that is written to, and restores three nodes of another one: it has everything that was
 * acknowledged before, goes on, and repairs itself as any other.
 *
 * <p>{@code -Dweir.backup.mib=2048} measures with a cluster of that size.
 */
@Timeout(3_600)
class BackupIT {
    private static final int MIB = Integer.getInteger("weir.backup.mib", 1);
    private static final int PAYLOAD_BYTES = 4 << 10;
    private static final int STREAMS_PER_PARTITION = 4;

    /** What happens to a restored cluster. */
    @FunctionalInterface
    private interface Loss {
        void happen(Rig rig, Ledger ledger) throws Exception;
    }

    @TempDir
    Path directory;

    private Path backup = Path.of("");
    private List<String> streams = List.of();

    /** What the restored cluster must hold: what was acknowledged, and what may have been written. */
    private final List<Call> calls = new ArrayList<>();

    @Test
    void aClusterIsSavedUnderLoadAndAnotherOneGoesOnWithIt() throws Exception {
        backup = directory.resolve("backup");
        saveUnderLoad();
        Result verified = Program.run(directory, "backup", "verify", backup.toString(), "-o", "ndjson")
                .requireExit(0);
        assertThat(verified.outLines()).hasSize(Rig.PARTITIONS).allMatch(line -> line.contains("\"sound\":true"));

        long begin = System.nanoTime();
        LocalCluster.Options options =
                Rig.options(directory.resolve("restored")).withServerArguments(Rig.SMALL_CHECKPOINTS);
        try (Rig rig = Rig.start(options, this::restore)) {
            report("restored on three nodes and ready after %.1f s", begin);
            rig.awaitEqualReplicas();
            check(rig);
            Ledger ledger = new Ledger(rig, STREAMS_PER_PARTITION, PAYLOAD_BYTES);
            ledger.requireService(100);
            // The default build leaves these to the test of nodes in one process, for want of time.
            List<Loss> losses =
                    MIB > 1 ? List.of(BackupIT::loseALeader, BackupIT::loseADisk, BackupIT::damageAStore) : List.of();
            for (Loss loss : losses) {
                loss.happen(rig, ledger);
            }
            check(rig);
            ledger.checkAll();
        }
    }

    @SuppressWarnings("try") // the load only has to last
    private void saveUnderLoad() throws Exception {
        try (Rig rig = Rig.start(directory)) {
            streams = rig.streamsInEveryPartition("saved", STREAMS_PER_PARTITION);
            NumberedAppends appends = new NumberedAppends(rig.client(), streams, 64, Rig.PATIENCE, PAYLOAD_BYTES);
            Set<Integer> before = new HashSet<>();
            try (Load load = Load.startSteady(appends)) {
                Rig.await(
                        "enough events",
                        () -> appends.acknowledgedCount() >= (MIB << 20) / PAYLOAD_BYTES
                                ? Optional.of(true)
                                : Optional.empty());
                for (Call call : appends.acknowledged()) {
                    before.add(call.number);
                    calls.add(call);
                }
                long begin = System.nanoTime();
                Program.run(
                                directory,
                                "backup",
                                "create",
                                backup.toString(),
                                "--connect",
                                rig.cluster().uri())
                        .requireExit(0);
                report("saved under load in %.1f s", begin);
            }
            for (Call call : appends.calls()) {
                if (!before.contains(call.number)) {
                    calls.add(new Call(call.number, call.stream)); // may be in it, or not
                }
            }
            assertThat(calls.size()).as("appends while the backup was taken").isGreaterThan(before.size());
        }
    }

    private static void report(String what, long beginNanos) {
        System.out.printf(Locale.ROOT, "BackupIT: " + what + "%n", (System.nanoTime() - beginNanos) / 1e9);
    }

    private void restore(List<String> nodeArguments) {
        List<String> words = new ArrayList<>(List.of("backup", "restore", backup.toString()));
        words.addAll(nodeArguments);
        try {
            Program.run(directory, words.toArray(String[]::new)).requireExit(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void check(Rig rig) throws Exception {
        for (String node : rig.cluster().nodeIds()) {
            for (String stream : streams) {
                NumberedAppends.check(calls, stream, rig.payloads(node, stream));
            }
        }
    }

    private static void loseALeader(Rig rig, Ledger ledger) throws Exception {
        String leader = rig.awaitLeader(0);
        rig.cluster().kill(leader);
        ledger.requireService(100);
        rig.cluster().restart(leader);
        rig.cluster().awaitReady(Rig.PATIENCE);
    }

    private static void loseADisk(Rig rig, Ledger ledger) throws Exception {
        rig.cluster().kill("n2");
        rig.files("n2").wipe();
        rig.cluster().restart("n2");
        ledger.requireService(100);
        awaitReady(rig, "n2");
        rig.awaitEqualReplicas();
    }

    private static void damageAStore(Rig rig, Ledger ledger) throws Exception {
        rig.cluster().stop("n3");
        Harm.FLIP.to(rig.files("n3").checkpoint(1), new Random(Rig.seed()));
        rig.cluster().restart("n3");
        ledger.requireService(100);
        awaitReady(rig, "n3");
        assertThat(rig.quarantined()).anyMatch(moved -> moved.startsWith("n3: store of partition 1"));
        rig.awaitEqualReplicas();
    }

    private static void awaitReady(Rig rig, String node) {
        Rig.await(node + " ready", () -> rig.status(node).filter(NodeStatus::getReady));
    }
}
