package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Transfer;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Three ways to say whether a history is linearizable, which share nothing, on histories good and bad: all agree. */
class LinearizabilityProperties {
    private static final int TINY = 7;

    @Property(tries = 20_000)
    void theSearchAgreesWithTheDefinition(@ForAll long seed) {
        Random random = new Random(seed);
        Calls calls = new Calls(conditional(seed, random, 1 + random.nextInt(TINY)));
        List<Linearizability.Call> all = IntStream.range(0, calls.count())
                .mapToObj(call -> Linearizability.call(calls, call))
                .filter(Objects::nonNull)
                .toList();
        Linearizability.Result result = Linearizability.check(new StreamEndModel(), all, 1_000_000);
        assertThat(result.outcome() == Linearizability.Outcome.LINEARIZABLE)
                .as("seed %d%n%s", seed, calls.history())
                .isEqualTo(Orders.exists(new StreamEndModel(), all));
    }

    @Property(tries = 20_000)
    void revisionsSayWhatTheSearchSays(@ForAll long seed) {
        Random random = new Random(seed);
        History history = conditional(seed, random, 1 + random.nextInt(30));
        Verdict verdict = ConditionalAppendChecker.check(history);
        assertThat(verdict.isValid())
                .as("seed %d%n%s%n%s", seed, history, verdict.report())
                .isEqualTo(isLinearizable(new Calls(history)));
    }

    private static boolean isLinearizable(Calls calls) {
        return ConditionalAppendChecker.byStream(calls).stream()
                .map(ofStream -> ConditionalAppendChecker.search(calls, ofStream, 1_000_000))
                .allMatch(result -> result.outcome() == Linearizability.Outcome.LINEARIZABLE);
    }

    /** Without revisions the order is searched for; those that had them are no worse without. */
    @Property(tries = 2_000)
    void whatHasNoRevisionsIsSearched(@ForAll long seed) {
        History history = conditional(seed, new Random(seed), 12);
        HistoryFile without = Changes.withEach(
                new HistoryFile(Header.UNKNOWN, history),
                ConditionalAppend.class,
                append -> append.revision() == Operation.UNKNOWN ? append : append.asked());
        Verdict verdict = ConditionalAppendChecker.check(without.history());
        assertThat(verdict.isValid())
                .as("seed %d%n%s%n%s", seed, without.history(), verdict.report())
                .isEqualTo(isLinearizable(new Calls(without.history())));
        if (ConditionalAppendChecker.check(history).isValid()) {
            assertThat(verdict.isValid()).as("seed %d%n%s", seed, history).isTrue();
        }
    }

    /** Sets are judged by bounds too; here against a search over whole lists. */
    @Property(tries = 20_000)
    void placesSayWhatTheSearchSays(@ForAll long seed) {
        Random random = new Random(seed);
        History history = additions(seed, random);
        Verdict verdict = SetChecker.check(history);
        Calls calls = new Calls(history);
        List<Linearizability.Call> all = IntStream.range(0, calls.count())
                .mapToObj(call -> Linearizability.call(calls, call))
                .filter(call -> call != null && call.ending() != LineType.FAIL)
                .toList();
        Linearizability.Result result = Linearizability.check(new ListModel(), all, 1_000_000);
        assertThat(verdict.isValid())
                .as("seed %d%n%s%n%s", seed, history, verdict.report())
                .isEqualTo(result.outcome() == Linearizability.Outcome.LINEARIZABLE);
    }

    /** One stream as a list. */
    private static final class ListModel implements SequentialModel<Values> {
        @Override
        public Values initial() {
            return Values.NONE;
        }

        @Override
        public @Nullable Values after(Values state, Operation operation, LineType ending) {
            if (operation instanceof StreamRead read) {
                return ending != LineType.OK || state.equals(read.seen()) ? state : null;
            }
            Addition addition = (Addition) operation;
            boolean fits = addition.revision() == Operation.UNKNOWN || addition.revision() == state.size();
            return fits ? state.plus(addition.value()) : null;
        }
    }

    /** A history of one stream, changed up to three times. */
    static History conditional(long seed, Random random, int operations) {
        HistoryFile file = Interleaving.of(
                seed, new ConditionalStore(seed, 1, false), operations, 1 + random.nextInt(4), random.nextInt(15));
        History history =
                History.of(file.history().lines().subList(0, file.history().size() - 6));
        for (int i = random.nextInt(4); i > 0; i--) {
            history = changed(history, random);
        }
        return history;
    }

    private static History additions(long seed, Random random) {
        SerialStore store = new OneStream(seed);
        HistoryFile file =
                Interleaving.of(seed, store, 1 + random.nextInt(14), 1 + random.nextInt(4), random.nextInt(15));
        History history = file.history();
        for (int i = random.nextInt(4); i > 0; i--) {
            history = changed(history, random);
        }
        return history;
    }

