package io.weir.jepsen.checker;

import static io.weir.jepsen.checker.Changes.events;
import static io.weir.jepsen.checker.Changes.oks;
import static io.weir.jepsen.checker.Changes.pick;
import static io.weir.jepsen.checker.Changes.poll;
import static io.weir.jepsen.checker.Changes.with;
import static io.weir.jepsen.checker.Changes.withEach;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Ways in which a store may break what it promises to subscriptions, each as a change of a good history that ends with final
 * reads: small, and so that one of some kinds of anomaly must be found.
 */
enum LogMutation implements WorkloadMutation {
    /** An event is left out, perhaps where catching up ends or a connection was lost. */
    SKIP_AN_EVENT(AnomalyKind.SKIPPED) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return delivered(good, random, 2, (events, at) -> events.remove(Math.min(at, events.size() - 2)));
        }
    },
    REDELIVER_AN_EVENT(AnomalyKind.REDELIVERED) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return delivered(good, random, 1, (events, at) -> events.add(at + 1, events.get(at)));
        }
    },
    REORDER_EVENTS(AnomalyKind.REORDERED) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return delivered(good, random, 2, (events, at) -> {
                int first = Math.min(at, events.size() - 2);
                events.add(first + 1, events.remove(first));
            });
        }
    },
    DELIVER_A_PHANTOM(AnomalyKind.PHANTOM) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return delivered(good, random, 1, (events, at) -> {
                Poll.Event event = events.get(at);
                events.set(at, new Poll.Event(event.stream(), -7, event.revision(), event.position()));
            });
        }
    },
    /** One subscriber is told another position than the rest. */
    DISAGREE_ON_A_POSITION(AnomalyKind.DIVERGENT) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return delivered(good, random, 1, (events, at) -> {
                Poll.Event event = events.get(at);
                events.set(at, new Poll.Event(event.stream(), event.value(), event.revision(), event.position() + 1));
            });
        }
    },
    /** A subscriber has come to the end, and stopped one event short of it. */
    STOP_SHORT(AnomalyKind.SKIPPED) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(
                            oks(
                                    good,
                                    Poll.class,
                                    poll -> poll.isFinal() && poll.delivered().size() > 0),
                            random)
                    .map(line -> with(
                            good,
                            line,
                            poll(line).saw(events(line).subList(0, events(line).size() - 1))));
        }
    },
    /** The last event of a partition, acknowledged, comes to nobody. */
    LOSE_THE_END_OF_A_PARTITION(AnomalyKind.LOST) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(
                            oks(
                                    good,
                                    Poll.class,
                                    poll -> poll.subscriber() >= 100
                                            && poll.delivered().size() > 1),
                            random)
                    .map(line -> events(line).get(events(line).size() - 1))
                    .filter(last -> !oks(good, Addition.class, addition -> isOf(addition, last))
                                    .isEmpty()
                            && last.revision() > 0)
                    .map(last -> withEach(
                            good,
                            Poll.class,
                            poll -> poll.events() == null
                                    ? poll
                                    : poll.saw(poll.delivered().stream()
                                            .filter(event -> !event.equals(last))
                                            .toList())));
        }
    },
    DELIVER_WHAT_FAILED(AnomalyKind.RESURRECTED) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, Addition.class, addition -> isSentOnce(good, addition)), random)
                    .map(line -> with(good, line, LineType.FAIL, addition(line).asked()));
        }
    },
    /** Two events of a partition, the first over before the second began, come to everybody the other way round. */
    SWAP_POSITIONS(AnomalyKind.POSITION_ORDER) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            List<Line> all = oks(good, Addition.class, addition -> true);
            for (Line one : all) {
                for (Line next : all) {
                    if (addition(one).stream() % 2 == addition(next).stream() % 2
                            && addition(one).stream() != addition(next).stream()
                            && one.index() < Spans.firstInvocation(good, addition(next))) {
                        return Spans.withSwappedPositions(good, addition(one), addition(next));
                    }
                }
            }
            return Optional.empty();
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // cannot be changed, but its type does not say so
    private final Set<AnomalyKind> kinds;

    LogMutation(AnomalyKind... kinds) {
        this.kinds = Set.of(kinds);
    }

    @Override
    public Workload workload() {
        return Workload.LOG;
    }

    @Override
    public Set<AnomalyKind> kinds() {
        return kinds;
    }

    private static Addition addition(Line line) {
        return (Addition) line.operation();
    }

    private static boolean isSentOnce(HistoryFile good, Addition addition) {
        return good.history().lines().stream()
                        .filter(line -> line.type() == LineType.INVOKE
                                && line.operation().equals(addition.asked()))
                        .count()
                == 1;
    }

    private static boolean isOf(Addition addition, Poll.Event event) {
        return addition.stream() == event.stream() && addition.value() == event.value();
    }

    /** A change of what an answered poll delivered. */
    private interface Delivery {
        void change(List<Poll.Event> events, int at);
    }

    private static Optional<HistoryFile> delivered(HistoryFile good, Random random, int least, Delivery delivery) {
        return pick(oks(good, Poll.class, poll -> poll.delivered().size() >= least), random)
                .map(line -> {
                    List<Poll.Event> events = new ArrayList<>(events(line));
                    delivery.change(events, random.nextInt(events.size()));
                    return with(good, line, poll(line).saw(events));
                });
    }
}
