package io.weir.jepsen.run;

import io.weir.jepsen.disk.DiskRack;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.TimeSpan;
import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import io.weir.jepsen.rig.WallClock;
import io.weir.jepsen.workload.Activity;
import io.weir.protocol.NodeStatus;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A trial with all that belongs to it: a cluster is started for it, hurt and taken down, and what is left is a history and the
 * record of the run.
 *
 * @param record what was run
 * @param history what clients saw
 * @param failure what ended the run before its time: the store did what it never may, or could not be healed; null if nothing did
 */
public record Run(
        RunRecord record, HistoryFile history, @Nullable Throwable failure) {
    /** So long after a fault was healed a replica may still be opened anew. */
    private static final long REOPENING_NS = 10_000_000_000L;

    /**
     * Runs; returns when all processes have ended.
     *
     * @throws io.weir.client.EventStoreException if the cluster cannot be started
     */
    public static Run of(RunRequest request) throws InterruptedException {
        Map<Tier, Optional<String>> missing = new EnumMap<>(Tier.class);
        List<Nemesis> possible = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (Nemesis nemesis : request.nemeses()) {
            missing.computeIfAbsent(nemesis.tier(), tier -> whatIsMissing(tier, request))
                    .ifPresentOrElse(why -> skipped.add(nemesis.name() + ": " + why), () -> possible.add(nemesis));
        }
        boolean hasDisks = possible.stream().anyMatch(nemesis -> nemesis.tier() == Tier.DISKS);
        Activity activity = request.activity().create(request.seed(), request.mix());
        TrialPlan plan = new TrialPlan(
                possible, request.time(), request.seed(), request.mix().clients(), request.timeout());
        try (Testbed testbed = Testbed.start(request.cluster(), hasDisks ? request.disks() : null, request.seed())) {
            String weir = testbed.status(testbed.nodes().get(0))
                    .map(NodeStatus::getVersion)
                    .orElse("");
            Trial trial = new Trial(testbed, activity, plan);
            long recoveryMs = 0;
            Throwable failure = null;
            try {
                recoveryMs = trial.run().recoveryMs();
            } catch (ExecutionException | RuntimeException e) {
                failure = e;
            }
            Header header = activity.describe(new Header(activity.workload(), request.seed(), weir)
                    .withNodes(testbed.nodes())
                    .withReopenings(reopenings(trial.faults())));
            RunRecord record = new RunRecord(
                    request.activity().name(),
                    possible.stream().map(Nemesis::name).toList(),
                    skipped,
                    request.seed(),
                    request.time(),
                    request.timeout(),
                    request.mix().clients(),
                    testbed.nodes(),
                    trial.faults(),
                    recoveryMs,
                    weir,
                    machine(),
                    request.command());
            return new Run(record, new HistoryFile(header, trial.history()), failure);
        }
    }

    private static List<TimeSpan> reopenings(List<FaultWindow> faults) {
        return faults.stream()
                .filter(fault -> Nemeses.reopens(fault.nemesis()))
                .map(fault -> new TimeSpan(fault.beganNs(), fault.healedNs() + REOPENING_NS))
                .toList();
    }

    private static Optional<String> whatIsMissing(Tier tier, RunRequest request) {
        return switch (tier) {
            case PROCESSES -> Optional.empty();
            case DISKS -> DiskRack.whatIsMissing(request.disks());
            case CLOCKS -> WallClock.whatIsMissing();
        };
    }

    private static String machine() {
        return String.format(
                Locale.ROOT,
                "%s %s, %d processors, %s %s",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.version"));
    }
}
