package io.weir.jepsen.workload;

import java.util.Random;

/**
 * An {@link Activity} that can be chosen.
 *
 * @param name by which it is chosen
 * @param summary what clients do, in one line
 */
public record NamedActivity(String name, String summary, Maker maker) {
    /** How it is made. */
    @FunctionalInterface
    public interface Maker {
        /** For one run. */
        Activity make(Random random, Mix mix);
    }

    /**
     * For one run, on streams that hold nothing.
     *
     * @param seed of its choices; what each client does is chosen by that client's own
     */
    public Activity create(long seed, Mix mix) {
        Activity activity = maker.make(new Random(seed), mix);
        return mix.pause().isZero() ? activity : new Paced(activity, mix.pause());
    }
}
