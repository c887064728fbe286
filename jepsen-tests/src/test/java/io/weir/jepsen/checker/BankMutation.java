package io.weir.jepsen.checker;

import static io.weir.jepsen.checker.Changes.ended;
import static io.weir.jepsen.checker.Changes.oks;
import static io.weir.jepsen.checker.Changes.pick;
import static io.weir.jepsen.checker.Changes.read;
import static io.weir.jepsen.checker.Changes.with;
import static io.weir.jepsen.checker.Changes.withEach;

import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Transfer;
import io.weir.jepsen.history.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Ways in which a store may break what it promises to the bank, each as a change of a good history that ends with final
 * reads: small, and so that one of some kinds of anomaly must be found.
 */
enum BankMutation implements WorkloadMutation {
    MINT_MONEY(AnomalyKind.WRONG_TOTAL) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return changed(good, random, balances -> true, balances -> balances.merge(0, 1L, Long::sum));
        }
    },
    LOSE_AN_ACCOUNT(AnomalyKind.WRONG_TOTAL) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return changed(good, random, balances -> true, balances -> balances.remove(2));
        }
    },
    OVERDRAW(AnomalyKind.NEGATIVE_BALANCE) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return changed(good, random, balances -> true, balances -> {
                balances.merge(1, balances.getOrDefault(0, 0L) + 1, Long::sum);
                balances.put(0, -1L);
            });
        }
    },
    /** A read in the end shows the beginning. */
    READ_OLD_BALANCES(AnomalyKind.IMPOSSIBLE_BALANCE) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return isEverythingKnown(good)
                    ? changed(
                            good,
                            random,
                            balances -> balances.isFinal()
                                    && !good.header().accounts().equals(balances.byAccount()),
                            balances -> balances.putAll(good.header().accounts()))
                    : Optional.empty();
        }
    },
    /** A transfer was acknowledged, and the final balances miss it: others in doubt could not explain that. */
    LOSE_A_TRANSFER(AnomalyKind.LOST_TRANSFER) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return isEverythingKnown(good)
                    ? pick(oks(good, Transfer.class, transfer -> true), random)
                            .map(line -> inFinals(good, (Transfer) line.operation(), -1))
                    : Optional.empty();
        }
    },
    /** A transfer failed, and the final balances show it. */
    DO_WHAT_FAILED(AnomalyKind.LOST_TRANSFER) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return isEverythingKnown(good)
                    ? pick(ended(good, LineType.FAIL, Transfer.class, transfer -> true), random)
                            .map(line -> inFinals(good, (Transfer) line.operation(), 1))
                    : Optional.empty();
        }
    },
    /** A read shows what one account gave and not what the other one got. */
    READ_HALF_A_TRANSFER(AnomalyKind.WRONG_TOTAL) {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return pick(oks(good, Transfer.class, transfer -> true), random)
                    .flatMap(line -> changed(good, random, balances -> true, balances -> {
                        Transfer half = (Transfer) line.operation();
                        balances.merge(half.from(), -half.amount(), Long::sum);
                    }));
        }
    },
    NOBODY_READS_THE_BANK_ON_A_NODE {
        @Override
        public Optional<HistoryFile> apply(HistoryFile good, Random random) {
            return withoutFinals(good, line -> true);
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // cannot be changed, but its type does not say so
    private final Set<AnomalyKind> kinds;

    BankMutation(AnomalyKind... kinds) {
        this.kinds = Set.of(kinds);
    }

    @Override
    public Workload workload() {
        return Workload.BANK;
    }

    @Override
    public Set<AnomalyKind> kinds() {
        return kinds;
    }

    private static boolean isEverythingKnown(HistoryFile good) {
        return good.history().lines().stream().noneMatch(line -> line.type() == LineType.INFO);
    }

    private static Optional<HistoryFile> changed(
            HistoryFile good, Random random, Predicate<Balances> wanted, Consumer<Map<Integer, Long>> change) {
        return pick(oks(good, Balances.class, wanted), random).map(line -> {
            Map<Integer, Long> balances = new TreeMap<>(((Balances) line.operation()).seen());
            change.accept(balances);
            return with(good, line, ((Balances) line.operation()).saw(balances));
        });
    }

    private static HistoryFile inFinals(HistoryFile good, Transfer transfer, int sign) {
        return withEach(good, Balances.class, read -> {
            if (!read.isFinal() || read.byAccount() == null) {
                return read;
            }
            Map<Integer, Long> balances = new TreeMap<>(read.byAccount());
            balances.merge(transfer.from(), -sign * transfer.amount(), Long::sum);
            balances.merge(transfer.to(), sign * transfer.amount(), Long::sum);
            return read.saw(balances);
        });
    }

    private static Optional<HistoryFile> withoutFinals(HistoryFile good, Predicate<Line> unwanted) {
        return Optional.of(Changes.without(
                good, line -> line.operation().isFinal() && "n2".equals(line.node()) && unwanted.test(line)));
    }
}
