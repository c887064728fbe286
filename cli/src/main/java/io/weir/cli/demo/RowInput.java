package io.weir.cli.demo;

import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a file as the demo's input: a row is an event, and consecutive rows with the same transaction key are one
 * transaction. The judge is the file itself, stream by stream.
 */
final class RowInput implements DemoInput {
    static final String TYPE = "Row";

    /**
     * A row.
     *
     * @param transaction its transaction key; null: a transaction of its own
     * @param json what is stored
     */
    record Row(String stream, @Nullable String transaction, byte[] json) {}

    private final String origin;
    private final List<List<Row>> transactions;
    private final StreamTally found = new StreamTally();
    private final Set<String> streams = new HashSet<>();

    RowInput(String origin, List<Row> rows) {
        this.origin = origin;
        this.transactions = group(rows);
        rows.forEach(row -> streams.add(row.stream()));
    }

    private static List<List<Row>> group(List<Row> rows) {
        List<List<Row>> groups = new ArrayList<>();
        String open = null;
        for (Row row : rows) {
            if (groups.isEmpty()
                    || row.transaction() == null
                    || !row.transaction().equals(open)) {
                groups.add(new ArrayList<>());
            }
            groups.get(groups.size() - 1).add(row);
            open = row.transaction();
        }
        return groups;
    }

    @Override
    public String description() {
        long rows = transactions.stream().mapToLong(List::size).sum();
        return String.format(
                Locale.ROOT,
                "%s: %,d rows for %,d streams in %,d transactions",
                origin,
                rows,
                streams.size(),
                transactions.size());
    }

    @Override
    public String units() {
        return "transactions";
    }

    @Override
    public int size() {
        return transactions.size();
    }

    @Override
    public String name(int number) {
        return "rows-" + number;
    }

    @Override
    public List<Write> unit(int number) {
        return transactions.get(number).stream()
                .map(row -> new Write(row.stream(), NewEvent.of(TYPE, "application/json", row.json())))
                .toList();
    }

    @Override
    public void readBack(RecordedEvent event) {
        if (event.type().equals(TYPE)) {
            found.add(event.stream(), event.payload());
        }
    }

    @Override
    public String judge() throws CheckFailed {
        StreamTally expected = new StreamTally();
        transactions.forEach(rows -> rows.forEach(row -> expected.add(row.stream(), row.json())));
        List<String> differences = expected.differencesTo(found);
        if (!differences.isEmpty()) {
            throw new CheckFailed("the store does not hold the rows of " + origin, differences);
        }
        return String.format(
                Locale.ROOT,
                "the input agrees: %,d rows of %,d streams, counts and content hashes",
                expected.events(),
                expected.streams());
    }
}
