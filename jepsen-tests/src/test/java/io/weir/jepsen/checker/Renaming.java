package io.weir.jepsen.checker;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Event;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Transfer;
import io.weir.jepsen.history.Values;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The same history with other numbers for streams, partitions, values, accounts, subscribers and processes. */
final class Renaming {
    private Renaming() {}

    static HistoryFile of(HistoryFile file) {
        Header header = file.header();
        List<Line> lines = file.history().lines().stream()
                .map(line -> new Line(
                        line.index(),
                        line.timeNs(),
                        line.type(),
                        1_000_003 - line.process(),
                        renamed(line.operation()),
                        line.node() == null ? null : "x" + line.node(),
                        line.error()))
                .toList();
        Header renamed = header.withNodes(
                        header.nodes().stream().map(node -> "x" + node).toList())
                .withAccounts(balances(header.accounts()), header.mayOwe());
        return new HistoryFile(renamed, History.of(lines));
    }

    /** Of 32 bits, one to one, and in another order. */
    private static int name(int name) {
        return (name * 0x9E3779B1) ^ 0x55555555;
    }

    private static Operation renamed(Operation operation) {
        if (operation instanceof Transaction transaction) {
            return new Transaction(
                    transaction.steps().stream().map(Renaming::step).toList(), transaction.isFinal());
        } else if (operation instanceof ConditionalAppend append) {
            return new ConditionalAppend(
                    name(append.stream()),
                    name(append.value()),
                    append.condition(),
                    append.revision(),
                    append.actual());
        } else if (operation instanceof EndOfStream end) {
            return new EndOfStream(name(end.stream()), end.revision());
        } else if (operation instanceof Addition addition) {
            return new Addition(name(addition.stream()), name(addition.value()), addition.revision());
        } else if (operation instanceof StreamRead read) {
            return new StreamRead(
                    name(read.stream()), read.level(), read.atLeast(), read.isFinal(), values(read.values()));
        } else if (operation instanceof Transfer transfer) {
            return new Transfer(name(transfer.from()), name(transfer.to()), transfer.amount());
        } else if (operation instanceof Balances balances) {
            Map<Integer, Long> read = balances.byAccount();
            return new Balances(balances.isFinal(), read == null ? null : balances(read));
        }
        return poll((Poll) operation);
    }

    private static Step step(Step step) {
        if (step instanceof Step.Append append) {
            return new Step.Append(name(append.stream()), name(append.value()), append.revision());
        }
        return new Step.Read(name(step.stream()), values(((Step.Read) step).values()));
    }

    private static @Nullable Values values(@Nullable Values values) {
        return values == null
                ? null
                : Values.of(IntStream.of(values.toArray()).map(Renaming::name).toArray());
    }

    private static Map<Integer, Long> balances(Map<Integer, Long> balances) {
        Map<Integer, Long> renamed = new TreeMap<>();
        balances.forEach((account, balance) -> renamed.put(name(account), balance));
        return renamed;
    }

    private static Poll poll(Poll poll) {
        Poll.Source source =
                new Poll.Source(poll.source().isPartition(), name(poll.source().number()));
        List<Event> events = poll.events();
        return new Poll(
                1_000 - poll.subscriber(),
                source,
                poll.from(),
                poll.isFinal(),
                events == null
                        ? null
                        : events.stream()
                                .map(event -> new Event(
                                        name(event.stream()), name(event.value()), event.revision(), event.position()))
                                .toList());
    }
}
