package io.weir.jepsen.report;

/**
 * The text of a page while it grows: markup as it is, and texts from outside, which are escaped. Values of attributes
 * stand in double quotes.
 */
final class Html {
    private static final char REPLACEMENT = '\uFFFD';

    private final StringBuilder out = new StringBuilder();

    /** Markup that is written here. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Any text, from wherever. */
    Html text(String any) {
        for (int i = 0; i < any.length(); i++) {
            char c = any.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(isHarmless(any, i) ? c : REPLACEMENT);
            }
        }
        return this;
    }

    /** Characters that no page may hold, halves of characters, and those that turn round what stands beside them. */
    private static boolean isHarmless(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        }
        boolean isControl = Character.isISOControl(c) && c != '\n' && c != '\t';
        boolean isTurning = (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069');
        return !isControl && !isTurning && c < '\uFFFE';
    }

    /** A coordinate, to a tenth. */
    Html at(double coordinate) {
        out.append(Numbers.tenths(coordinate));
        return this;
    }

    /** An element with nothing but text in it. */
    Html element(String name, String text) {
        return raw("<" + name + ">").text(text).raw("</" + name.split(" ", 2)[0] + ">");
    }

    /** A row of a table: a heading, then cells. */
    Html row(String head, String... cells) {
        raw("<tr>").element("th scope=\"row\"", head);
        for (String cell : cells) {
            element("td", cell);
        }
        return raw("</tr>\n");
    }

    /** The head of a table. */
    Html heads(String... names) {
        raw("<thead><tr>");
        for (String name : names) {
            element("th scope=\"col\"", name);
        }
        return raw("</tr></thead>\n");
    }

    int length() {
        return out.length();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
