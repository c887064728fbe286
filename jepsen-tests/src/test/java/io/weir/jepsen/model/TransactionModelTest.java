package io.weir.jepsen.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.model.Explorer.Result;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Visits every state of the protocol for transactions across partitions, and finds no broken invariant. A build explores the
 * named scenarios, and some of all pairs of transactions; {@code -Dweir.model.all=1} explores every pair, which takes minutes.
 */
class TransactionModelTest {
    private static final int STRIDE = Integer.getInteger("weir.model.all", 0) > 0 ? 1 : 101;

    static List<Scenario> scenarios() {
        return Scenarios.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void nothingIsBroken(Scenario scenario) throws IOException {
        long startNs = System.nanoTime();
        Result result = Explorer.explore(scenario, Mutant.NONE);
        System.out.printf("%s: %s, %.1f s%n", scenario, result, (System.nanoTime() - startNs) / 1e9);
        assertThat(result.broken()).as(result.toString()).isNull();
        assertThat(Documentation.text())
                .as("the page names what was explored")
                .contains("| %s | %s |".formatted(scenario, Documentation.number(result.states())));
    }

    @Test
    void nothingIsBrokenByAnyTwoTransactions() {
        List<Scenario> pairs = Scenarios.everyPair();
        long states = 0;
        int explored = 0;
        for (int i = 0; i < pairs.size(); i += STRIDE) {
            Scenario scenario = pairs.get(i);
            Result result = Explorer.explore(scenario, Mutant.NONE);
            assertThat(result.broken())
                    .as("%s: %s", scenario.transactions(), result)
                    .isNull();
            states += result.states();
            explored++;
        }
        System.out.printf("%d of %d pairs: %d states%n", explored, pairs.size(), states);
    }
}
