package io.weir.jepsen.simulator;

import java.util.function.Supplier;

/** Messages, each on a way of its own: it may come at once, late, twice, long after anybody waits for it, or not at all. */
final class Network {
    private static final int SLOW_MS = 1_000;
    private static final int STRAY_MS = 30_000;

    private final World world;

    Network(World world) {
        this.world = world;
    }

    /** Sends a message. */
    void send(Supplier<String> what, Runnable arrival) {
        Weather weather = world.weather();
        if (world.chance(weather.drop())) {
            world.time().note(() -> "lost: " + what.get());
            return;
        }
        world.time().afterNanos(delayNanos(), arrival);
        if (world.chance(weather.repeat())) {
            world.time().afterNanos(delayNanos(), () -> {
                world.time().note(() -> "again: " + what.get());
                arrival.run();
            });
        }
        if (world.chance(weather.stray())) {
            world.time().afterMs(world.random().nextInt(STRAY_MS), () -> {
                world.time().note(() -> "astray: " + what.get());
                arrival.run();
            });
        }
    }

    private long delayNanos() {
        if (world.chance(world.weather().slow())) {
            return world.random().nextInt(SLOW_MS) * Timeline.NANOS_PER_MS;
        }
        long most = world.weather().maxDelayMs() * Timeline.NANOS_PER_MS;
        return 50_000 + (long) (world.random().nextDouble() * world.random().nextDouble() * most);
    }
}
