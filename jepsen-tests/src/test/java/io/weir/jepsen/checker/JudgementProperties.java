package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What must not matter to a verdict does not: when the run was cut off, and how things are called. */
class JudgementProperties {
    @Property(tries = 2_000)
    void aBeginningOfAGoodHistoryIsGood(@ForAll long seed, @ForAll Workload workload) {
        HistoryFile good = good(workload, seed);
        int size = new Random(seed).nextInt(good.history().size() + 1);
        HistoryFile cut =
                new HistoryFile(good.header(), History.of(good.history().lines().subList(0, size)));
        Verdict verdict = Judgement.of(cut, workload, 0).verdict();
        assertThat(verdict.anomalies())
                .as("seed %d%n%s%n%s", seed, cut.history(), verdict.report())
                .isEmpty();
    }

    @Property(tries = 2_000)
    void namesDoNotMatter(@ForAll long seed, @ForAll Workload workload) {
        HistoryFile file = perhapsBad(workload, seed);
        Verdict verdict = Judgement.of(file, workload, 0).verdict();
        HistoryFile renamed = Renaming.of(file);
        Verdict other = Judgement.of(renamed, workload, 0).verdict();
        assertThat(other.kinds())
                .as("seed %d%n%s%n%s%n%s", seed, file.history(), verdict.report(), other.report())
                .isEqualTo(verdict.kinds());
        assertThat(other.status()).isEqualTo(verdict.status());
        assertThat(other.unlisted()).isEqualTo(verdict.unlisted());
    }

    @Property(tries = 500)
    void theSameIsSaidAgain(@ForAll long seed, @ForAll Workload workload) {
        HistoryFile file = perhapsBad(workload, seed);
        assertThat(Judgement.of(file, null, 0)).isEqualTo(Judgement.of(file, workload, 0));
    }

    /** Whatever a file says, there is a verdict on it, and no arithmetic that goes wrong. */
    @Property(tries = 3_000)
    void anyHistoryIsJudged(@ForAll long seed, @ForAll Workload workload) {
        Random random = new Random(seed);
        HistoryFile good = perhapsBad(workload, seed);
        HistoryFile file = new HistoryFile(
                random.nextBoolean() ? good.header() : Header.UNKNOWN, Extremes.in(good.history(), random));
        Verdict verdict = Judgement.of(file, workload, 0).verdict();
        assertThat(verdict.report()).as("seed %d", seed).isNotEmpty();
    }

    private static HistoryFile good(Workload workload, long seed) {
        return workload == Workload.LIST_APPEND
                ? new HistoryFile(
                        new Header(workload, seed, "test").withNodes(List.of("n1", "n2")), Histories.random(seed))
                : WorkloadSimulation.serial(workload, seed);
    }

    private static HistoryFile perhapsBad(Workload workload, long seed) {
        HistoryFile good = good(workload, seed);
        Random random = new Random(seed);
        if (workload == Workload.LIST_APPEND) {
            Mutation mutation = List.of(Mutation.values()).get(random.nextInt(Mutation.values().length));
            return new HistoryFile(
                    good.header(), mutation.apply(good.history(), random).orElse(good.history()));
        }
        List<WorkloadMutation> fitting = WorkloadMutationSimulation.all()
                .filter(mutation -> mutation.workload() == workload)
                .toList();
        Optional<HistoryFile> bad = fitting.get(random.nextInt(fitting.size())).apply(good, random);
        return bad.orElse(good);
    }
}
