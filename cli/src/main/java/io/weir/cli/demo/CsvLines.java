package io.weir.cli.demo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reader of CSV records (RFC 4180) from lines: a quoted field may go on over several of them. */
final class CsvLines {
    private final List<String> lines;
    private int next;
    private int first;

    CsvLines(List<String> lines) {
        this.lines = lines;
    }

    /** Where the last record began, from 0. */
    int line() {
        return first;
    }

    /** The fields of the next record, or null at the end; empty lines are skipped. */
    @Nullable
    List<String> next() {
        while (next < lines.size() && withoutReturn(lines.get(next)).isEmpty()) {
            next++;
        }
        if (next == lines.size()) {
            return null;
        }
        first = next;
        return record(new StringBuilder(lines.get(next++)));
    }

    private List<String> record(StringBuilder text) {
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (true) {
            int end;
            if (at < text.length() && text.charAt(at) == '"') {
                end = closingQuote(text, at + 1) + 1;
                fields.add(text.substring(at + 1, end - 1).replace("\"\"", "\""));
            } else {
                end = plainEnd(text, at);
                fields.add(withoutReturn(text.substring(at, end)));
            }
            String rest = withoutReturn(text.substring(end));
            if (rest.isEmpty()) {
                return fields;
            }
            if (rest.charAt(0) != ',') {
                throw RowFile.malformed(first, "text after the closing quote of field " + fields.size());
            }
            at = end + 1;
        }
    }

    /** Index of the quote that closes a field, further lines fetched as needed. */
    private int closingQuote(StringBuilder text, int from) {
        int at = from;
        while (true) {
            int quote = text.indexOf("\"", at);
            if (quote < 0) {
                if (next == lines.size()) {
                    throw RowFile.malformed(first, "a quoted field does not end");
                }
                at = text.length();
                text.append('\n').append(lines.get(next++));
            } else if (quote + 1 < text.length() && text.charAt(quote + 1) == '"') {
                at = quote + 2;
            } else {
                return quote;
            }
        }
    }

    private int plainEnd(StringBuilder text, int from) {
        int comma = text.indexOf(",", from);
        int end = comma < 0 ? text.length() : comma;
        if (text.substring(from, end).indexOf('"') >= 0) {
            throw RowFile.malformed(first, "a quote inside a field that is not quoted");
        }
        return end;
    }

    private static String withoutReturn(String text) {
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
