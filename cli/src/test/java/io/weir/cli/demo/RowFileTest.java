package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.demo.RowInput.Row;
import io.weir.cli.shell.CliFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowFileTest {
    private final RowFile reader = new RowFile("s", "t");

    @Test
    void ndjsonKeepsTheLineAsItIs() throws Exception {
        List<Row> rows = reader.ndjson(bytes("{\"s\":\"a\", \"t\":7, \"x\":[1]}\r\n\n{\"t\":true,\"s\":1.5}"));

        assertThat(rows).extracting(Row::stream).containsExactly("a", "1.5");
        assertThat(rows).extracting(Row::transaction).containsExactly("7", "true");
        assertThat(rows.get(0).json()).asString(StandardCharsets.UTF_8).isEqualTo("{\"s\":\"a\", \"t\":7, \"x\":[1]}");
    }

    @Test
    void csvOfEveryShape() throws Exception {
        List<Row> rows =
                reader.csv(bytes("\ufeffs,t,text\r\na,1,plain\r\n\"b, c\",2,\"two\nlines, \"\"quoted\"\"\"\n\nd,,\n"));

        assertThat(rows).extracting(Row::stream).containsExactly("a", "b, c", "d");
        assertThat(rows).extracting(Row::transaction).containsExactly("1", "2", "");
        assertThat(rows.get(1).json())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"s\":\"b, c\",\"t\":\"2\",\"text\":\"two\\nlines, \\\"quoted\\\"\"}");
    }

    @Test
    void withoutATransactionKeyEachRowIsATransaction() throws Exception {
        List<Row> rows = new RowFile("s", null).csv(bytes("s\na\na\n"));
        assertThat(rows).extracting(Row::transaction).containsOnlyNulls();
        assertThat(new RowInput("file", rows).size()).isEqualTo(2);
    }

    @Test
    void consecutiveRowsOfOneKeyAreOneTransaction() throws Exception {
        RowInput input = new RowInput("file", reader.csv(bytes("s,t\na,1\nb,1\na,2\na,1\n")));
        assertThat(input.size()).isEqualTo(3);
        assertThat(input.unit(0)).extracting(DemoInput.Write::stream).containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"s\":\"a\",\"t\":1}~{\"s\":~{}                 | line 2:",
                "{\"s\":\"a\",\"t\":1}~~[1]                       | line 3: not a JSON object",
                "{\"s\":\"a\"}                                    | line 1: \"t\" must be",
                "{\"s\":null,\"t\":1}                             | line 1: \"s\" must be",
                "{\"s\":{},\"t\":1}                               | line 1: \"s\" must be",
                "{\"s\":\"\",\"t\":1}                             | line 1: \"s\": stream name is empty",
                "{\"s\":\"\\ud800\",\"t\":1}                      | line 1: \"s\": stream name holds an unpaired surrogate",
                "{\"s\":\"a\",\"t\":1} x                          | line 1:",
                "{\"s\":\"a\",\"s\":\"b\",\"t\":1}                | line 1: Duplicate field",
                "{\"s\":\"a\",\"t\":1}~\u00ff                     | line 2: not UTF-8"
            })
    void malformedNdjsonIsNamedByItsLine(String file, String message) {
        assertThatThrownBy(() -> reader.ndjson(latin(file)))
                .isInstanceOf(CliFailure.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``             | line 1: there is no header",
                "s,x~a,1        | line 1: the header has no column \"t\"",
                "s,t,s~a,1,b    | line 1: two columns",
                "s,t~a,1~b      | line 3: 1 fields; the header has 2",
                "s,t~a,1~b,2,3  | line 3: 3 fields",
                "s,t~a,\"1~b,2  | line 2: a quoted field does not end",
                "s,t~\"a\"b,2   | line 2: text after the closing quote",
                "s,t~a\"b\",2   | line 2: a quote inside a field",
                "s,t~,2         | line 2: \"s\": stream name is empty",
                "s,t~a,\u00ff   | line 2: not UTF-8"
            })
    void malformedCsvIsNamedByItsLine(String file, String message) {
        assertThatThrownBy(() -> reader.csv(latin(file)))
                .isInstanceOf(CliFailure.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aRowThatIsTooLargeForAnEventIsNamed() {
        String row = "{\"s\":\"a\",\"t\":1,\"x\":\"" + "x".repeat(1 << 20) + "\"}";
        assertThatThrownBy(() -> reader.ndjson(bytes("\n" + row)))
                .hasMessageMatching("line 2: the row has \\d+ bytes; the limit is \\d+");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A byte for each character; ~ stands for a newline. */
    private static byte[] latin(String text) {
        return text.replace('~', '\n').getBytes(StandardCharsets.ISO_8859_1);
    }
}
