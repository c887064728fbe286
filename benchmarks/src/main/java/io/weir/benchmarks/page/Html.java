package io.weir.benchmarks.page;

import java.util.List;

/**
 * The text of a page while it grows: markup as it is, and texts from outside, which are escaped. Values of attributes stand
 * in double quotes. For one thread.
 */
public final class Html {
    private static final char REPLACEMENT = '\uFFFD';

    private final StringBuilder out = new StringBuilder();

    /** Markup that is written here. */
    public Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Any text, from wherever. */
    public Html text(String any) {
        any.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isHarmless(c) ? c : REPLACEMENT);
            }
        });
        return this;
    }

    /** No controls, halves of characters, or marks that turn round what stands beside them. */
    private static boolean isHarmless(int c) {
        boolean isControl = Character.isISOControl(c) && c != '\n' && c != '\t';
        boolean isTurning = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        boolean isHalf = c >= 0xD800 && c <= 0xDFFF;
        return !isControl && !isTurning && !isHalf && c != 0xFFFE && c != 0xFFFF;
    }

    /** An attribute whose value is a coordinate, to a tenth. */
    public Html at(String attribute, double coordinate) {
        return raw(" " + attribute + "=\"" + Numbers.tenths(coordinate) + "\"");
    }

    /** An element, with attributes or without, that has nothing but text in it. */
    public Html element(String name, String text) {
        return raw("<" + name + ">").text(text).raw("</" + name.split(" ", 2)[0] + ">");
    }

    /** A table: the first cell of a row is its head. */
    public Html table(List<String> heads, List<List<String>> rows) {
        raw("<div class=\"scroll\"><table>\n<thead><tr>");
        heads.forEach(head -> element("th scope=\"col\"", head));
        raw("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            raw("<tr>").element("th scope=\"row\"", row.get(0));
            row.stream().skip(1).forEach(cell -> element("td", cell));
            raw("</tr>\n");
        }
        return raw("</tbody></table></div>\n");
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
