package io.weir.cli.tx;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.client.AbortReason;
import io.weir.client.AppendResult;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.StreamState;
import io.weir.client.TransactionInfo;
import io.weir.client.VectorPosition;
import io.weir.client.Violation;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code weir tx}: what is committed, what is refused and where, what is told, and the exit codes. */
class TxVerbsTest {
    private static final RequestId ID = new RequestId(0xabcdL << 48, 7, 5, 1, 99);

    private final FakeStore store = new FakeStore();

    private Run run(String json) {
        return Run.withInput(store, json, "tx", "run", "-");
    }

    private List<RecordedEvent> events(String stream) {
        List<RecordedEvent> events = new ArrayList<>();
        store.read(ReadRequest.stream(stream)).forEach(events::add);
        return events;
    }

    @Test
    void aTransactionIsCommittedAsItIsWritten(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("tx.json"), """
                {"appends": [
                   {"stream": "a", "expected": "no-stream",
                    "events": [{"type": "T", "data": {"n": 1.10}, "tags": ["x"], "properties": {"k": "v"}}, {"data": "text"}]},
                   {"stream": "b", "expected": "at-most:3", "events": [{"dataBase64": "AP8="}]},
                   {"stream": "a", "expected": 1, "events": [{"data": 3}]}],
                 "requires": [{"stream": "c", "expected": "any"}]}
                """);
        Run run = Run.weir(store, "tx", "run", file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("{\"a\":2,\"b\":0}\n");
        RecordedEvent first = events("a").get(0);
        assertThat(first.type()).isEqualTo("T");
        assertThat(first.text()).isEqualTo("{\"n\":1.10}");
        assertThat(first.tags()).containsExactly("x");
        assertThat(first.properties()).isEqualTo(Map.of("k", "v"));
        assertThat(events("a").get(1).type()).isEqualTo("Event");
        assertThat(events("b").get(0).payload()).containsExactly(0, 0xff);
        assertThat(store.isClosed).isTrue();
    }

    @Test
    void aRejectionNamesEveryCondition() {
        Run run = run("{\"appends\":[{\"stream\":\"a\",\"expected\":\"exists\",\"events\":[{\"data\":1}]}],"
                + "\"requires\":[{\"stream\":\"b\",\"expected\":\"7\"}]}");
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("rejected", "stream \"a\": expected an existing stream", "stream \"b\": expected revision 7");
        assertThat(events("a")).isEmpty();
    }

