package io.weir.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both formats of every operation, and the files that hold them. */
class HistoryFileTest {
    private static final String HEADER = "{\"format\":\"weir-history\",\"version\":1,\"seed\":7,\"weir\":\"0.1.0\"}\n";

    @TempDir
    Path directory;

    /** After a change: {@code -Dhistory.write=true} writes the files anew, to be reviewed. */
    @ParameterizedTest
    @ValueSource(strings = {"operations-1.edn", "operations-1.ndjson"})
    void theFileIsAsItWas(String name) throws IOException {
        HistoryFile file = new HistoryFile(name.endsWith("edn") ? Header.UNKNOWN : header(), AllOperations.one());
        Path golden = Path.of("src/test/resources/io/weir/jepsen/history", name);
        if (Boolean.getBoolean("history.write")) {
            file.write(golden);
        }
        assertThat(HistoryFile.read(golden)).isEqualTo(file);
        Path written = directory.resolve(name);
        file.write(written);
        assertThat(written).hasSameTextualContentAs(golden);
    }

    private static Header header() {
        return new Header(Workload.BANK, -7, "0.1.0")
                .withNodes(List.of("n1", "n2"))
                .withAccounts(Map.of(1, 10L, 2, -3L), true)
                .withReopenings(List.of(new TimeSpan(5, 7), new TimeSpan(9, 9)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.edn", "a.ndjson", "a.edn.gz", "a.ndjson.gz"})
    void whatIsWrittenIsRead(String name) throws IOException {
        Path path = directory.resolve(name);
        HistoryFile file = new HistoryFile(name.contains("edn") ? Header.UNKNOWN : header(), AllOperations.one());
        file.write(path);
        assertThat(HistoryFile.read(path)).isEqualTo(file);
        assertThat(Files.readAllBytes(path)[0] == 0x1f).isEqualTo(name.endsWith(".gz"));
        assertThatThrownBy(() -> file.write(directory.resolve("a.json"))).hasMessageContaining("neither with .edn");
    }

    /** The bank's reads and keyed operations as Jepsen writes them. */
    @Test
    void jepsensOwnShapesAreRead() {
        History history = HistoryReader.parse("""
                {:type :invoke, :f :read, :value nil, :process 0, :time 1, :index 0}
                {:type :ok, :f :read, :value {0 10, 1 90}, :process 0, :time 2, :index 1}
                {:type :invoke, :f :transfer, :value {:from 0, :to 1, :amount 5}, :process 0, :time 3, :index 2}
                {:type :fail, :f :transfer, :value {:from 0, :to 1, :amount 5}, :process 0, :time 4, :index 3}
                """);
        assertThat(history.line(1).operation()).isEqualTo(new Balances().saw(Map.of(0, 10L, 1, 90L)));
        assertThat(Workload.of(history)).contains(Workload.BANK);
    }

    @Test
    void theWorkloadIsToldByTheOperations() {
        assertThat(Workload.of(History.of(List.of()))).isEmpty();
        assertThat(Workload.of(AllOperations.one())).isEmpty();
        for (Operation operation :
                List.of(new Transaction(List.of()), new EndOfStream(1), new Balances(), new Addition(1, 1))) {
            History history = History.of(List.of(new Line(0, 0, LineType.INVOKE, 0, operation, null, null)));
            assertThat(Workload.of(history).orElseThrow().has(operation)).isTrue();
        }
        assertThat(Workload.of("log")).contains(Workload.LOG);
        assertThat(Workload.of("LOG")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"index":0,"time":0,"type":"invoke","process":0,"f":"add","value":[1]}               | has 1 elements, not 2
            {"index":0,"time":0,"type":"invoke","process":0,"f":"add","value":[1,1.5]}           | neither null
            {"index":0,"time":0,"type":"invoke","process":0,"f":"add","value":[1,99999999999999999999]} | beyond 64 bits
            {"index":0,"time":0,"type":"invoke","process":0,"f":"add","value":[1,1],"revision":3} | :ok alone knows
            {"index":0,"time":0,"type":"ok","process":0,"f":"end","value":[1,null]}              | without what it read
            {"index":0,"time":0,"type":"invoke","process":0,"f":"end","value":[1,-3]}            | an end is -3
            {"index":0,"time":0,"type":"invoke","process":0,"f":"read","value":[1,null],"level":"new"} | :level is :new
            {"index":0,"time":0,"type":"invoke","process":0,"f":"read","value":[1,null],"level":"at-least"} | level at-least
            {"index":0,"time":0,"type":"invoke","process":0,"f":"transfer","value":{"from":1,"to":1,"amount":5}} | a transfer of 5
            {"index":0,"time":0,"type":"invoke","process":0,"f":"poll","value":{"subscriber":1,"from":0}} | either a :stream
            {"index":0,"time":0,"type":"invoke","process":0,"f":"append-if","value":[1,["maybe",2]]} | neither a revision
            {"index":0,"time":0,"type":"ok","process":0,"f":"read","value":{"a":1}}              | account a
            {"index":0,"time":0,"type":"ok","process":0,"f":"read","value":{"1":1,"01":1}}       | comes twice
            {"index":0,"index":0}                                                                | Duplicate
            {"index":0                                                                           | column
            [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]                                             | nesting depth
            7                                                                                    | is no map
            {} {}                                                                                | behind the end
            """)
    void whatIsNoLineIsRefused(String line, String why) {
        assertThatThrownBy(() -> HistoryReader.parse(HEADER + line))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageStartingWith("row 2 of the file: ")
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"format":"history","version":1}                                  | has no "format"
            {"format":"weir-history","version":2}                             | version 2 of the format; known is 1
            {"format":"weir-history","version":1,"workload":"chess"}          | workload chess is not known
            {"format":"weir-history","version":1,"accounts":{"1":5},"total":6} | the accounts hold 5
            {"format":"weir-history","version":1,"nodes":"n1"}                | :nodes is no vector
            {"format":"weir-history","version":1,"mayOwe":1}                  | neither true nor false
            """)
    void whatIsNoHeaderIsRefused(String line, String why) {
        assertThatThrownBy(() -> HistoryReader.parse(line))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageStartingWith("row 1 of the file: ")
                .hasMessageContaining(why);
    }

    @Test
    void whatIsNoTextIsRefusedWithItsRow() {
        byte[] text = HEADER.getBytes(StandardCharsets.UTF_8);
        byte[] damaged = Arrays.copyOf(text, text.length + 1);
        damaged[text.length] = (byte) 0xff;
        assertThatThrownBy(() -> HistoryFile.read(new ByteArrayInputStream(damaged), false))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageContaining("neither text in UTF-8 nor compressed by gzip");
        assertThatThrownBy(() -> HistoryFile.read(new ByteArrayInputStream(text), true))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageStartingWith("row 1 of the file: ");
        assertThatThrownBy(() -> HistoryFile.read(InputStream.nullInputStream(), true))
                .isInstanceOf(MalformedHistoryException.class);
    }

    /** Without any limit, a file of one endless line, or of many, would end in the heap. */
    @Test
    void whatIsTooLongIsRefused() {
        Reader endless = new Reader() {
            @Override
            public int read(char[] buffer, int offset, int length) {
                Arrays.fill(buffer, offset, offset + length, '[');
                return length;
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> HistoryReader.readFile(endless))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessage("row 1 of the file: longer than 4194304 characters");
        StringBuilder lines = new StringBuilder(HEADER);
        for (int i = 0; i < 100; i++) {
            lines.append(String.format(
                    "{\"index\":%d,\"time\":0,\"type\":\"invoke\",\"process\":%d,\"f\":\"end\",\"value\":[1,null]}%n",
                    i, i));
        }
        assertThatThrownBy(() -> HistoryReader.readFile(new StringReader(lines.toString()), 10_000))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageStartingWith("row 50 of the file: up to here the history takes more than 10000 bytes");
    }
}
