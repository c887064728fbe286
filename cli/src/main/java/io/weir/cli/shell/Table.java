package io.weir.cli.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A table that is printed while it grows: the first rows are held back to find the widths of the columns; later ones may
 * stick out. Not for several threads.
 */
final class Table<T> {
    private static final int MAX_CELL_CHARS = 100;
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean inColour;
    private final List<Column<T>> columns;
    private final int rowsHeldBack;
    private final List<List<String>> held = new ArrayList<>();
    private int[] widths = {};

    /** @param rowsHeldBack how many rows decide the widths; 1 prints every row at once */
    Table(PrintStream out, boolean inColour, List<Column<T>> columns, int rowsHeldBack) {
        this.out = out;
        this.inColour = inColour;
        this.columns = columns;
        this.rowsHeldBack = rowsHeldBack;
    }

    void row(T row) {
        List<String> cells =
                columns.stream().map(column -> shown(column.cell().apply(row))).toList();
        if (widths.length > 0) {
            print(cells);
            return;
        }
        held.add(cells);
        if (held.size() >= rowsHeldBack) {
            flush();
        }
    }

    /** Prints the header and what was held back; without any row only the header. */
    void flush() {
        if (widths.length > 0) {
            return;
        }
        widths = new int[columns.size()];
        List<String> titles = columns.stream().map(Column::title).toList();
        measure(titles);
        held.forEach(this::measure);
        if (inColour) {
            out.print(BOLD);
        }
        print(titles);
        if (inColour) {
            out.print(PLAIN);
        }
        held.forEach(this::print);
        held.clear();
    }

    private void measure(List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            widths[i] = Math.max(widths[i], length(cells.get(i)));
        }
    }

    private void print(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            String space = " ".repeat(Math.max(0, widths[i] - length(cell)));
            boolean toTheRight = columns.get(i).isNumber();
            line.append(toTheRight ? space : "").append(cell);
            if (i < cells.size() - 1) {
                line.append(toTheRight ? "" : space).append("  ");
            }
        }
        out.println(line.toString().stripTrailing());
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static String shown(String cell) {
        if (length(cell) <= MAX_CELL_CHARS) {
            return harmless(cell);
        }
        return harmless(cell.substring(0, cell.offsetByCodePoints(0, MAX_CELL_CHARS))) + "...";
    }

    /** Names and payloads come from strangers: what a terminal would obey is shown as a dot. */
    static String harmless(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '.' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }
}
