package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Money moves between accounts in four partitions while the leaders of partitions are killed at random: the sum holds in every
 * audit, and soon after nobody moves any more nothing is in doubt. {@code -Dweir.bank.seconds=60} for longer than in each build.
 */
@Timeout(400)
class BankIT {
    private static final int MOVERS = 6;
    private static final Duration IN_DOUBT_AT_MOST = Duration.ofSeconds(10);
    private static final Duration BETWEEN_KILLS = Duration.ofMillis(2_500);

    private final long seconds = Long.getLong("weir.bank.seconds", 10);
    private final long seed = Rig.seed();

    @TempDir
    Path directory;

    @Test
    void theSumHoldsWhileLeadersAreKilled() throws Exception {
        try (Rig rig = Rig.start(directory)) {
            Bank bank = new Bank(rig.client(), rig.streamsInEveryPartition("account", 2));
            bank.open();
            AtomicBoolean ended = new AtomicBoolean();
            ExecutorService people = Executors.newFixedThreadPool(MOVERS + 1);
            List<Future<?>> work = new ArrayList<>();
            int kills;
            try {
                for (int mover = 0; mover < MOVERS; mover++) {
                    Random random = new Random(seed + mover);
                    work.add(people.submit(() -> {
                        while (!ended.get()) {
                            bank.transfer(random);
                        }
                    }));
                }
                work.add(people.submit(() -> {
                    while (!ended.get()) {
                        checkSum(bank);
                    }
                }));
                kills = killLeaders(rig, ended);
            } finally {
                ended.set(true);
                people.shutdown();
            }
            for (Future<?> each : work) {
                each.get(60, TimeUnit.SECONDS);
            }
            rig.cluster().awaitReady(Rig.PATIENCE);
            Duration doubt = awaitNothingOpen(rig);
            assertThat(Rig.await("an audit of a quiet bank", () -> Optional.ofNullable(checkSum(bank))))
                    .isNotNull();
            rig.awaitEqualReplicas();
            System.out.printf(
                    Locale.ROOT,
                    "BankIT: seed %d, %d s, %d kills: %d transfers committed, %d rejected, %d gave way, %d unknown, %d"
                            + " unavailable, %d audits; nothing in doubt %,d ms after the last node was ready%n",
                    seed,
                    seconds,
                    kills,
                    bank.committed.sum(),
                    bank.rejected.sum(),
                    bank.contended.sum(),
                    bank.unknown.sum(),
                    bank.unavailable.sum(),
                    bank.audits.sum(),
                    doubt.toMillis());
            assertThat(bank.committed.sum()).isPositive();
            assertThat(bank.audits.sum()).isPositive();
            assertThat(doubt).isLessThan(IN_DOUBT_AT_MOST);
        }
    }

    private static @Nullable Map<String, Bank.Balance> checkSum(Bank bank) {
        Map<String, Bank.Balance> balances = bank.audit();
        if (balances != null) {
            long sum =
                    balances.values().stream().mapToLong(Bank.Balance::amount).sum();
            assertThat(sum).as(balances.toString()).isEqualTo(Bank.OPENING * balances.size());
            assertThat(balances.values()).allMatch(balance -> balance.amount() >= 0);
        }
        return balances;
    }

    /** Kills the leader of a random partition, again and again; returns how often. */
    private int killLeaders(Rig rig, AtomicBoolean ended) throws InterruptedException {
        Random random = new Random(seed);
        CountDownLatch never = new CountDownLatch(1);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int kills = 0;
        while (System.nanoTime() - until < 0 && !ended.get()) {
            String leader = rig.awaitLeader(random.nextInt(Rig.PARTITIONS));
            rig.cluster().kill(leader);
            kills++;
            rig.cluster().restart(leader);
            assertThat(never.await(BETWEEN_KILLS.toMillis(), TimeUnit.MILLISECONDS))
                    .isFalse();
        }
        return kills;
    }

    private static Duration awaitNothingOpen(Rig rig) {
        long begun = System.nanoTime();
        Rig.await("no transaction in doubt", () -> rig.openTransactions() == 0 ? Optional.of(true) : Optional.empty());
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