    @Test
    void whatIsAbortedOrUnknownSaysHowToGoOn() {
        String json = "{\"appends\":[{\"stream\":\"a\",\"expected\":\"any\",\"events\":[]}]}";
        store.aborting = AbortReason.CONTENTION;
        Run aborted = run(json);
        assertThat(aborted.exitCode()).isEqualTo(3);
        assertThat(aborted.err()).contains("WEIR-2005", "attempts: 7", "Nothing was written");
        store.failure = new EventStoreException.OutcomeUnknown(ID, "no answer", null);
        Run unknown = run(json);
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.err()).contains("weir tx status " + ID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"appends\":[|line 1, column",
                "[]|the transaction is no JSON object",
                "{\"append\":[]}|field \"append\" that is not known",
                "{\"appends\":{}}|appends is no JSON array",
                "{\"appends\":[7]}|appends[0] is no JSON object",
                "{\"appends\":[{\"expected\":\"any\"}]}|appends[0].stream is missing",
                "{\"appends\":[{\"stream\":\"a\"}]}|appends[0].expected is missing",
                "{\"appends\":[{\"stream\":\"a\",\"expected\":\"latest\"}]}|appends[0].expected: 'latest' is no condition",
                "{\"appends\":[{\"stream\":\"a\",\"expected\":-1}]}|appends[0].expected: '-1' is no condition",
                "{\"appends\":[{\"stream\":\"a\",\"expected\":\"any\",\"events\":[1]}]}|appends[0].events[0] is no JSON object",
                "{\"requires\":[{\"stream\":\"a\",\"expected\":true}]}|requires[0].expected is no text",
                "{\"requires\":[{\"stream\":\"a\",\"expected\":\"any\",\"events\":[]}]}|requires[0] has a field \"events\"",
                "{\"appends\":[],\"appends\":[]}|Duplicate field 'appends'",
                "{\"requires\":[{\"stream\":\"a\",\"expected\":1,\"expected\":\"any\"}]}|Duplicate field 'expected'",
            })
    void whatCannotBeMeantIsNamed(String json, String words) {
        Run run = run(json);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(words);
        assertThat(run.out()).isEmpty();
    }

    /** What is passed over in an event is lost: it would be committed without. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"payload\":{\"n\":1}}|has a field \"payload\" that is not known",
                "{\"dta\":1}|has a field \"dta\" that is not known",
                "{\"data\":1,\"data\":2}|Duplicate field 'data'",
                "{\"data\":1,\"dataBase64\":\"AA==\"}|has both data and dataBase64",
                "{\"dataBase64\":1}|.dataBase64 is no text",
                "{\"dataBase64\":null}|.dataBase64 is no text",
                "{\"dataBase64\":\"***\"}|dataBase64 is not base64",
                "{\"id\":7}|.id is no text",
                "{\"id\":\"7\"}|the id \"7\" is no UUID",
                "{\"type\":null}|.type is no text",
                "{\"contentType\":[]}|.contentType is no text",
                "{\"properties\":[]}|.properties is no JSON object",
                "{\"properties\":{\"k\":{\"v\":1}}}|.properties.k is no text",
                "{\"tags\":\"x\"}|.tags is no JSON array",
                "{\"tags\":[\"x\",{}]}|.tags[1] is no text",
            })
    void nothingOfAnEventIsPassedOver(String event, String words) {
        Run run =
                run("{\"appends\":[{\"stream\":\"a\",\"expected\":\"any\",\"events\":[{\"data\":0}," + event + "]}]}");
        assertThat(run.err()).contains(words).contains(words.startsWith("Dup") ? "line 1" : "appends[0].events[1]");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(events("a")).isEmpty();
    }

    @Test
    void whatNeverEndsIsNotReadToItsEnd(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("endless");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(64 << 20);
        }
        for (Run run : List.of(Run.weir(store, "tx", "run", file.toString()), run(" ".repeat((32 << 20) + 1)))) {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("more than 33554432 bytes");
        }
    }

    @Test
    void openTransactionsAreListed() {
        assertThat(Run.weir(store, "tx", "list").out()).isEmpty();
        store.open.add(
                new TransactionInfo(ID, 1, TransactionInfo.State.COMMITTED, List.of(0, 1), Duration.ofMillis(1_500)));
        store.open.add(new TransactionInfo(ID, 0, TransactionInfo.State.STAGED, List.of(0, 1), Duration.ZERO));
        Run run = Run.weir(store, "tx", "list", "-o", "table");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("""
                ID                                                HOME  PARTITION  STATE      AGE MS  PARTICIPANTS
                abcd0000000000000000000000000007-5@1+99.c7c1f095  1     1          COMMITTED    1500  0 1
                abcd0000000000000000000000000007-5@1+99.c7c1f095  1     0          STAGED          0  0 1
                """);
        assertThat(Run.weir(store, "tx", "list", "-o", "ndjson").out())
                .startsWith("{\"id\":\"abcd0000000000000000000000000007-5@1+99.c7c1f095\",\"home\":1,\"partition\":1,"
                        + "\"state\":\"COMMITTED\",\"ageMs\":1500,\"participants\":[0,1]}\n");
    }

    @Test
    void aStatusIsToldWithItsExitCode() {
        assertStatus(
                new RequestStatus.Appended(new AppendResult.Appended(3, 4, VectorPosition.START)),
                0,
                "\"status\":\"appended\",\"firstRevision\":3,\"lastRevision\":4");
        assertStatus(
                new RequestStatus.Committed(List.of(3L, -1L), VectorPosition.START),
                0,
                "\"status\":\"committed\",\"lastRevisions\":[3,-1]");
        assertStatus(
                new RequestStatus.Rejected(List.of(new Violation("a", Expected.exists(), StreamState.Absent.INSTANCE))),
                4,
                "found no stream");
        assertStatus(new RequestStatus.NotExecuted(AbortReason.FENCED), 1, "\"status\":\"not executed\"");
        assertStatus(RequestStatus.Forgotten.INSTANCE, 1, "\"status\":\"forgotten\"");
        Run bad = Run.weir(store, "tx", "status", "17");
        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.err()).contains("\"17\" is no request id");
    }

    @Test
    void onATerminalAStatusIsToldWholly() {
        store.statuses.put(ID, new RequestStatus.Committed(List.of(3L, -1L), VectorPosition.START));
        assertThat(Run.weir(store, "tx", "status", ID.toString(), "-o", "table").out())
                .isEqualTo("id             " + ID + "\nstatus         committed\nlastRevisions  [3,-1]\n");
        Violation first = new Violation("a\u001b", Expected.exists(), StreamState.Absent.INSTANCE);
        Violation last = new Violation("b".repeat(100), Expected.revision(7), StreamState.Absent.INSTANCE);
        store.statuses.put(ID, new RequestStatus.Rejected(List.of(first, last)));
        assertThat(Run.weir(store, "tx", "status", ID.toString(), "-o", "table").out())
                .contains(
                        "violations  [",
                        "expected an existing stream",
                        "b".repeat(100),
                        "expected revision 7, found no stream")
                .doesNotContain("\u001b");
    }

    private void assertStatus(RequestStatus status, int exitCode, String words) {
        store.statuses.put(ID, status);
        Run run = Run.weir(store, "tx", "status", ID.toString());
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).contains(ID.toString()).contains(words);
    }
}
