package io.weir.cli.shell;

import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param title its header
 * @param isNumber numbers stand to the right
 * @param cell the text of a row; control characters in it are shown, never obeyed
 */
public record Column<T>(String title, boolean isNumber, Function<T, String> cell) {
    public static <T> Column<T> text(String title, Function<T, String> cell) {
        return new Column<>(title, false, cell);
    }

    public static <T> Column<T> number(String title, Function<T, Object> cell) {
        return new Column<>(title, true, row -> String.valueOf(cell.apply(row)));
    }
}
