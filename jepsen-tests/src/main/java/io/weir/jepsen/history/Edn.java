package io.weir.jepsen.history;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of EDN that histories need: nil, booleans, integers, strings, keywords, vectors, and maps with keywords or
 * integers as keys. Commas are blanks. A value becomes null, Boolean, Long, String, {@link Keyword}, {@code List} or
 * {@code Map}, in which a key is the keyword's name or the integer's digits. Anything else is refused, and so is nesting
 * beyond {@value #MAX_DEPTH}, which would end in the stack and not in a message.
 */
final class Edn {
    private static final int MAX_DEPTH = 16;

    /** A keyword without its colon. */
    record Keyword(String name) {
        @Override
        public String toString() {
            return ":" + name;
        }
    }

    private final String text;
    private int at;

    private Edn(String text) {
        this.text = text;
    }

    /**
     * The one value that stands in a text.
     *
     * @throws MalformedHistoryException if it is not exactly one that is known here
     */
    static @Nullable Object parse(String text) {
        Edn edn = new Edn(text);
        Object value = edn.value(0);
        edn.skipBlanks();
        if (edn.at < text.length()) {
            throw edn.refused("something behind the end");
        }
        return value;
    }

    /** Writes a value: those that reading gives, {@link Values}, and any integers. */
    static void write(@Nullable Object value, Appendable target) throws IOException {
        if (value instanceof Map<?, ?> map) {
            String before = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                target.append(before);
                String key = String.valueOf(entry.getKey());
                target.append(isInteger(key) ? "" : ":").append(key).append(' ');
                write(entry.getValue(), target);
                before = " ";
            }
            target.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> vector) {
            target.append('[');
            for (int i = 0; i < vector.size(); i++) {
                target.append(i == 0 ? "" : " ");
                write(vector.get(i), target);
            }
            target.append(']');
        } else if (value instanceof String string) {
            quote(string, target);
        } else {
            target.append(value == null ? "nil" : value.toString());
        }
    }

    private static boolean isInteger(String key) {
        char last = key.isEmpty() ? ' ' : key.charAt(key.length() - 1);
        return last >= '0' && last <= '9' && (key.charAt(0) == '-' || Character.isDigit(key.charAt(0)));
    }

    /** A line of the file stays one line whatever an error's message holds. */
    private static void quote(String text, Appendable target) throws IOException {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> target.append("\\\"");
                case '\\' -> target.append("\\\\");
                case '\n' -> target.append("\\n");
                case '\r' -> target.append("\\r");
                case '\t' -> target.append("\\t");
                default -> target.append(c);
            }
        }
        target.append('"');
    }

    private @Nullable Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw refused("nested deeper than " + MAX_DEPTH);
        }
        skipBlanks();
        char first = peek();
        return switch (first) {
            case '{' -> map(depth);
            case '[' -> vector(depth);
            case '"' -> string();
            default -> atom();
        };
    }

    private Map<String, @Nullable Object> map(int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        at++;
        while (!isAtEnd('}')) {
            Object key = value(depth + 1);
            if (!(key instanceof Keyword || key instanceof Long)) {
                throw refused("a key that is neither a keyword nor an integer");
            }
            String name = key instanceof Keyword keyword ? keyword.name() : key.toString();
            if (map.containsKey(name)) {
                throw refused("a second " + key);
            }
            map.put(name, value(depth + 1));
        }
        return map;
    }

    private List<@Nullable Object> vector(int depth) {
        List<@Nullable Object> vector = new ArrayList<>();
        at++;
        while (!isAtEnd(']')) {
            vector.add(value(depth + 1));
        }
        return vector;
    }

    private boolean isAtEnd(char end) {
        skipBlanks();
        boolean isEnd = peek() == end;
        at += isEnd ? 1 : 0;
        return isEnd;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        at++;
        while (peek() != '"') {
            char c = text.charAt(at++);
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\' -> c;
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> throw refused("an unknown escape");
        };
    }

    private @Nullable Object atom() {
        int start = at;
        while (at < text.length() && isOfAtom(text.charAt(at))) {
            at++;
        }
        String atom = text.substring(start, at);
        if (atom.length() > 1 && atom.charAt(0) == ':') {
            return new Keyword(atom.substring(1));
        }
        return switch (atom) {
            case "nil" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> integer(atom);
        };
    }

    private Long integer(String atom) {
        try {
            return Long.valueOf(atom);
        } catch (NumberFormatException e) {
            throw refused("neither nil, boolean, keyword nor integer of 64 bits");
        }
    }

    private static boolean isOfAtom(char c) {
        return !isBlank(c) && "[]{}\"".indexOf(c) < 0;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r';
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw refused("cut off");
        }
        return text.charAt(at);
    }

    private MalformedHistoryException refused(String why) {
        return new MalformedHistoryException("column " + at + ": " + why);
    }
}
