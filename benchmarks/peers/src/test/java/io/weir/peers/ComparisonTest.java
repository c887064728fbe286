package io.weir.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.peers.FakePeer.Fault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ComparisonTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir
    Path root;

    private final Map<String, FakePeer> peers = new LinkedHashMap<>();
    private final StringWriter progress = new StringWriter();

    @Test
    void aPeerThatFailsDropsOutAndTheOthersGoOn() throws Exception {
        add("weir", Fault.NONE);
        add("absent", Fault.ABSENT);
        add("lame", Fault.START);
        add("full", Fault.APPEND);
        add("sound", Fault.NONE);
        Comparison comparison = comparison(false);
        Section section = comparison.hold(new Contest(Workload.append, 1));
        assertThat(section.figures()).extracting(Figures::peer).containsExactly("weir", "sound");
        assertThat(section.figures()).allSatisfy(figures -> {
            assertThat(figures.rounds()).hasSize(2);
            assertThat(figures.perSecond()).isPositive();
        });
        assertThat(comparison.skipped()).extracting(Skipped::peer).containsExactly("absent", "lame", "full");
        assertThat(comparison.skipped()).extracting(Skipped::absent).containsExactly(true, false, false);
        assertThat(comparison.skipped().get(2).reason()).contains("the disk is full");
        assertThat(progress.toString())
                .contains("absent is not measured: not installed")
                .contains("install it")
                .doesNotContain("warming up absent");
        assertThat(peers.values()).allSatisfy(peer -> assertThat(peer.closes).isPositive());
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void othersAreComparedWithWeir() throws Exception {
        add("weir", Fault.NONE);
        add("sound", Fault.NONE);
        for (boolean isOneAtATime : List.of(false, true)) {
            List<Figures> figures = comparison(isOneAtATime)
                    .hold(new Contest(Workload.append, 1))
                    .figures();
            Ratios ratios = figures.get(1).weirBy();
            assertThat(ratios).isNotNull();
            assertThat(ratios.rate())
                    .isEqualTo(figures.get(0).perSecond() / figures.get(1).perSecond());
            assertThat(figures.get(0).weirBy()).isNull();
        }
    }

    @Test
    void whatAPeerDoesNotOfferIsNotAskedOfIt() throws Exception {
        add("weir", Fault.NONE);
        assertThat(comparison(false).hold(new Contest(Workload.latency, 1)).figures())
                .isEmpty();
    }

    @Test
    void transactionsThatGaveWayAreNotCounted() throws Exception {
        FakePeer peer = add("weir", Fault.NONE);
        Figures figures =
                comparison(false).hold(new Contest(Workload.tx, 3)).figures().get(0);
        assertThat(figures.latency()).isNotNull();
        long counted = figures.rounds().stream().mapToLong(RoundFigures::count).sum();
        assertThat(figures.latency().count()).isBetween(2 * counted - 2, 2 * counted + 2);
        assertThat(peer.commits.get())
                .isGreaterThanOrEqualTo((int) figures.latency().count());
    }

    private FakePeer add(String name, Fault fault) {
        FakePeer peer = new FakePeer(name, fault);
        peers.put(name, peer);
        return peer;
    }

    private Comparison comparison(boolean isOneAtATime) throws IOException {
        Setup setup = new Setup(Path.of("weir.jar"), 4, 128, 16, 4, 64, 8);
        Plan plan = new Plan(SHORT, 2, SHORT, SHORT, 1_000, isOneAtATime);
        return new Comparison(List.copyOf(peers.keySet()), peers::get, setup, plan, root, new PrintWriter(progress));
    }
}
