package io.weir.jepsen.nemesis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A fault that comes and goes, each time for up to a second, until it is healed; a thread of its own does it. */
final class Repeated implements Fault {
    private static final int SHORTEST_MS = 50;
    private static final int LONGEST_MS = 1_000;

    /** What is done, again and again. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    private final String description;
    private final Random random;
    private final Action begin;
    private final Action end;
    private final CountDownLatch healed = new CountDownLatch(1);
    private final CompletableFuture<Void> done;

    private Repeated(String description, Random random, Action begin, Action end) {
        this.description = description;
        this.random = random;
        this.begin = begin;
        this.end = end;
        this.done = CompletableFuture.runAsync(this::run, task -> {
            Thread thread = new Thread(task, "nemesis " + description);
            thread.setDaemon(true);
            thread.start();
        });
    }

    static Repeated start(String description, Random random, Action begin, Action end) {
        return new Repeated(description, random, begin, end);
    }

    private void run() {
        try {
            do {
                begin.run();
                try {
                    if (isHealedWithin(random)) {
                        return;
                    }
                } finally {
                    end.run();
                }
            } while (!isHealedWithin(random));
        } catch (IOException e) {
            throw new UncheckedIOException(description, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isHealedWithin(Random chance) throws InterruptedException {
        return healed.await(SHORTEST_MS + chance.nextInt(LONGEST_MS - SHORTEST_MS), TimeUnit.MILLISECONDS);
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void heal() {
        healed.countDown();
        done.join();
    }
}
