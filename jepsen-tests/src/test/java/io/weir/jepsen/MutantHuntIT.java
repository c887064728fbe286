package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.MutantHunt.Finding;
import io.weir.jepsen.nemesis.Nemesis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes that make a mistake on purpose are given away by what clients see: each {@link ProductMutant} within some runs.
 *
 * <p>A build takes one that needs no faults, chosen by the seed. {@code -Dweir.mutants=all} for a recorded run of all, or names
 * of some, with commas; {@code -Dweir.mutants.seconds=N}: no further run of the same mutant begins after N seconds.
 */
@Timeout(3_600)
class MutantHuntIT {
    private static final String CHOSEN = System.getProperty("weir.mutants", "");
    private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("weir.mutants.seconds", 180));
    private static final long SEED = Rig.seed();

    @TempDir
    Path directory;

    static Stream<ProductMutant> chosen() {
        if (CHOSEN.isEmpty()) {
            List<ProductMutant> quick = Arrays.stream(ProductMutant.values())
                    .filter(ProductMutant::isQuick)
                    .toList();
            return Stream.of(quick.get(new Random(SEED).nextInt(quick.size())));
        }
        List<String> names = List.of(CHOSEN.split(","));
        List<ProductMutant> named = Arrays.stream(ProductMutant.values())
                .filter(mutant -> CHOSEN.equals("all") || names.contains(mutant.label()))
                .toList();
        assertThat(named).as("mutants of " + CHOSEN).isNotEmpty();
        return named.stream();
    }

    @ParameterizedTest
    @MethodSource("chosen")
    void aMistakeIsNoticed(ProductMutant mutant) throws Exception {
        if (mutant.isOfDisks()) {
            Tiers.assumeDisks();
        }
        long start = System.nanoTime();
        Optional<Finding> found = new MutantHunt(mutant, directory, SEED).hunt(LIMIT);
        System.out.printf(
                Locale.ROOT,
                "MutantHuntIT: | `%s` | %s | %s | %s | %d s |%n",
                mutant.label(),
                mutant.isOfDisks()
                        ? "ledger, power cuts"
                        : mutant.activity().workload().label(),
                mutant.nemeses().isEmpty()
                        ? "none"
                        : mutant.nemeses().stream().map(Nemesis::name).collect(Collectors.joining(", ")),
                found.map(Finding::what).orElse("survived"),
                Duration.ofNanos(System.nanoTime() - start).toSeconds());
        found.ifPresent(finding -> System.out.println("MutantHuntIT: " + finding.argument()));
        assertThat(found).as("%s was noticed (seed %d)", mutant.label(), SEED).isPresent();
    }
}
