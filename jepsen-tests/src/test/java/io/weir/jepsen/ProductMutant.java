package io.weir.jepsen;

import io.weir.jepsen.checker.AnomalyKind;
import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.workload.Activity;
import io.weir.jepsen.workload.FollowedAdds;
import io.weir.jepsen.workload.Mix;
import io.weir.jepsen.workload.PairAppends;
import io.weir.jepsen.workload.RacingAppends;
import io.weir.jepsen.workload.UniqueAdds;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** A mistake in the product that {@code -Dweir.mutant} switches on, and what has to notice it. */
enum ProductMutant {
    FOLLOWER_READS(Proof.STALE_READS, "isolated-leader", "pause-leader"),
    READ_UNPROVEN(() -> asking(60, 0), Proof.STALE_NODES, "pause-leader"),
    LEASE_UNCHECKED(() -> asking(60, 0), Proof.STALE_NODES, "pause-leader"),
    READ_ASKS_NOBODY(Proof.CYCLES),
    FORGOTTEN_TAKEN_FOR_ABORTED(Proof.CYCLES),
    LOCKS_IGNORED(Proof.ISOLATION),
    NO_SHARED_LOCKS(Proof.CYCLES),
    ANSWERS_BEFORE_DECISION(Proof.ISOLATION),
    COMMIT_RESOLVED_AS_ABORT(Proof.ISOLATION),
    FORGETS_EARLY(Proof.CYCLES),
    CARE_ASKS_NOBODY(Proof.ISOLATION, "kill-one", "pause-one", "isolated-leader"),
    ANSWERS_FORGOTTEN(Proof.AT_MOST_ONCE, "reset", "flapping", "kill-leader"),
    DOUBT_TOLD_AS_FAILURE(Proof.FALSE_FAILURE, "pause-majority", "halves"),
    CONDITION_OF_FIRST_ONLY(RacingAppends::new, Proof.CONDITIONS),
    TOKEN_IGNORED(() -> asking(0, 60), Proof.TOKENS),
    TAIL_SKIPS(FollowedAdds::new, Proof.TAILS),
    NO_PIN_AT_OPEN,
    METAS_AFTER_SYNC,
    PURGE_BEYOND_CHECKPOINT,
    LOG_UNFLUSHED,
    CHECKPOINT_UNSYNCED,
    REPLAY_SKIPS_ONE;

    private final Supplier<Activity> activity;
    private final Proof proof;
    private final List<Nemesis> nemeses;

    /** What shows that a mutant is one. */
    private enum Proof {
        /** After a power cut what was acknowledged is gone, or replicas differ, or do not trust what they find. */
        POWER_CUTS(EnumSet.noneOf(AnomalyKind.class)),
        /** A cycle that needs the clock. */
        STALE_READS(cycles("-realtime")),
        /** Any cycle. */
        CYCLES(cycles("")),
        /** A cycle, or half a transaction. */
        ISOLATION(with(
                cycles(""),
                AnomalyKind.LOST,
                AnomalyKind.LOST_UPDATE,
                AnomalyKind.WRONG_REVISION,
                AnomalyKind.INTERNAL)),
        /** A node that has not heard of what the others have acknowledged. */
        STALE_NODES(EnumSet.of(AnomalyKind.LOST, AnomalyKind.STALE_READ)),
        /** Something was done twice, or what was done was denied. */
        AT_MOST_ONCE(EnumSet.of(AnomalyKind.DUPLICATE, AnomalyKind.WRONG_REVISION, AnomalyKind.G1A)),
        /** An append that its condition forbids. */
        CONDITIONS(EnumSet.of(AnomalyKind.UNMET_CONDITION, AnomalyKind.DOUBLE_SUCCESS)),
        /** A read without what its token stands for. */
        TOKENS(EnumSet.of(AnomalyKind.BELOW_TOKEN)),
        /** An event that a subscriber never gets. */
        TAILS(EnumSet.of(AnomalyKind.SKIPPED)),
        /** What was denied was done. */
        FALSE_FAILURE(EnumSet.of(AnomalyKind.G1A, AnomalyKind.DIRTY_UPDATE));

        private final Set<AnomalyKind> kinds;

        Proof(Set<AnomalyKind> kinds) {
            this.kinds = kinds;
        }

        private static Set<AnomalyKind> cycles(String ending) {
            Set<AnomalyKind> cycles = EnumSet.noneOf(AnomalyKind.class);
            Arrays.stream(AnomalyKind.values())
                    .filter(AnomalyKind::isCycle)
                    .filter(kind -> kind.label().endsWith(ending))
                    .forEach(cycles::add);
            return cycles;
        }

        private static Set<AnomalyKind> with(Set<AnomalyKind> some, AnomalyKind... others) {
            some.addAll(List.of(others));
            return some;
        }
    }

    /** One of what is on the disks. */
    ProductMutant() {
        this(Proof.POWER_CUTS);
    }

    ProductMutant(Proof proof, String... nemeses) {
        this(PairAppends::new, proof, nemeses);
    }

    ProductMutant(Supplier<Activity> activity, Proof proof, String... nemeses) {
        this.activity = activity;
        this.proof = proof;
        this.nemeses = Arrays.stream(nemeses)
                .map(name -> Nemeses.named(name).orElseThrow())
                .toList();
    }

    /** Values that are added, and nodes that are asked for them, each by itself. */
    private static Activity asking(int linearizable, int atLeast) {
        return new UniqueAdds(new Random(0), Mix.DEFAULT, new UniqueAdds.Shares(0, linearizable, 0, atLeast));
    }

    /** By which it is switched on. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What clients do to meet it. */
    Activity activity() {
        return activity.get();
    }

    /** Faults without which it does no harm. */
    List<Nemesis> nemeses() {
        return nemeses;
    }

    /** Whether it only shows when all nodes have lost their power: {@link PowerCuts} are what it takes. */
    boolean isOfDisks() {
        return proof == Proof.POWER_CUTS;
    }

    /** Whether one run without faults is enough. */
    boolean isQuick() {
        return switch (this) {
            case READ_ASKS_NOBODY,
                    LOCKS_IGNORED,
                    NO_SHARED_LOCKS,
                    ANSWERS_BEFORE_DECISION,
                    COMMIT_RESOLVED_AS_ABORT,
                    TOKEN_IGNORED -> true;
            default -> false;
        };
    }

    /** How long clients work in one run. */
    Duration time() {
        return Duration.ofSeconds(nemeses.isEmpty() ? 10 : 25);
    }

    /**
     * Of an operation: a read is as stale as its leader was frozen, if its client still waits; and what is told of something in
     * doubt is told when the time is up.
     */
    Duration timeout() {
        return Duration.ofSeconds(
                switch (proof) {
                    case STALE_READS -> 12;
                    case FALSE_FAILURE -> 1;
                    default -> 5;
                });
    }

    /** What proves it. */
    Set<AnomalyKind> kinds() {
        return proof.kinds;
    }
}
