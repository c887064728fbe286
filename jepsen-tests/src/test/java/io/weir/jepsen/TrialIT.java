package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import io.weir.jepsen.run.Pace;
import io.weir.jepsen.run.Trial;
import io.weir.jepsen.run.TrialPlan;
import io.weir.jepsen.run.TrialResult;
import io.weir.jepsen.workload.Activity;
import io.weir.jepsen.workload.Mix;
import io.weir.jepsen.workload.NamedActivity;
import io.weir.jepsen.workload.Workloads;
import io.weir.protocol.NodeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short mixture of faults, under one workload that the seed chooses: the cluster keeps its promises. {@code -Dweir.trial.seed=}
 * makes the same choices again. {@code weir.trial.workload}, {@code .nemesis} (a name; {@code mix}: what needs no disks;
 * {@code all}), {@code .seconds} and {@code .clients} choose. The history of a run that fails is kept, and its path is in the
 * message.
 */
class TrialIT {
    private static final int SECONDS = Integer.getInteger("weir.trial.seconds", 20);
    private static final int CLIENTS = Integer.getInteger("weir.trial.clients", 8);
    private static final String NEMESIS = System.getProperty("weir.trial.nemesis", "mix");
    private static final boolean IS_SHORT = SECONDS <= 60;

    /** In little time much in doubt makes a run void: a client waits longer than a fault lasts. */
    private static final Duration TIMEOUT = Duration.ofSeconds(IS_SHORT ? 15 : 5);

    /** After these a busy machine takes longer to start processes, or to copy, than a short run lasts. */
    private static final Set<String> LONG =
            Set.of("kill-majority", "kill-all", "restart-all", "wipe", "damage-log", "damage-vote", "damage-store");

    @TempDir
    Path directory;

    @Test
    void clusterKeepsItsPromises() throws Exception {
        long seed = Long.getLong("weir.trial.seed", Rig.seed());
        NamedActivity chosen = chosen(seed);
        List<Nemesis> nemeses = nemeses();
        boolean needsDisks = nemeses.stream().anyMatch(nemesis -> nemesis.tier() == Tier.DISKS);
        System.out.printf(Locale.ROOT, "TrialIT: seed %d: %s, %s%n", seed, chosen.name(), NEMESIS);
        Activity activity = chosen.create(seed, Mix.DEFAULT.withClients(CLIENTS));
        Pace pace = IS_SHORT ? Pace.SHORT : Pace.DEFAULT;
        TrialPlan plan = new TrialPlan(nemeses, Duration.ofSeconds(SECONDS), seed, CLIENTS, TIMEOUT, pace);
        try (Testbed testbed = Testbed.start(Rig.options(directory), needsDisks ? Tiers.racks() : null, seed)) {
            String weir = testbed.status("n1").map(NodeStatus::getVersion).orElse("");
            Header header = activity.describe(new Header(activity.workload(), seed, weir).withNodes(testbed.nodes()));
            Trial trial = new Trial(testbed, activity, plan);
            try {
                judge(header, trial.run());
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + "; the history is " + kept(new HistoryFile(header, trial.history())), e);
            }
        }
    }

    private static NamedActivity chosen(long seed) {
        String name = System.getProperty("weir.trial.workload", "");
        int place = new Random(seed).nextInt(Workloads.ALL.size());
        return name.isEmpty() ? Workloads.ALL.get(place) : Workloads.named(name).orElseThrow();
    }

    private static List<Nemesis> nemeses() {
        List<Nemesis> chosen = switch (NEMESIS) {
            case "none" -> List.of();
            case "mix" ->
                Nemeses.ALL.stream()
                        .filter(nemesis -> nemesis.tier() == Tier.PROCESSES)
                        .filter(nemesis -> !IS_SHORT || !LONG.contains(nemesis.name()))
                        .toList();
            case "all" ->
                Nemeses.ALL.stream()
                        .filter(nemesis -> Tiers.allow(nemesis.tier()))
                        .toList();
            default -> List.of(Nemeses.named(NEMESIS).orElseThrow());
        };
        if (chosen.stream().anyMatch(nemesis -> nemesis.tier() == Tier.DISKS)) {
            Tiers.assumeDisks();
        }
        return chosen;
    }

    private static void judge(Header header, TrialResult result) {
        result.faults()
                .forEach(fault -> System.out.printf(
                        Locale.ROOT,
                        "TrialIT: %.1f s to %.1f s: %s: %s%n",
                        fault.beganNs() / 1e9,
                        fault.healedNs() / 1e9,
                        fault.nemesis(),
                        fault.description()));
        Judgement judgement = Judgement.of(new HistoryFile(header, result.history()), null, 0);
        judgement.rates().byName().forEach((name, counts) -> System.out.println("TrialIT: " + name + ": " + counts));
        result.history().lines().stream()
                .filter(line -> line.type() == LineType.INFO || line.type() == LineType.FAIL)
                .map(line -> line.type() + " " + error(String.valueOf(line.error())))
                .collect(Collectors.groupingBy(error -> error, Collectors.counting()))
                .forEach((error, count) -> System.out.println("TrialIT: " + count + " " + error));
        System.out.printf(
                Locale.ROOT,
                "TrialIT: %.0f/s, recovered after %d ms%n",
                judgement.rates().okPerSecond(),
                result.recoveryMs());
        Verdict verdict = judgement.verdict();
        assertThat(verdict.status()).as(verdict.report()).isEqualTo(Verdict.Status.VALID);
    }

    /** Without what differs each time. */
    private static String error(String message) {
        String kind = message.replaceAll("[0-9a-f]*[0-9][0-9a-f]*", "N");
        return kind.substring(0, Math.min(kind.length(), 100));
    }

    private static Path kept(HistoryFile history) throws IOException {
        Path file = Distribution.moduleDirectory()
                .resolve("target/trial-" + history.header().seed() + ".ndjson.gz");
        history.write(file);
        return file;
    }
}
