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
 * <p>Memory: a history may take a third of the JVM's largest heap, which leaves as much again and more to whoever judges
 * it; one that would take more is refused. A line may have {@value #MAX_LINE_CHARS} characters, and costs up to 24 bytes
 * for each while it is read.
 */
public final class HistoryReader {
    /** A longer line is refused. */
    static final int MAX_LINE_CHARS = 4 << 20;

    private static final int MAX_NODES = 1_000;

    private final BufferedReader source;
    private final long maxBytes;
    private final Map<String, String> nodes = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private @Nullable Header header;
    private long bytes;
    private int row;

    private HistoryReader(Reader source, long maxBytes) {
        this.source = new BufferedReader(source);
        this.maxBytes = maxBytes;
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
        return readFile(source, Runtime.getRuntime().maxMemory() / 3);
    }

    /** The same of a history that takes no more than so many bytes. */
    static HistoryFile readFile(Reader source, long maxBytes) throws IOException {
        HistoryReader reader = new HistoryReader(source, maxBytes);
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
            if (line.length() > MAX_LINE_CHARS) {
                row++;
                throw new MalformedHistoryException("longer than " + MAX_LINE_CHARS + " characters");
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
            Line line = withKnownNode(LineReader.line(fields));
            bytes += bytes(line);
            if (bytes > maxBytes) {
                throw new MalformedHistoryException("up to here the history takes more than " + maxBytes
                        + " bytes, a third of the heap; with a larger one (-Xmx) it can be read");
            }
            lines.add(line);
        }
    }

    /** What a line takes in memory, rather more than less. */
    private static long bytes(Line line) {
        String error = line.error();
        return 160 + (error == null ? 0 : 2L * error.length()) + bytes(line.operation());
    }

    private static long bytes(Operation operation) {
        if (operation instanceof Transaction transaction) {
            return transaction.steps().stream()
                    .mapToLong(step -> 72 + (step instanceof Step.Read read ? bytes(read.values()) : 0))
                    .sum();
        } else if (operation instanceof StreamRead read) {
            return 72 + bytes(read.values());
        } else if (operation instanceof Balances balances) {
            return balances.byAccount() == null ? 48 : 100L * balances.seen().size();
        } else if (operation instanceof Poll poll) {
            return 72 + (poll.events() == null ? 0 : 48L * poll.delivered().size());
        }
        return 48;
    }

    private static long bytes(@Nullable Values values) {
        return values == null ? 0 : 4L * values.size();
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
