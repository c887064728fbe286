package io.weir.cli.git;

import io.weir.cli.Utf8;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A path as git knows it: bytes without NUL, in no particular encoding, exact, never a subtree. Immutable; equality and
 * order are those of the bytes, unsigned.
 */
public final class GitPath implements Comparable<GitPath> {
    private static final String ESCAPED = "abtnvfr\"\\";
    private static final byte[] UNESCAPED = {7, '\b', '\t', '\n', 11, '\f', '\r', '"', '\\'};

    private final byte[] bytes;

    private GitPath(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Wraps the raw bytes, which are kept, not copied. */
    public static GitPath of(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a path has at least one byte");
        }
        return new GitPath(bytes);
    }

    /** A path whose bytes are the UTF-8 form of a text. */
    public static GitPath ofText(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The path that ends a line of an export: as it stands, or, if it begins with a quote, in C style.
     *
     * @throws IllegalArgumentException if the quotes or an escape in them are broken
     */
    static GitPath parse(byte[] line, int from) {
        return of(
                from < line.length && line[from] == '"'
                        ? unquote(line, from + 1)
                        : Arrays.copyOfRange(line, from, line.length));
    }

    private static byte[] unquote(byte[] line, int from) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream(line.length - from);
        int i = from;
        while (i < line.length && line[i] != '"') {
            if (line[i] != '\\') {
                plain.write(line[i++]);
                continue;
            }
            i++;
            if (i < line.length && line[i] >= '0' && line[i] <= '3') {
                plain.write(octal(line, i));
                i += 3;
            } else {
                int at = i < line.length ? ESCAPED.indexOf(line[i]) : -1;
                if (at < 0) {
                    throw new IllegalArgumentException("unknown escape in a quoted path");
                }
                plain.write(UNESCAPED[at]);
                i++;
            }
        }
        if (i != line.length - 1) {
            throw new IllegalArgumentException("a quoted path does not end with its line");
        }
        return plain.toByteArray();
    }

    private static int octal(byte[] line, int from) {
        int value = 0;
        for (int i = from; i < from + 3; i++) {
            if (i >= line.length || line[i] < '0' || line[i] > '7') {
                throw new IllegalArgumentException("an octal escape in a quoted path lacks digits");
            }
            value = value * 8 + line[i] - '0';
        }
        return value;
    }

    /** A copy of the raw bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** How many bytes. */
    public int length() {
        return bytes.length;
    }

    /** The path as text, or null if it is not valid UTF-8. */
    public @Nullable String text() {
        return Utf8.textOrNull(bytes);
    }

    @Override
    public int compareTo(GitPath other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GitPath that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** For people: the text if it is plain, else quoted in C style, as git prints it. */
    @Override
    public String toString() {
        String text = text();
        if (text != null && text.chars().noneMatch(c -> c < ' ' || c == '"' || c == '\\' || c == 0x7f)) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (byte b : bytes) {
            int at = indexOf(b);
            if (at >= 0) {
                quoted.append('\\').append(ESCAPED.charAt(at));
            } else if (b >= ' ' && b != 0x7f) {
                quoted.append((char) b);
            } else {
                quoted.append(String.format("\\%03o", b & 0xff));
            }
        }
        return quoted.append('"').toString();
    }

    private static int indexOf(byte wanted) {
        for (int i = 0; i < UNESCAPED.length; i++) {
            if (UNESCAPED[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
