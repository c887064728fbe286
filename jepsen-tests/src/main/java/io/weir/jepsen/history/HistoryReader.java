package io.weir.jepsen.history;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads histories that {@link HistoryWriter} wrote, in both formats, and those of Jepsen's list-append, bank and keyed
 * workloads if streams, values and processes are integers. Any text gives a history or a {@link
 * MalformedHistoryException} that names the row. Empty lines and keys that are not known are passed over.
 *
 * <p>Memory: what is kept of a text is at most eight bytes for each of its characters, of which there may be an eighth
 * of the JVM's largest heap; a line may have {@value #MAX_LINE_CHARS}, and costs up to 24 bytes for each while it is
 * read.
 */
public final class HistoryReader {
    /** A longer line is refused. */
    static final int MAX_LINE_CHARS = 4 << 20;

    private static final int MAX_NODES = 1_000;

    private final BufferedReader source;
    private final long maxChars;
    private final Map<String, String> nodes = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private @Nullable Header header;
    private long chars;
    private int row;

    private HistoryReader(Reader source, long maxChars) {
        this.source = new BufferedReader(source);
        this.maxChars = maxChars;
    }

    /**
     * Reads to the end; does not close.
     *
     * @throws MalformedHistoryException if it is no history
     */
    public static History read(Reader source) throws IOException {
        return readFile(source).history();
    }

    /** The same with the header, which EDN has not. */
    public static HistoryFile readFile(Reader source) throws IOException {
        return readFile(source, Runtime.getRuntime().maxMemory() / 8);
    }

    /** The same of no more than so many characters. */
    static HistoryFile readFile(Reader source, long maxChars) throws IOException {
        HistoryReader reader = new HistoryReader(source, maxChars);
        try {
            for (String text = reader.nextLine(); text != null; text = reader.nextLine()) {
                reader.row++;
                if (!text.isBlank()) {
                    reader.take(text);
                }
            }
        } catch (MalformedHistoryException e) {
            throw new MalformedHistoryException("row " + reader.row + " of the file: " + e.getMessage(), e);
        } catch (CharacterCodingException | ZipException | EOFException e) {
            throw new MalformedHistoryException(
                    "row " + (reader.row + 1) + " of the file: neither text in UTF-8 nor compressed by gzip: " + e);
        }
        return new HistoryFile(reader.header == null ? Header.UNKNOWN : reader.header, History.of(reader.lines));
    }

    /** Reads a whole text. */
    public static History parse(String text) {
        try {
            return read(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException("a String does not fail", e);
        }
    }

    /** As {@link BufferedReader#readLine}, but a file of one endless line ends in a message and not in the heap. */
    private @Nullable String nextLine() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = source.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = source.read()) {
            line.append((char) c);
            if (line.length() > MAX_LINE_CHARS || ++chars > maxChars) {
                row++;
                throw new MalformedHistoryException(
                        line.length() > MAX_LINE_CHARS
                                ? "longer than " + MAX_LINE_CHARS + " characters"
                                : "more than " + maxChars + " characters up to here; a larger heap holds more");
            }
        }
        return line.toString();
    }

    private void take(String text) {
        boolean isJson = header != null || (lines.isEmpty() && isJson(text));
        Fields fields = Fields.of("the line", isJson ? Json.parse(text) : Edn.parse(text));
        if (isJson && header == null) {
            header = Header.of(fields);
        } else {
            lines.add(withKnownNode(LineReader.line(fields)));
        }
    }

    /** A key is a string there, and a keyword in EDN. */
    private static boolean isJson(String text) {
        int brace = text.indexOf('{');
        return brace >= 0 && text.substring(brace + 1).stripLeading().startsWith("\"");
    }

    /** Some nodes are named by millions of lines. */
    private Line withKnownNode(Line line) {
        String name = line.node();
        if (name == null || (nodes.size() >= MAX_NODES && !nodes.containsKey(name))) {
            return line;
        }
        String known = nodes.computeIfAbsent(name, same -> same);
        return new Line(
                line.index(), line.timeNs(), line.type(), line.process(), line.operation(), known, line.error());
    }
}
