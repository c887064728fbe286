package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Weir;
import io.weir.jepsen.nemesis.Fault;
import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.rig.Testbed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of fault hurts and heals: the cluster serves afterwards. Three of them by chance; or so many as {@code -Dweir.nemeses} says, or the one of {@code -Dweir.nemesis}. */
class NemesesIT {
    private static final int COUNT = Integer.getInteger("weir.nemeses", 3);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void whatIsHealedServes() throws Exception {
        long seed = Rig.seed();
        Random random = new Random(seed);
        boolean hasDisks = Tiers.haveDisks();
        List<Nemesis> chosen = new ArrayList<>(Nemeses.ALL);
        chosen.removeIf(nemesis -> !Tiers.allow(nemesis.tier()));
        String only = System.getProperty("weir.nemesis");
        chosen.removeIf(nemesis -> only != null && !nemesis.name().equals(only));
        Collections.shuffle(chosen, random);
        try (Testbed testbed = Testbed.start(Rig.options(directory), hasDisks ? Tiers.racks() : null, seed);
                EventStore store = Weir.connect(testbed.cluster().uri(), ClientConfig.DEFAULT.withTimeout(PATIENCE))) {
            for (Nemesis nemesis : chosen.subList(0, Math.min(COUNT, chosen.size()))) {
                Fault fault = nemesis.begin(testbed, random);
                try {
                    TimeUnit.MILLISECONDS.sleep(2_000); // a fault lasts
                } finally {
                    fault.heal();
                }
                long start = System.nanoTime();
                testbed.cluster().awaitReady(PATIENCE);
                for (int i = 0; i < 16; i++) {
                    store.append("stream-" + i, Expected.any(), List.of(NewEvent.json("t", "{}")))
                            .join()
                            .orThrow();
                }
                System.out.printf(
                        Locale.ROOT,
                        "NemesesIT: seed %d: %s: %s; served after %,d ms%n",
                        seed,
                        nemesis.name(),
                        fault.description(),
                        Duration.ofNanos(System.nanoTime() - start).toMillis());
            }
        }
        assertThat(chosen).isNotEmpty();
    }
}
