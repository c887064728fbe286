package io.weir.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a history, and the file that it is written to. */
class HistoryTest {
    private static final String INVOKE =
            "{:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 1] [:r 1 nil]]}\n";

    @Test
    void theFileIsAsItWas() throws IOException {
        String golden = golden();
        History history = HistoryReader.parse(golden);
        StringBuilder written = new StringBuilder();
        HistoryWriter.write(history, written);
        assertThat(written).hasToString(golden);
        assertThat(history.lines().subList(0, 4))
                .extracting(Line::type)
                .containsExactly(LineType.INVOKE, LineType.OK, LineType.INVOKE, LineType.FAIL);
        assertThat(history.line(1).steps())
                .containsExactly(Step.append(5, 1).at(3_000_000_000L), Step.saw(6, 2, -4), Step.saw(7));
        assertThat(history.line(3).error()).isEqualTo("a \"quoted\" \\ word,\n\tand another line");
        assertThat(history.line(5).node()).isEqualTo("n3");
        assertThat(history.partner(4)).isEqualTo(5);
        assertThat(history.partner(6)).isEqualTo(History.NO_LINE);
    }

    /** Other keys, another order of keys, commas: as other writers of Jepsen's shape do it. */
    @Test
    void jepsensOwnFilesAreRead() throws IOException {
        String text = """
                {:type :invoke, :f :txn, :value [[:append 5 1] [:r 6 nil]], :time 12345, :process 3, :index 0, :link true}

                {:type :info, :f :txn, :value [[:append 5 1] [:r 6 nil]], :time 12346, :process 3, :index 1, :error :timeout}
                """;
        History history = HistoryReader.read(new StringReader(text));
        assertThat(history.size()).isEqualTo(2);
        assertThat(history.line(1).error()).isEqualTo(":timeout");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {:index 1 :time 0 :type :ok :process 1 :f :txn :value []}                          | nothing to complete
                    {:index 1 :time 0 :type :invoke :process 0 :f :txn :value []}                      | cannot begin
                    {:index 2 :time 0 :type :invoke :process 1 :f :txn :value []}                      | has index 2
                    {:index 1 :time -1 :type :invoke :process 1 :f :txn :value []}                     | before the line above
                    {:index 1 :time 0 :type :ok :process 0 :f :txn :value [[:append 1 1]]}             | does other things
                    {:index 1 :time 0 :type :ok :process 0 :f :txn :value [[:append 1 2] [:r 1 []]]}   | does other things
                    {:index 1 :time 0 :type :ok :process 0 :f :txn :value [[:append 1 1] [:r 2 []]]}   | does other things
                    {:index 1 :time 0 :type :ok :process 0 :f :txn :value [[:append 1 1] [:r 1 nil]]}  | alone knows
                    {:index 1 :time 0 :type :fail :process 0 :f :txn :value [[:append 1 1] [:r 1 []]]} | alone knows
                    {:index 1 :time 0 :type :invoke :process 1 :f :txn :value [[:append 1 1]] :revisions [3]} | revision 3
                    {:index 1 :time 0 :type :ok :process 0 :f :txn :value [] :revisions [1 2]}         | 2 revisions of 0
                    {:index 1 :time 0 :type :invoke :process 1 :f :txn :value [[:w 1 1]]}              | is neither
                    {:index 1 :time 0 :type :invoke :process 1 :f :txn :value [[:append 1 3000000000]]} | beyond 32 bits
                    {:index 1 :time 0 :type :invoke :process 1 :f :cas :value []}                      | :f is :cas
                    {:index 1 :time 0 :type :start :process 1 :f :txn :value []}                       | :type is :start
                    {:index 1 :time 0 :type :invoke :process :nemesis :f :txn :value []}               | :process is missing
                    {:index 1 :index 1}                                                                | a second :index
                    {:index 1 :time 0                                                                  | cut off
                    [1] [2]                                                                            | behind the end
                    [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]                                           | deeper than 16
                    """)
    void whatIsNoHistoryIsRefused(String second, String why) {
        assertThatThrownBy(() -> HistoryReader.parse(INVOKE + second))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aProcessRetires() {
        String info = "{:index 1 :time 0 :type :info :process 0 :f :txn :value [[:append 1 1] [:r 1 nil]]}\n";
        assertThat(HistoryReader.parse(INVOKE + info).size()).isEqualTo(2);
        assertThatThrownBy(() -> HistoryReader.parse(
                        INVOKE + info + "{:index 2 :time 0 :type :invoke :process 0 :f :txn :value []}"))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessage("line 2: process 0 cannot begin anything now");
    }

    @Test
    void theMessageNamesTheRow() {
        assertThatThrownBy(() -> HistoryReader.parse(INVOKE + "\n{:index x}"))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessage("row 3 of the file: column 9: neither nil, boolean, keyword nor integer of 64 bits");
    }

    static String golden() throws IOException {
        try (InputStream file = HistoryTest.class.getResourceAsStream("version-1.edn")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
