package io.weir.jepsen.checker;

import io.weir.jepsen.checker.Edits.Place;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Ways in which a store may break what it promises, each as a change of a good history that ends with two reads of
 * everything: small, and so that one of some kinds of anomaly must be found.
 */
enum Mutation {
    /** An append was acknowledged, and nobody ever sees it. */
    LOSE_APPEND(AnomalyKind.LOST) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> true), random).map(place -> {
                int value = Spots.value(good, place);
                return Edits.withEachRead(good, place.stream(good), values -> Edits.without(values, value));
            });
        }
    },
    /** The last read misses what the one before it saw. */
    READ_STALE(AnomalyKind.G_SINGLE, AnomalyKind.G_SINGLE_PROCESS, AnomalyKind.G_SINGLE_REALTIME) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(
                            Edits.reads(
                                    good,
                                    place -> Spots.isLastLine(good, place)
                                            && place.values(good).size() > 0),
                            random)
                    .map(place -> Spots.withoutLast(good, place));
        }
    },
    /** In the end one node lacks what another one has. */
    LOSE_ON_ONE_NODE(AnomalyKind.LOST) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(
                            Edits.reads(
                                    good,
                                    place -> Spots.isLastLine(good, place) && Spots.isLastAcknowledged(good, place)),
                            random)
                    .map(place -> Spots.withoutLast(good, place));
        }
    },
    /** A value of one stream is read in another. */
    MERGE_STREAMS(AnomalyKind.PHANTOM) {
        @Override
        Optional<History> apply(History good, Random random) {
            List<Place> all = Edits.reads(good, place -> Spots.isLastLine(good, place));
            return pick(Edits.appends(good, place -> all.size() > 1), random)
                    .flatMap(append -> all.stream()
                            .filter(place -> place.stream(good) != append.stream(good))
                            .findFirst()
                            .map(place -> Edits.withRead(
                                    good, place, place.values(good).plus(Spots.value(good, append)))));
        }
    },
    /** Two clients each write what the other one relied on, at the same time. */
    SKEW_WRITES(AnomalyKind.G2) {
        @Override
        Optional<History> apply(History good, Random random) {
            return Optional.of(Patterns.writeSkew(good));
        }
    },
    /** Two readers each see the other one of two appends first. */
    FORK_FOR_LONG(AnomalyKind.G_NONADJACENT) {
        @Override
        Optional<History> apply(History good, Random random) {
            return Optional.of(Patterns.longFork(good));
        }
    },
    /** A client's append stands behind the next one that it made. */
    SWAP_TWO_OF_A_PROCESS(AnomalyKind.G0_PROCESS, AnomalyKind.G_SINGLE_PROCESS, AnomalyKind.G1C_PROCESS) {
        @Override
        Optional<History> apply(History good, Random random) {
            return Optional.of(Patterns.sessionBroken(good));
        }
    },
    /** Two reads show two values in different orders. */
    SWAP_IN_ONE_READ(AnomalyKind.INCOMPATIBLE_ORDER) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(
                            Edits.reads(
                                    good,
                                    place -> Spots.isLastLine(good, place)
                                            && place.values(good).size() > 1),
                            random)
                    .map(place -> {
                        int[] values = place.values(good).toArray();
                        int at = random.nextInt(values.length - 1);
                        int first = values[at];
                        values[at] = values[at + 1];
                        values[at + 1] = first;
                        return Edits.withRead(good, place, Values.of(values));
                    });
        }
    },
    /** An append stands everywhere before the one that was over when it began. */
    SWAP_IN_ALL_READS(AnomalyKind.G0, AnomalyKind.G0_PROCESS, AnomalyKind.G0_REALTIME) {
        @Override
        Optional<History> apply(History good, Random random) {
            History plain = Edits.withoutRevisions(good);
            return pick(
                            Edits.appends(
                                    plain,
                                    place -> Spots.successor(plain, place).isPresent()),
                            random)
                    .map(place -> Spots.swapped(
                            plain, place, Spots.successor(plain, place).orElseThrow()));
        }
    },
    REPEAT_VALUE(AnomalyKind.DUPLICATE) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.reads(good, place -> place.values(good).size() > 0), random)
                    .map(place -> {
                        Values values = place.values(good);
                        return Edits.withRead(good, place, values.plus(values.at(random.nextInt(values.size()))));
                    });
        }
    },
    MAKE_UP_VALUE(AnomalyKind.PHANTOM) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.reads(good, place -> true), random)
                    .map(place -> Edits.withRead(good, place, place.values(good).plus(-1)));
        }
    },
    /** The client is told that it failed, and somebody has seen it. */
    REFUSE_WHAT_WAS_SEEN(AnomalyKind.G1A) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> true), random).map(place -> Edits.failed(good, place.line()));
        }
    },
    /** The same, and another one has appended behind it. */
    BUILD_ON_WHAT_FAILED(AnomalyKind.DIRTY_UPDATE) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> Spots.isBuiltOn(good, place)), random)
                    .map(place -> Edits.failed(good, place.line()));
        }
    },
    /** A read ends between two appends of one transaction. */
    READ_HALF_OF_A_STREAMS_PART(AnomalyKind.G1B) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> Spots.isFollowedByItsOwn(good, place)), random)
                    .map(place -> Spots.cutLastRead(good, place.stream(good), Spots.value(good, place), 1));
        }
    },
    /** A read of all streams sees a transaction in one and not in another. */
    READ_HALF_OF_A_TRANSACTION(AnomalyKind.G_SINGLE) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> Spots.isFirstOfSeveralStreams(good, place)), random)
                    .map(place -> Spots.cutLastRead(good, place.stream(good), Spots.value(good, place), 0));
        }
    },
    /** A transaction in doubt has happened in one stream, and never happens in the other. */
    HALF_OF_ONE_IN_DOUBT(AnomalyKind.G0, AnomalyKind.G1C, AnomalyKind.G_SINGLE) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> Spots.isFirstOfSeveralStreams(good, place)), random)
                    .map(place -> Spots.withHalfInDoubt(good, place));
        }
    },
    FORGET_OWN_APPEND(AnomalyKind.INTERNAL) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.reads(good, place -> Spots.endsWithOwn(good, place)), random)
                    .map(place -> Spots.withoutLast(good, place));
        }
    },
    TELL_ANOTHER_REVISION(AnomalyKind.WRONG_REVISION) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(Edits.appends(good, place -> true), random).map(place -> {
                Step.Append append = (Step.Append) place.in(good);
                List<Step> steps = new ArrayList<>(good.line(place.line()).steps());
                steps.set(place.step(), append.at(append.revision() + 1 + random.nextInt(3)));
                return Edits.withSteps(good, place.line(), steps);
            });
        }
    },
    /** A read shows what nobody has begun yet. */
    READ_THE_FUTURE(AnomalyKind.G1C, AnomalyKind.G1C_PROCESS, AnomalyKind.G1C_REALTIME) {
        @Override
        Optional<History> apply(History good, Random random) {
            return pick(
                            Edits.reads(
                                    good,
                                    place -> Spots.isAlone(good, place)
                                            && Spots.future(good, place).isPresent()),
                            random)
                    .map(place -> Edits.withRead(
                            good, place, Spots.future(good, place).orElseThrow()));
        }
    },
    /** Two transactions read the same and append to it. */
    LOSE_UPDATE(AnomalyKind.LOST_UPDATE) {
        @Override
        Optional<History> apply(History good, Random random) {
            List<Place> updates =
                    Edits.reads(good, place -> place.isFirstOfStream(good) && Spots.appendsToo(good, place));
            for (Place place : updates) {
                for (Place other : updates) {
                    if (place.line() != other.line() && place.stream(good) == other.stream(good)) {
                        return Optional.of(Edits.withRead(good, place, other.values(good)));
                    }
                }
            }
            return Optional.empty();
        }
    },
    /** A client sees less than it saw before. */
    GO_BACK_IN_TIME(AnomalyKind.G_SINGLE, AnomalyKind.G_SINGLE_PROCESS) {
        @Override
        Optional<History> apply(History good, Random random) {
            for (Place place : Edits.reads(good, place -> Spots.isAlone(good, place))) {
                Optional<Values> older = Spots.olderThanItsProcessKnows(good, place);
                if (older.isPresent()) {
                    return Optional.of(Edits.withRead(good, place, older.get()));
                }
            }
            return Optional.empty();
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // cannot be changed, but its type does not say so
    private final Set<AnomalyKind> kinds;

    Mutation(AnomalyKind first, AnomalyKind... more) {
        this.kinds = Collections.unmodifiableSet(EnumSet.of(first, more));
    }

    /** One of these kinds at least must be found. */
    Set<AnomalyKind> kinds() {
        return kinds;
    }

    /** The history with this change; empty if it has nothing to be changed in this way. */
    abstract Optional<History> apply(History good, Random random);

    private static Optional<Place> pick(List<Place> places, Random random) {
        return places.isEmpty() ? Optional.empty() : Optional.of(places.get(random.nextInt(places.size())));
    }
}
