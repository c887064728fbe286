package io.weir.consensus.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final String SLICE = "weir.ports.slice";

    @Test
    void processesWithOtherSlicesNeverTakeTheSamePort() {
        String before = System.getProperty(SLICE);
        try {
            System.setProperty(SLICE, "1/8");
            List<Integer> first = Ports.free(200);
            System.setProperty(SLICE, "2/8");
            List<Integer> second = Ports.free(200);
            Set<Integer> all = new HashSet<>(first);
            all.addAll(second);
            assertThat(all).hasSize(400).allMatch(port -> port >= 10_000 && port < 32_768);
            assertThat(first.stream().max(Integer::compare).orElseThrow())
                    .isLessThan(second.stream().min(Integer::compare).orElseThrow());
        } finally {
            if (before == null) {
                System.clearProperty(SLICE);
            } else {
                System.setProperty(SLICE, before);
            }
        }
    }
}
