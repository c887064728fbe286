package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.require;
import static io.weir.consensus.transaction.Transactions.revision;
import static io.weir.consensus.transaction.Transactions.transact;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Expected;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Prepare;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.Violation;
import io.weir.protocol.Yes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** However a transaction lies over partitions, its answers are in the order of the client. */
class PlanProperties {
    private static final int PARTITIONS = 4;

    private record Made(DistributedTransact transact, Plan plan) {}

    /** Streams repeat; each expectation of a stream differs from the others of that stream if {@code distinct}. */
    private static Made make(Random random, boolean distinct) {
        List<Append> appends = new ArrayList<>();
        List<Requirement> requirements = new ArrayList<>();
        int count = 2 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            StreamName stream = StreamName.of("s" + random.nextInt(6));
            Expected expected = revision(distinct ? i : random.nextInt(2));
            if (random.nextBoolean()) {
                String[] events = new String[random.nextInt(3)];
                java.util.Arrays.fill(events, "e");
                appends.add(append(stream, expected, events));
            } else {
                requirements.add(require(stream, expected));
            }
        }
        DistributedTransact transact = transact(appends, requirements.toArray(Requirement[]::new));
        return new Made(transact, Plan.of(id(1, 0, 1), 0, transact, slot -> slot % PARTITIONS));
    }

    private static Violation violation(ByteString stream, Expected expected) {
        return Violation.newBuilder().setStream(stream).setExpected(expected).build();
    }

    /** All conditions of some appends and requirements, as violations. */
    private static List<Violation> conditions(List<Append> appends, List<Requirement> requirements) {
        List<Violation> conditions = new ArrayList<>();
        appends.forEach(append -> conditions.add(violation(append.getStream(), append.getExpected())));
        requirements.forEach(one -> conditions.add(violation(one.getStream(), one.getExpected())));
        return conditions;
    }

    private static List<Violation> conditions(Plan plan, int part) {
        Prepare prepare = plan.prepare(part).getPrepare();
        return conditions(prepare.getAppendsList(), prepare.getRequirementsList());
    }

    @Property(tries = 500)
    void violationsAreMergedInTheOrderOfTheClient(@ForAll long seed) {
        Random random = new Random(seed);
        Made made = make(random, true);
        List<List<Violation>> violations = new ArrayList<>();
        for (int part = 0; part < made.plan.participants().size(); part++) {
            List<Violation> some = conditions(made.plan, part);
            some.removeIf(violation -> random.nextBoolean());
            violations.add(some);
        }
        List<Violation> expected = conditions(made.transact.getAppendsList(), made.transact.getRequirementsList());
        expected.removeIf(violation -> violations.stream().noneMatch(some -> some.contains(violation)));
        assertThat(made.plan.merged(violations)).as("seed %d", seed).isEqualTo(expected);
    }

    /** Of conditions that are alike nobody can tell which one failed; none is lost, and each partition's order is kept. */
    @Property(tries = 500)
    void noViolationIsLostWhenConditionsAreAlike(@ForAll long seed) {
        Random random = new Random(seed);
        Made made = make(random, false);
        List<List<Violation>> violations = new ArrayList<>();
        List<Violation> all = new ArrayList<>();
        for (int part = 0; part < made.plan.participants().size(); part++) {
            List<Violation> some = conditions(made.plan, part);
            some.removeIf(violation -> random.nextBoolean());
            violations.add(some);
            all.addAll(some);
        }
        List<Violation> merged = made.plan.merged(violations);
        assertThat(merged).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(all);
        for (List<Violation> some : violations) {
            assertThat(merged.stream().filter(some::contains).toList())
                    .as("seed %d", seed)
                    .isEqualTo(some);
        }
    }

    @Property(tries = 500)
    void theAnswerNamesEachAppendWhereTheClientHasIt(@ForAll long seed) {
        Random random = new Random(seed);
        Made made = make(random, true);
        List<Yes> votes = new ArrayList<>();
        for (int part = 0; part < made.plan.participants().size(); part++) {
            Yes.Builder yes = Yes.newBuilder().setIndex(part);
            for (Append append : made.plan.prepare(part).getPrepare().getAppendsList()) {
                yes.addAppends(Appended.newBuilder()
                        .setFirstRevision(append.getExpected().getRevision())
                        .setCount(append.getEventsCount()));
            }
            votes.add(yes.build());
        }
        CommittedTransaction committed = made.plan.committed(votes);
        assertThat(committed.getAppendsCount()).isEqualTo(made.transact.getAppendsCount());
        for (int i = 0; i < committed.getAppendsCount(); i++) {
            Append asked = made.transact.getAppends(i);
            PartAppended answer = committed.getAppends(i);
            int slot = StreamName.of(asked.getStream()).slot();
            assertThat(answer.getPartition()).as("seed %d", seed).isEqualTo(slot % PARTITIONS);
            assertThat(answer.getFirstRevision()).isEqualTo(asked.getExpected().getRevision());
            assertThat(answer.getCount()).isEqualTo(asked.getEventsCount());
        }
        assertThat(made.plan.canBe(committed)).isTrue();
        assertThat(made.plan.canBe(committed.toBuilder().clearParts().build())).isFalse();
    }
}
