package io.weir.jepsen.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.model.Explorer.Result;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule of the protocol left out once: the model notices, and the documentation shows how. What no scenario notices is named
 * as well; {@code -Dweir.model.all=1} looks for it in all of them.
 */
class MutantTest {
    private static final boolean IS_FULL = Integer.getInteger("weir.model.all", 0) > 0;

    static List<Mutant> harmful() {
        return Mutant.harmful();
    }

    static List<Mutant> harmless() {
        return Mutant.harmless();
    }

    @ParameterizedTest
    @MethodSource("harmful")
    void breaksItsInvariant(Mutant mutant) {
        Result result = Explorer.explore(mutant.scenario(), mutant);
        System.out.println(mutant + ": " + result);
        assertThat(result.broken()).as(result.toString()).isEqualTo(mutant.broken());
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void breaksNothingHere(Mutant mutant) {
        List<Scenario> few = List.of(Scenarios.OPPOSITE_HOMES, Scenarios.SEQUEL, Scenarios.THREE_PARTITIONS);
        for (Scenario scenario : IS_FULL ? Scenarios.all() : few) {
            Result result = Explorer.explore(scenario, mutant);
            assertThat(result.broken()).as("%s: %s", scenario, result).isNull();
        }
    }

    @Test
    void theDocumentationHasEachOne() throws IOException {
        String page = Documentation.text();
        String missing = Mutant.harmful().stream()
                .map(MutantTest::rows)
                .filter(row -> !page.contains(row))
                .collect(Collectors.joining());
        assertThat(missing).as("rows that the page should have").isEmpty();
    }

    /** With a second row of what a client sees, if the first is about something inside. */
    private static String rows(Mutant mutant) {
        Result first = Explorer.explore(mutant.scenario(), mutant);
        String rows = row(mutant.description(), first);
        if (Invariant.VISIBLE.contains(mutant.broken())) {
            return rows;
        }
        Result seen = Explorer.explore(mutant.scenario(), mutant, Invariant.VISIBLE);
        assertThat(seen.broken() == null).as(mutant + ": " + seen).isEqualTo(mutant.isHidden());
        return mutant.isHidden() ? rows : rows + row("... and a client sees", seen);
    }

    private static String row(String what, Result result) {
        return "| %s | %d | %s |%n".formatted(what, result.brokenNumber(), String.join("; ", result.schedule()));
    }
}