    private static History changed(History history, Random random) {
        List<Line> lines = new ArrayList<>(history.lines());
        int index = random.nextInt(Math.max(1, lines.size()));
        if (lines.isEmpty()) {
            return history;
        }
        Line line = lines.get(index);
        if (random.nextInt(3) == 0) {
            return index > 0 && lines.get(index - 1).process() != line.process() ? swapped(lines, index) : history;
        }
        if (line.type() == LineType.INVOKE) {
            return history;
        }
        lines.set(index, line.with(changed(line, random)));
        return History.of(lines);
    }

    private static History swapped(List<Line> lines, int index) {
        Collections.swap(lines, index, index - 1);
        return Edits.renumbered(lines);
    }

    private static Operation changed(Line line, Random random) {
        Operation operation = line.operation();
        if (operation instanceof ConditionalAppend append && append.revision() >= 0) {
            return append.at(Math.max(0, append.revision() - 1 + random.nextInt(3)));
        } else if (operation instanceof ConditionalAppend append && append.actual() != Operation.UNKNOWN) {
            return random.nextInt(4) == 0
                    ? append.asked()
                    : append.rejected(Math.max(-1, append.actual() - 1 + random.nextInt(3)));
        } else if (operation instanceof EndOfStream end && line.type() == LineType.OK) {
            return new EndOfStream(end.stream(), Math.max(-1, end.revision() - 1 + random.nextInt(3)));
        } else if (operation instanceof Addition addition && addition.revision() >= 0) {
            return addition.at(Math.max(0, addition.revision() - 1 + random.nextInt(3)));
        } else if (operation instanceof StreamRead read && read.values() != null) {
            Values values = read.values();
            return random.nextBoolean() && values.size() > 0
                    ? read.saw(values.first(random.nextInt(values.size())))
                    : read.saw(values.plus(1 + random.nextInt(8)));
        }
        return operation;
    }

    /** Additions to one stream, each once, and linearizable reads. */
    private static final class OneStream implements SerialStore {
        private final long seed;
        private Values values = Values.NONE;
        private int value;

        OneStream(long seed) {
            this.seed = seed;
        }

        @Override
        public Operation next(int client, Random random) {
            return random.nextInt(3) == 0 ? StreamRead.of(0, StreamRead.Level.LINEARIZABLE) : new Addition(0, ++value);
        }

        @Override
        public Answer apply(Operation operation, String node) {
            if (operation instanceof StreamRead read) {
                return Answer.ok(read.saw(values));
            }
            Addition addition = (Addition) operation;
            values = values.plus(addition.value());
            return Answer.ok(addition.at(values.size() - 1L));
        }

        @Override
        public List<Operation> finals() {
            return List.of();
        }

        @Override
        public Header header() {
            return new Header(Workload.SET, seed, "test");
        }
    }

    @Property(tries = 5_000)
    void transfersInDoubtAreChosenAsTheDefinitionSays(@ForAll long seed) {
        Random random = new Random(seed);
        HistoryFile file = Interleaving.of(seed, new BankStore(seed), 12, 4, 30);
        Calls calls = new Calls(file.history());
        DenseIndex accounts = new DenseIndex();
        file.header().accounts().keySet().forEach(accounts::add);
        long[] difference = random.ints(accounts.size(), -3, 4).asLongStream().toArray();
        difference[0] -= Arrays.stream(difference).sum();
        if (random.nextBoolean()) {
            Arrays.fill(difference, 0);
            add(calls, accounts, random.nextInt(1 << 8), difference);
        }
        DoubtfulTransfers.Answer answer = new DoubtfulTransfers(calls, accounts).explain(difference);
        assertThat(answer == DoubtfulTransfers.Answer.YES)
                .as("seed %d", seed)
                .isEqualTo(someChoice(calls, accounts, difference));
    }

    private static boolean someChoice(Calls calls, DenseIndex accounts, long[] difference) {
        int count = (int) IntStream.range(0, calls.count())
                .filter(call -> isDoubtful(calls, call))
                .count();
        return IntStream.range(0, 1 << count).anyMatch(choice -> {
            long[] sum = new long[accounts.size()];
            add(calls, accounts, choice, sum);
            return Arrays.equals(sum, difference);
        });
    }

    private static boolean isDoubtful(Calls calls, int call) {
        return calls.isInDoubt(call) && calls.operation(call) instanceof Transfer;
    }

    private static void add(Calls calls, DenseIndex accounts, int choice, long[] sum) {
        int bit = 0;
        for (int call = 0; call < calls.count(); call++) {
            if (isDoubtful(calls, call) && (choice >> bit++ & 1) == 1) {
                var transfer = (Transfer) calls.operation(call);
                sum[accounts.find(transfer.from())] -= transfer.amount();
                sum[accounts.find(transfer.to())] += transfer.amount();
            }
        }
    }
}
