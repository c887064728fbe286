package io.weir.jepsen.history;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A map that was read from a file: what is asked of it is there and of its type, or the file is refused. */
final class Fields {
    private final Map<?, ?> map;

    private Fields(Map<?, ?> map) {
        this.map = map;
    }

    static Fields of(String what, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return new Fields(map);
        }
        throw new MalformedHistoryException(what + " is no map");
    }

    @Nullable
    Object get(String key) {
        return map.get(key);
    }

    boolean has(String key) {
        return map.get(key) != null;
    }

    Map<?, ?> map() {
        return map;
    }

    /** The text of a keyword, or a string where there are no keywords. */
    String word(String key) {
        return word(":" + key, map.get(key));
    }

    static String word(String what, @Nullable Object value) {
        if (value instanceof Edn.Keyword keyword) {
            return keyword.name();
        }
        if (value instanceof String string) {
            return string;
        }
        throw new MalformedHistoryException(what + " is missing, or no keyword");
    }

    /** Any text; null if there is none. */
    @Nullable
    String text(String key) {
        Object value = map.get(key);
        return value == null ? null : value.toString();
    }

    boolean isTrue(String key) {
        Object value = map.get(key);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw new MalformedHistoryException(":" + key + " is neither true nor false");
    }

    int integer(String key) {
        return integer(":" + key, map.get(key));
    }

    long number(String key) {
        return number(":" + key, map.get(key));
    }

    List<?> vector(String key) {
        return vector(":" + key, map.get(key));
    }

    static List<?> vector(String what, @Nullable Object value) {
        if (value instanceof List<?> vector) {
            return vector;
        }
        throw new MalformedHistoryException(what + " is no vector");
    }

    /** A vector of so many elements. */
    static List<?> vector(String what, @Nullable Object value, int size) {
        List<?> vector = vector(what, value);
        if (vector.size() != size) {
            throw new MalformedHistoryException(what + " has " + vector.size() + " elements, not " + size);
        }
        return vector;
    }

    static int integer(String what, @Nullable Object value) {
        long number = number(what, value);
        if (number != (int) number) {
            throw new MalformedHistoryException(what + " is beyond 32 bits: " + number);
        }
        return (int) number;
    }

    static long number(String what, @Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new MalformedHistoryException(what + " is missing, or no integer");
    }
}
