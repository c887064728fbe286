package io.weir.jepsen.history;

import io.weir.jepsen.history.Edn.Keyword;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A line as a map of what both formats can hold: {@link LineReader} is the way back. Keys that Jepsen has not stand
 * last: {@code level}, {@code final}, {@code node}, the answer's {@code revisions}, {@code revision} or {@code actual},
 * and {@code error}; each is left out if there is nothing to say.
 */
final class LineForm {
    private final Map<String, @Nullable Object> map = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> answer = new LinkedHashMap<>();

    private LineForm() {}

    static Map<String, @Nullable Object> of(Line line) {
        return new LineForm().form(line);
    }

    private Map<String, @Nullable Object> form(Line line) {
        map.put("index", line.index());
        map.put("time", line.timeNs());
        map.put("type", new Keyword(line.type().keyword().substring(1)));
        map.put("process", line.process());
        map.put("f", new Keyword(line.operation().name()));
        map.put("value", value(line.operation()));
        if (line.operation() instanceof StreamRead read) {
            Keyword level = new Keyword(read.level().label());
            map.put("level", read.atLeast() == Operation.UNKNOWN ? level : List.of(level, read.atLeast()));
        }
        if (line.operation().isFinal()) {
            map.put("final", true);
        }
        if (line.node() != null) {
            map.put("node", line.node());
        }
        map.putAll(answer);
        if (line.error() != null) {
            map.put("error", line.error());
        }
        return map;
    }

    private @Nullable Object value(Operation operation) {
        if (operation instanceof Transaction transaction) {
            return steps(transaction.steps());
        } else if (operation instanceof ConditionalAppend append) {
            answered("revision", append.revision());
            answered("actual", append.actual());
            return List.of(append.stream(), List.of(condition(append.condition()), append.value()));
        } else if (operation instanceof EndOfStream end) {
            return list(end.stream(), end.revision() == Operation.UNKNOWN ? null : end.revision());
        } else if (operation instanceof Addition addition) {
            answered("revision", addition.revision());
            return List.of(addition.stream(), addition.value());
        } else if (operation instanceof StreamRead read) {
            return list(read.stream(), read.values());
        } else if (operation instanceof Transfer transfer) {
            return map("from", transfer.from(), "to", transfer.to(), "amount", transfer.amount());
        } else if (operation instanceof Balances balances) {
            return balances.byAccount() == null ? null : balances(balances.byAccount());
        }
        return poll((Poll) operation);
    }

    private void answered(String key, long revision) {
        if (revision != Operation.UNKNOWN) {
            answer.put(key, revision);
        }
    }

    private List<Object> steps(List<Step> steps) {
        List<Object> value = new ArrayList<>(steps.size());
        List<@Nullable Object> revisions = new ArrayList<>();
        boolean hasRevision = false;
        for (Step step : steps) {
            long revision = Step.Append.NO_REVISION;
            if (step instanceof Step.Append append) {
                value.add(List.of(new Keyword("append"), append.stream(), append.value()));
                revision = append.revision();
            } else if (step instanceof Step.Read read) {
                value.add(list(new Keyword("r"), read.stream(), read.values()));
            }
            hasRevision |= revision != Step.Append.NO_REVISION;
            revisions.add(revision == Step.Append.NO_REVISION ? null : revision);
        }
        if (hasRevision) {
            answer.put("revisions", revisions);
        }
        return value;
    }

    private static Object condition(Condition condition) {
        return switch (condition.kind()) {
            case REVISION -> condition.revision();
            case AT_MOST -> List.of(new Keyword(condition.kind().label()), condition.revision());
            case ANY, NO_STREAM, EXISTS -> new Keyword(condition.kind().label());
        };
    }

    static Map<String, Long> balances(Map<Integer, Long> byAccount) {
        Map<String, Long> balances = new LinkedHashMap<>();
        new TreeMap<>(byAccount).forEach((account, balance) -> balances.put(account.toString(), balance));
        return balances;
    }

    private static Map<String, Object> poll(Poll poll) {
        String kind = poll.source().isPartition() ? "partition" : "stream";
        Map<String, Object> value =
                map("subscriber", poll.subscriber(), kind, poll.source().number(), "from", poll.from());
        if (poll.events() != null) {
            value.put(
                    "events",
                    poll.events().stream()
                            .map(event -> List.of(event.stream(), event.value(), event.revision(), event.position()))
                            .toList());
        }
        return value;
    }

    private static Map<String, Object> map(
            String key1, Object value1, String key2, Object value2, String key3, Object value3) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key1, value1);
        map.put(key2, value2);
        map.put(key3, value3);
        return map;
    }

    private static List<@Nullable Object> list(@Nullable Object... elements) {
        List<@Nullable Object> list = new ArrayList<>(elements.length);
        for (Object element : elements) {
            list.add(element);
        }
        return list;
    }
}
