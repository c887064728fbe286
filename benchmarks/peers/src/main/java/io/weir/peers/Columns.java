package io.weir.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A table in columns as wide as they need to be, without those in which no row has anything. */
final class Columns {
    private static final String GAP = "  ";

    private final int texts;
    private final List<String> titles;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param texts how many columns hold texts, which begin at the left; numbers behind them end at the right */
    Columns(int texts, String... titles) {
        this.texts = texts;
        this.titles = List.of(titles);
    }

    /** Adds a row, with an empty text for what it has not got. */
    void row(List<String> cells) {
        if (cells.size() != titles.size()) {
            throw new IllegalArgumentException(cells.size() + " cells under " + titles.size() + " titles");
        }
        rows.add(List.copyOf(cells));
    }

    @Override
    public String toString() {
        int[] shown = IntStream.range(0, titles.size())
                .filter(column -> rows.stream().anyMatch(row -> !row.get(column).isEmpty()))
                .toArray();
        StringBuilder text = new StringBuilder();
        append(text, titles, shown);
        rows.forEach(row -> append(text, row, shown));
        return text.toString();
    }

    private void append(StringBuilder text, List<String> row, int[] shown) {
        StringBuilder line = new StringBuilder();
        for (int column : shown) {
            String padding = " ".repeat(width(column) - row.get(column).length());
            line.append(line.length() == 0 ? "" : GAP)
                    .append(column < texts ? row.get(column) + padding : padding + row.get(column));
        }
        text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }

    private int width(int column) {
        int widest = titles.get(column).length();
        for (List<String> row : rows) {
            widest = Math.max(widest, row.get(column).length());
        }
        return widest;
    }
}
