package io.weir.cli.git;

import io.weir.cli.git.GitCommit.Change;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reader of {@code git fast-export --no-data --show-original-ids}: commits one by one, parents before children. It reads
 * bytes: only lengths say where a message ends, since a message may lack its newline and may look like a command.
 *
 * <p>What those flags never produce (renames, copies, notes, {@code deleteall}, data inline) is refused, not skipped: each
 * would change the state of a path without a word. Tags, resets and blobs change none and are skipped. Not for several threads.
 */
public final class FastExport {
    private static final int MAX_SUBJECT_CODE_POINTS = 120;

    private final InputStream in;
    private final Map<String, String> idOfMark = new HashMap<>();
    private byte @Nullable [] pushedBack;
    private long offset;
    private long lineOffset;

    /** Reads from a stream, which the caller closes. */
    public FastExport(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /**
     * The next commit, or null at the end.
     *
     * @throws GitFormatException if the bytes are not an export of the kind that was asked for, or end in its middle
     */
    public @Nullable GitCommit next() throws IOException {
        for (byte[] line = readLine(); line != null; line = readLine()) {
            String command = word(line);
            switch (command) {
                case "commit" -> {
                    return commit();
                }
                case "reset" -> skipIf("from");
                case "blob", "tag" -> skipObject();
                case "", "feature", "option", "progress", "checkpoint", "done", "alias", "mark", "to" -> {}
                default -> throw malformed("unknown command \"" + command + "\"");
            }
        }
        return null;
    }

    private GitCommit commit() throws IOException {
        String mark = null;
        String id = null;
        Charset encoding = StandardCharsets.UTF_8;
        byte[] message = null;
        while (message == null) {
            byte[] line = need();
            switch (word(line)) {
                case "mark" -> mark = rest(line);
                case "original-oid" -> id = rest(line);
                case "author", "committer" -> {}
                case "encoding" -> encoding = charset(rest(line));
                case "gpgsig" -> data(need());
                case "data" -> message = data(line);
                default -> throw malformed("unknown header \"" + word(line) + "\" of a commit");
            }
        }
        if (id == null || !TreeEntry.isObjectId(id)) {
            throw malformed("a commit without its original-oid");
        }
        List<String> parents = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (byte[] line = readLine(); line != null; line = readLine()) {
            if (!isPartOfCommit(line, parents, changes)) {
                pushedBack = line;
                break;
            }
        }
        if (mark != null) {
            idOfMark.put(mark, id);
        }
        return new GitCommit(id, parents, subject(message, encoding), changes);
    }

    private boolean isPartOfCommit(byte[] line, List<String> parents, List<Change> changes) throws GitFormatException {
        switch (word(line)) {
            case "" -> {}
            case "from", "merge" -> parents.add(parent(rest(line)));
            case "M" -> changes.add(modify(line));
            case "D" -> changes.add(new Change(path(line, 2), null));
            case "R", "C", "N", "deleteall" ->
                throw malformed("a line \"" + word(line) + "\", which the flags of this export never produce");
            default -> {
                return false;
            }
        }
        return true;
    }

    private String parent(String reference) throws GitFormatException {
        String id = reference.startsWith(":") ? idOfMark.get(reference) : reference;
        if (id == null || !TreeEntry.isObjectId(id)) {
            throw malformed("parent " + reference + " was not exported before its child");
        }
        return id;
    }

    /** {@code M 100644 <object id> <path>}. */
    private Change modify(byte[] line) throws GitFormatException {
        int idFrom = indexOf(line, ' ', 2) + 1;
        int pathFrom = indexOf(line, ' ', idFrom) + 1;
        String mode = ascii(line, 2, idFrom - 1);
        String id = ascii(line, idFrom, pathFrom - 1);
        try {
            return new Change(path(line, pathFrom), new TreeEntry(mode, id));
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    private GitPath path(byte[] line, int from) throws GitFormatException {
        try {
            return GitPath.parse(line, Math.min(from, line.length));
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    private void skipObject() throws IOException {
        byte[] line = need();
        while (!word(line).equals("data")) {
            line = need();
        }
        data(line);
    }

    private void skipIf(String command) throws IOException {
        byte[] line = readLine();
        if (line != null && !word(line).equals(command)) {
            pushedBack = line;
        }
    }

    /** The bytes that a {@code data <count>} line announces; the count is exact, no newline belongs to it. */
    private byte[] data(byte[] line) throws IOException {
        int count;
        try {
            count = Integer.parseInt(rest(line));
        } catch (NumberFormatException e) {
            throw malformed("a data block without its length");
        }
        if (!word(line).equals("data") || count < 0) {
            throw malformed("a data block without its length");
        }
        byte[] data = in.readNBytes(count);
        offset += data.length;
        if (data.length < count) {
            throw malformed("a data block ends after " + data.length + " of " + count + " bytes");
        }
        return data;
    }

    private byte[] need() throws IOException {
        byte[] line = readLine();
        if (line == null) {
            throw malformed("the export ends in the middle of a command");
        }
        return line;
    }

    /** A line without its newline; null at the end. */
    private byte @Nullable [] readLine() throws IOException {
        byte[] again = pushedBack;
        if (again != null) {
            pushedBack = null;
            return again;
        }
        lineOffset = offset;
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 && line.size() == 0) {
                return null;
            }
            if (b < 0) {
                throw new EOFException("git fast-export, byte " + lineOffset + ": a line without an end");
            }
            line.write(b);
        }
        offset += line.size() + 1;
        return line.toByteArray();
    }

    private static String word(byte[] line) {
        int space = indexOf(line, ' ', 0);
        return ascii(line, 0, space < 0 ? line.length : space);
    }

    private static String rest(byte[] line) {
        int space = indexOf(line, ' ', 0);
        return space < 0 ? "" : ascii(line, space + 1, line.length);
    }

    private static int indexOf(byte[] line, char wanted, int from) {
        for (int i = Math.max(from, 0); i < line.length; i++) {
            if (line[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static String ascii(byte[] line, int from, int to) {
        return to <= from ? "" : new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static String subject(byte[] message, Charset encoding) {
        int end = indexOf(message, '\n', 0);
        String line = new String(message, 0, end < 0 ? message.length : end, encoding);
        int points = line.codePointCount(0, line.length());
        return points <= MAX_SUBJECT_CODE_POINTS
                ? line
                : line.substring(0, line.offsetByCodePoints(0, MAX_SUBJECT_CODE_POINTS));
    }

    /** A subject is for people: an unknown encoding costs its accents, never the import. */
    private static Charset charset(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.ISO_8859_1;
        }
    }

    private GitFormatException malformed(@Nullable String what) {
        return new GitFormatException("git fast-export, byte " + lineOffset + ": " + what);
    }
}
