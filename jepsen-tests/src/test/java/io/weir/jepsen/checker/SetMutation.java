package io.weir.jepsen.checker;

import static io.weir.jepsen.checker.Changes.inserted;
import static io.weir.jepsen.checker.Changes.invocation;
import static io.weir.jepsen.checker.Changes.oks;
import static io.weir.jepsen.checker.Changes.pick;
import static io.weir.jepsen.checker.Changes.read;
import static io.weir.jepsen.checker.Changes.seen;
import static io.weir.jepsen.checker.Changes.with;
import static io.weir.jepsen.checker.Changes.withEachRead;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.StreamRead.Level;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Ways in which a store may break what it promises to sets, each as a change of a good history that ends with final
 * reads: small, and so that one of some kinds of anomaly must be found.
 */
enum SetMutation implements WorkloadMutation {
    /** A value that was acknowledged is in no read. */
    LOSE_A_VALUE(AnomalyKind.LOST) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, Addition.class, addition -> true), random)
                    .map(line -> withEachRead(
                            good,
                            addition(line).stream(),
                            values -> Edits.without(values, addition(line).value())));
        }
    },
    /** One node lacks the last values. */
    CUT_OFF_ONE_NODE(AnomalyKind.LOST) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return finalRead(good, random, 1, 0).map(line -> {
                Values all = seen(line);
                return with(good, line, read(line).saw(all.first(all.size() - 1)));
            });
        }
    },
    /** One node lacks a value in the middle. */
    PUNCH_A_HOLE_IN_ONE_NODE(AnomalyKind.DIVERGENT, AnomalyKind.INCOMPATIBLE_ORDER) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return finalRead(good, random, 2, 0)
                    .map(line -> with(
                            good,
                            line,
                            read(line).saw(Edits.without(seen(line), seen(line).at(0)))));
        }
    },
    SWAP_ON_ONE_NODE(AnomalyKind.DIVERGENT, AnomalyKind.INCOMPATIBLE_ORDER) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return finalRead(good, random, 2, 0)
                    .map(line -> with(
                            good,
                            line,
                            read(line)
                                    .saw(Changes.swapped(
                                            seen(line),
                                            random.nextInt(seen(line).size() - 1)))));
        }
    },
    RESURRECT(AnomalyKind.RESURRECTED) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, Addition.class, addition -> isSentOnce(good, addition)), random)
                    .map(line -> with(good, line, LineType.FAIL, addition(line).asked()));
        }
    },
    /** A request that was sent again was done again. */
    DO_IT_TWICE(AnomalyKind.DUPLICATE) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return finalRead(good, random, 1, 0).map(line -> {
                int stream = read(line).stream();
                int again = seen(line).at(random.nextInt(seen(line).size()));
                int size = seen(line).size();
                return withEachRead(good, stream, values -> values.size() < size ? values : values.plus(again));
            });
        }
    },
    MAKE_UP_A_VALUE(AnomalyKind.PHANTOM) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, StreamRead.class, read -> true), random)
                    .map(line -> with(good, line, read(line).saw(seen(line).plus(-1))));
        }
    },
    /** A value of one stream is read in another. */
    MERGE_STREAMS(AnomalyKind.PHANTOM) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return finalRead(good, random, 0, 0)
                    .flatMap(line -> finalRead(good, random, 1, read(line).stream() + 1)
                            .map(other -> with(
                                    good,
                                    line,
                                    read(line)
                                            .saw(inserted(
                                                    seen(line), 0, seen(other).at(0))))));
        }
    },
    READ_STALE(AnomalyKind.STALE_READ) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            List<Line> some = oks(
                    good,
                    StreamRead.class,
                    read -> read.level() == Level.LINEARIZABLE && read.seen().size() > 0);
            for (Line line : some) {
                int last = seen(line).at(seen(line).size() - 1);
                boolean wasOver = oks(
                                good,
                                Addition.class,
                                addition -> addition.stream() == read(line).stream() && addition.value() == last)
                        .stream()
                        .anyMatch(addition -> addition.index() < invocation(good, line));
                if (wasOver) {
                    Values all = seen(line);
                    return Optional.of(with(good, line, read(line).saw(all.first(all.size() - 1))));
                }
            }
            return Optional.empty();
        }
    },
    /** A process sees less on a node than before. */
    GO_BACK_IN_TIME(AnomalyKind.BACK_IN_TIME) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            List<Line> stale = oks(good, StreamRead.class, read -> read.level() == Level.STALE && !read.isFinal());
            for (Line one : stale) {
                for (Line later : stale) {
                    if (one.index() < later.index()
                            && one.process() == later.process()
                            && read(one).stream() == read(later).stream()
                            && Objects.equals(one.node(), later.node())
                            && seen(one).size() > 0) {
                        return Optional.of(with(good, later, read(later).saw(Values.NONE)));
                    }
                }
            }
            return Optional.empty();
        }
    },
    MISS_THE_TOKEN(AnomalyKind.BELOW_TOKEN) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(
                            oks(good, StreamRead.class, read -> read.level() == Level.AT_LEAST && read.atLeast() >= 0),
                            random)
                    .map(line -> with(good, line, read(line).saw(seen(line).first((int)
                            read(line).atLeast()))));
        }
    },
    /** The same request gets another answer. */
    CHANGE_THE_ANSWER(AnomalyKind.CHANGED_ANSWER) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            List<Line> again = oks(
                    good,
                    Addition.class,
                    addition -> oks(good, Addition.class, addition::equals).size() > 1);
            return pick(again, random)
                    .map(line ->
                            with(good, line, addition(line).at(addition(line).revision() + 1)));
        }
    },
    TELL_ANOTHER_REVISION(AnomalyKind.WRONG_REVISION) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, Addition.class, addition -> isSentOnce(good, addition)), random)
                    .map(line ->
                            with(good, line, addition(line).at(addition(line).revision() + 1)));
        }
    },
    NOBODY_READS_A_NODE {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return withoutFinals(good, line -> line.operation() instanceof StreamRead)
                    .filter(file -> !oks(file, Addition.class, addition -> true).isEmpty());
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // cannot be changed, but its type does not say so
    private final Set<AnomalyKind> kinds;

    SetMutation(AnomalyKind... kinds) {
        this.kinds = Set.of(kinds);
    }

    @Override
    public Workload workload() {
        return Workload.SET;
    }

    @Override
    public Set<AnomalyKind> kinds() {
        return kinds;
    }

    private static Addition addition(Line line) {
        return (Addition) line.operation();
    }

    /** A final read of so many values whose last one was acknowledged, of a stream from this one on. */
    private static Optional<Line> finalRead(HistoryFile good, Random random, int least, int firstStream) {
        return pick(
                oks(
                        good,
                        StreamRead.class,
                        read -> read.isFinal()
                                && read.stream() >= firstStream
                                && read.seen().size() >= least
                                && (least == 0 || isLastAcknowledged(good, read))),
                random);
    }

    private static boolean isLastAcknowledged(HistoryFile good, StreamRead read) {
        int last = read.seen().at(read.seen().size() - 1);
        return !oks(good, Addition.class, addition -> addition.stream() == read.stream() && addition.value() == last)
                .isEmpty();
    }

    private static boolean isSentOnce(HistoryFile good, Addition addition) {
        return good.history().lines().stream()
                        .filter(line -> line.type() == LineType.INVOKE
                                && line.operation().equals(addition.asked()))
                        .count()
                == 1;
    }

    private static Optional<HistoryFile> withoutFinals(HistoryFile good, Predicate<Line> unwanted) {
        return Optional.of(Changes.without(
                good, line -> line.operation().isFinal() && "n2".equals(line.node()) && unwanted.test(line)));
    }
}
