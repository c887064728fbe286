package io.weir.jepsen.checker;

import static io.weir.jepsen.checker.Changes.ended;
import static io.weir.jepsen.checker.Changes.invocation;
import static io.weir.jepsen.checker.Changes.oks;
import static io.weir.jepsen.checker.Changes.pick;
import static io.weir.jepsen.checker.Changes.with;

import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Ways in which a store may break what it promises to conditional appends, each as a change of a good history that ends with final
 * reads: small, and so that one of some kinds of anomaly must be found.
 */
enum ConditionalMutation implements WorkloadMutation {
    /** Two appends win the same revision. */
    TWO_WINNERS(AnomalyKind.DOUBLE_SUCCESS) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, ConditionalAppend.class, append -> isBehindAnother(good, append)), random)
                    .map(line -> with(
                            good, line, conditional(line).at(conditional(line).revision() - 1)));
        }
    },
    /** An append that was over before another began stands behind it. */
    SHUFFLE_REVISIONS(AnomalyKind.REVISION_ORDER, AnomalyKind.FUTURE_READ, AnomalyKind.STALE_READ) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            List<Line> all = oks(good, ConditionalAppend.class, append -> true);
            for (Line one : all) {
                for (Line other : all) {
                    if (conditional(one).stream() == conditional(other).stream()
                            && one.index() < invocation(good, other)) {
                        HistoryFile half =
                                with(good, one, free(one).at(conditional(other).revision()));
                        return Optional.of(with(
                                half, other, free(other).at(conditional(one).revision())));
                    }
                }
            }
            return Optional.empty();
        }
    },
    FORGET_A_CONDITION(AnomalyKind.UNMET_CONDITION) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, ConditionalAppend.class, append -> true), random)
                    .map(line -> {
                        ConditionalAppend append = conditional(line);
                        Condition other = Condition.revision(append.revision() + random.nextInt(3));
                        return with(
                                good,
                                line,
                                new ConditionalAppend(append.stream(), append.value(), other).at(append.revision()));
                    });
        }
    },
    REJECT_WHAT_HOLDS(AnomalyKind.FALSE_REJECTION) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(
                            ended(
                                    good,
                                    LineType.FAIL,
                                    ConditionalAppend.class,
                                    append -> append.actual() != Operation.UNKNOWN),
                            random)
                    .map(line -> {
                        ConditionalAppend append = conditional(line);
                        Condition other = Condition.atMost(Math.max(0, append.actual()));
                        return with(
                                good,
                                line,
                                new ConditionalAppend(append.stream(), append.value(), other)
                                        .rejected(append.actual()));
                    });
        }
    },
    /** An end that was read in the end, and an append that was over misses. */
    READ_AN_OLD_END(AnomalyKind.STALE_READ) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            List<Line> ends = oks(good, EndOfStream.class, end -> true).stream()
                    .filter(line -> wasOver(good, line))
                    .toList();
            return pick(ends, random)
                    .map(line -> with(
                            good,
                            line,
                            new EndOfStream(end(line).stream(), end(line).revision() - 1)));
        }
    },
    /** An end shows an append that begins later. */
    READ_A_FUTURE_END(AnomalyKind.FUTURE_READ, AnomalyKind.STALE_READ) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            for (Line line : oks(good, EndOfStream.class, end -> true)) {
                long next = end(line).revision() + 1;
                boolean beginsLater = oks(
                                good,
                                ConditionalAppend.class,
                                append -> append.stream() == end(line).stream() && append.revision() == next)
                        .stream()
                        .anyMatch(append -> invocation(good, append) > line.index());
                if (beginsLater) {
                    return Optional.of(with(good, line, new EndOfStream(end(line).stream(), next)));
                }
            }
            return Optional.empty();
        }
    },
    /** A client is told that its append failed, and there it is. */
    REFUSE_WHAT_HAPPENED(AnomalyKind.REVISION_GAP) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, ConditionalAppend.class, append -> isSurelyBuiltOn(good, append)), random)
                    .map(line ->
                            with(good, line, LineType.FAIL, conditional(line).asked()));
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // cannot be changed, but its type does not say so
    private final Set<AnomalyKind> kinds;

    ConditionalMutation(AnomalyKind... kinds) {
        this.kinds = Set.of(kinds);
    }

    @Override
    public Workload workload() {
        return Workload.CONDITIONAL;
    }

    @Override
    public Set<AnomalyKind> kinds() {
        return kinds;
    }

    private static ConditionalAppend conditional(Line line) {
        return (ConditionalAppend) line.operation();
    }

    private static EndOfStream end(Line line) {
        return (EndOfStream) line.operation();
    }

    /** The same without a condition. */
    private static ConditionalAppend free(Line line) {
        return new ConditionalAppend(
                conditional(line).stream(), conditional(line).value(), Condition.ANY);
    }

    private static boolean isBehindAnother(HistoryFile good, ConditionalAppend append) {
        return !oks(
                        good,
                        ConditionalAppend.class,
                        other -> other.stream() == append.stream() && other.revision() == append.revision() - 1)
                .isEmpty();
    }

    /** Whether the last append that an end shows was over before the end was asked for. */
    private static boolean wasOver(HistoryFile good, Line line) {
        return oks(
                        good,
                        ConditionalAppend.class,
                        append -> append.stream() == end(line).stream()
                                && append.revision() == end(line).revision())
                .stream()
                .anyMatch(append -> append.index() < invocation(good, line));
    }

    /** Whether another one follows it, and nothing in doubt can have taken its place. */
    private static boolean isSurelyBuiltOn(HistoryFile good, ConditionalAppend append) {
        Predicate<ConditionalAppend> isNext =
                other -> other.stream() == append.stream() && other.revision() == append.revision() + 1;
        return !oks(good, ConditionalAppend.class, isNext).isEmpty() && isEverythingKnown(good);
    }

    private static boolean isEverythingKnown(HistoryFile good) {
        return good.history().lines().stream().noneMatch(line -> line.type() == LineType.INFO);
    }
}
