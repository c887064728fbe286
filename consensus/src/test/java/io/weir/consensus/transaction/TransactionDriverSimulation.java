package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.require;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transaction.FakePartitions.Fate;
import io.weir.protocol.Append;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Transactions that contend for a few streams, each sent to up to three drivers that may die, over partitions whose messages are
 * lost, late or overtaken, and whose clocks differ. When that ends, care has ended all: everywhere alike, and as was answered.
 * What becomes visible when, and to whom, is looked at elsewhere.
 *
 * <p>{@code -Dweir.driver.seeds=100000} tries so many seeds; a build tries {@value #SEEDS}.
 */
class TransactionDriverSimulation {
    private static final int SEEDS = 300;
    private static final int PARTITIONS = 3;
    private static final int TRANSACTIONS = 8;
    private static final long FAULTS_MS = 15_000;

    /** Far beyond what comes late, within the life of the session. */
    private static final long CALM_MS = 150_000;

    private final Set<String> seen = new HashSet<>();

    @Test
    void whateverHappensEverythingEndsAlikeEverywhere() {
        long seeds = Long.getLong("weir.driver.seeds", SEEDS);
        for (long seed = 1; seed <= seeds; seed++) {
            try (Run run = new Run(seed)) {
                run.run();
                run.judge(seen);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(seen)
                .as("what happened in some run; without it, not much was tried")
                .contains(
                        "committed", "REJECTED", "CONTENTION", "EXPIRED", "RECOVERED", "DEADLINE_EXCEEDED", "a death");
    }

    /** One transaction, and the answers of its drivers. */
    private record Sent(TransactionId id, DistributedTransact transact, String event, List<Outcome> answers) {}

    private static final class Run implements AutoCloseable {
        private final Random random;
        private final FakePartitions partitions;
        private final List<Sent> all = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();
        private boolean deaths;

        Run(long seed) {
            random = new Random(seed);
            partitions = new FakePartitions(PARTITIONS, random);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                partitions.aheadMs[partition] = random.nextInt(1_000);
            }
            partitions.aheadMs[random.nextInt(PARTITIONS)] += random.nextInt(3) == 0 ? 12_000 : 0;
        }

        void run() {
            new Cares(partitions, new CareTimes(600, 300, 1_000, 100, 800, 500, 4_000));
            int faultsIn100 = random.nextInt(20);
            partitions.fate = proposed -> partitions.nowMs() < FAULTS_MS && random.nextInt(100) < faultsIn100
                    ? List.of(Fate.LOST, Fate.ANSWER_LOST, Fate.LATE).get(random.nextInt(3))
                    : Fate.DELIVERED;
            for (int i = 1; i <= TRANSACTIONS; i++) {
                Sent sent = transaction(i);
                all.add(sent);
                int drivers = 1 + random.nextInt(3);
                for (int driver = 0; driver < drivers; driver++) {
                    partitions.schedule(random.nextInt(4_000), () -> send(sent));
                }
            }
            partitions.advance(FAULTS_MS + CALM_MS);
        }

        private Sent transaction(int number) {
            List<Integer> order = new ArrayList<>(List.of(0, 1, 2));
            Collections.shuffle(order, random);
            int participants = 2 + random.nextInt(PARTITIONS - 1);
            List<Append> appends = new ArrayList<>();
            List<Requirement> requirements = new ArrayList<>();
            for (int partition : order.subList(0, participants)) {
                StreamName stream = partitions.stream(partition, "s" + random.nextInt(2));
                if (random.nextInt(4) > 0) {
                    appends.add(append(stream, expected(), "t" + number));
                } else {
                    requirements.add(require(stream, expected()));
                }
            }
            DistributedTransact.Builder transact =
                    DistributedTransact.newBuilder().addAllAppends(appends).addAllRequirements(requirements);
            if (random.nextInt(4) == 0) {
                transact.setFirst(order.get(random.nextInt(participants)));
            }
            TransactionId id = id(number, order.get(random.nextInt(participants)), 5_000 + random.nextInt(20_000));
            return new Sent(id, transact.build(), "t" + number, new ArrayList<>());
        }

        private Expected expected() {
            return random.nextInt(5) > 0
                    ? Transactions.any()
                    : random.nextBoolean() ? Transactions.noStream() : Transactions.revision(random.nextInt(3));
        }

        private void send(Sent sent) {
            int events = random.nextBoolean() ? random.nextInt(14) : Integer.MAX_VALUE;
            deaths |= events < Integer.MAX_VALUE;
            MortalPort port = new MortalPort(partitions, events);
            TransactionDriver driver = new TransactionDriver(port, partitions::partitionOfSlot);
            long timeoutMs = 500L + random.nextInt(3_000);
            var unused = (random.nextInt(8) == 0
                            ? driver.status(sent.id, timeoutMs)
                            : driver.commit(sent.id, 0, sent.transact, timeoutMs))
                    .whenComplete((outcome, failure) -> {
                        if (outcome != null) {
                            sent.answers.add(outcome);
                        } else if (Steps.cause(failure) instanceof NodeFailure known) {
                            failures.add(known.error().getCode().toString());
                        } else {
                            failures.add("a defect: " + failure);
                        }
                    });
        }

        void judge(Set<String> seen) {
            assertThat(partitions.hasLocks()).isFalse();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(partitions.open(partition, 10)).isEmpty();
            }
            assertThat(failures).allMatch("DEADLINE_EXCEEDED"::equals);
            seen.addAll(failures);
            all.forEach(sent -> judge(sent, seen));
            if (deaths) {
                seen.add("a death");
            }
        }

        private void judge(Sent sent, Set<String> seen) {
            List<Boolean> visible = new ArrayList<>();
            for (Append append : sent.transact.getAppendsList()) {
                visible.add(partitions.events(StreamName.of(append.getStream())).contains(sent.event));
            }
            assertThat(new HashSet<>(visible)).as("%s: %s", sent, visible).hasSizeLessThan(2);
            TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
            Outcome last = partitions.await(driver.status(sent.id, 5_000), 5_000);
            sent.answers.add(last);
            for (Outcome answer : sent.answers) {
                assertThat(answer.hasDecided()).as(answer.toString()).isTrue();
                assertThat(answer.getDecided().hasCommitted())
                        .as(sent.toString())
                        .isEqualTo(last.getDecided().hasCommitted());
                if (answer.getDecided().hasCommitted()) {
                    assertThat(answer).isEqualTo(last);
                }
                seen.add(
                        answer.getDecided().hasCommitted()
                                ? "committed"
                                : answer.getDecided().getAborted().getReason().toString());
            }
            if (!visible.isEmpty()) {
                assertThat(last.getDecided().hasCommitted()).as(sent.toString()).isEqualTo(visible.get(0));
            }
        }

        @Override
        public void close() {
            partitions.close();
        }
    }
}
