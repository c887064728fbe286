package io.weir.jepsen.nemesis;

import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import java.io.IOException;
import java.util.Random;

/**
 * A kind of {@link Fault}.
 *
 * @param name by which it is chosen
 * @param summary what it does, in one line
 * @param tier what it needs
 */
public record Nemesis(String name, String summary, Tier tier, Method method) {
    /** How it is done. */
    @FunctionalInterface
    public interface Method {
        /**
         * Begins a fault; all that is left to chance comes from {@code random}. If it throws, nothing is wrong that is not healed
         * when the testbed is closed.
         */
        Fault begin(Testbed testbed, Random random) throws IOException;
    }

    /** Begins such a fault. */
    public Fault begin(Testbed testbed, Random random) throws IOException {
        return method.begin(testbed, random);
    }
}
