package io.weir.jepsen;

import io.weir.client.EventStoreException;
import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.checker.AnomalyKind;
import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.run.Trial;
import io.weir.jepsen.run.TrialPlan;
import io.weir.jepsen.run.TrialResult;
import io.weir.jepsen.workload.Activity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/** Runs on clusters of which all nodes make the same mistake on purpose, one after the other, until it is noticed. */
final class MutantHunt {
    private static final int CLIENTS = 10;

    private final ProductMutant mutant;
    private final Path directory;
    private final Random seeds;
    private int runs;

    /**
     * What has given a mutant away.
     *
     * @param what kinds of anomalies, or what the cluster said when it did not serve
     * @param argument of the first one, for people
     * @param runs how many it took
     */
    record Finding(String what, String argument, int runs) {}

    MutantHunt(ProductMutant mutant, Path directory, long seed) {
        this.mutant = mutant;
        this.directory = directory;
        this.seeds = new Random(seed);
    }

    /** Goes on until something is found, or no run may begin any more. */
    Optional<Finding> hunt(Duration limit) throws Exception {
        if (mutant.isOfDisks()) {
            return cutPower(limit);
        }
        long untilNanos = System.nanoTime() + limit.toNanos();
        Optional<Finding> found = Optional.empty();
        while (found.isEmpty() && System.nanoTime() < untilNanos) {
            runs++;
            found = run(seeds.nextLong());
        }
        return found;
    }

    /** What tells here is a ledger of numbered appends, read on every replica. */
    private Optional<Finding> cutPower(Duration limit) throws Exception {
        try (PowerCuts cuts = PowerCuts.start(directory, jvmArguments(), seeds.nextLong())) {
            long untilNanos = System.nanoTime() + limit.toNanos();
            while (System.nanoTime() < untilNanos) {
                runs++;
                try {
                    System.out.println("MutantHunt: " + mutant.label() + ", " + cuts.round());
                } catch (AssertionError | EventStoreException e) {
                    String why = String.valueOf(e.getMessage()).strip();
                    return Optional.of(new Finding("the ledger, at cut " + runs, why, runs));
                }
            }
        }
        return Optional.empty();
    }

    private List<String> jvmArguments() {
        return List.of("-Dweir.mutant=" + mutant.label());
    }

    private Optional<Finding> run(long seed) throws InterruptedException, ExecutionException {
        LocalCluster.Options options =
                Rig.options(directory.resolve("run-" + runs)).withJvmArguments(jvmArguments());
        try (Testbed testbed = Testbed.start(options, null, seed)) {
            Activity activity = mutant.activity();
            TrialPlan plan = new TrialPlan(mutant.nemeses(), mutant.time(), seed, CLIENTS, mutant.timeout());
            return judge(new Trial(testbed, activity, plan).run(), activity);
        }
    }

    private Optional<Finding> judge(TrialResult result, Activity activity) {
        Verdict verdict = Judgement.of(
                        new HistoryFile(new Header(activity.workload(), 0, ""), result.history()),
                        activity.workload(),
                        0)
                .verdict();
        Set<AnomalyKind> proofs = EnumSet.copyOf(mutant.kinds());
        proofs.retainAll(verdict.kinds());
        System.out.println("MutantHunt: " + mutant.label() + ", run " + runs + ": "
                + result.history().size() + " lines, " + verdict.kinds() + ", " + verdict.doubts() + ", "
                + result.faults());
        if (proofs.isEmpty()) {
            return Optional.empty();
        }
        String kinds = proofs.stream().map(AnomalyKind::label).collect(Collectors.joining(", "));
        return Optional.of(new Finding(kinds, verdict.anomalies().get(0).toString(), runs));
    }
}
