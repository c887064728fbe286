package io.weir.cli.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.client.EventStoreException;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weir stream append}: conditions, payloads, what it reports, and what it refuses. */
class AppendCommandTest {
    private final FakeStore store = new FakeStore();

    @Test
    void anEventIsAppendedAsItWasDescribed() {
        Run run = Run.weir(
                store,
                "stream",
                "append",
                "s",
                "--expected",
                "no-stream",
                "--type",
                "Placed",
                "--property",
                "a=b",
                "--property",
                "c=d=e",
                "--tag",
                "x",
                "--tag",
                "y",
                "--data",
                "{\"total\":12}");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("{\"stream\":\"s\",\"count\":1,\"firstRevision\":0,\"lastRevision\":0}\n");
        RecordedEvent event = events("s").get(0);
        assertThat(event.type()).isEqualTo("Placed");
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(event.properties()).isEqualTo(Map.of("a", "b", "c", "d=e"));
        assertThat(event.tags()).containsExactly("x", "y");
        assertThat(event.text()).isEqualTo("{\"total\":12}");
        assertThat(store.isClosed).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"any", "no-stream", "at-most:0", "at-most:17"})
    void conditionsThatHoldForAStreamThatIsNotThere(String condition) {
        assertThat(append(condition).exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exists", "revision:0", "revision:17"})
    void conditionsThatDoNot(String condition) {
        Run run = append(condition);
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("rejected").contains("found no stream").contains("stream \"s\"");
        assertThat(run.err().lines().count()).isBetween(1L, 3L);
    }

    @Test
    void aRejectionSaysWhatWasExpectedAndFound() {
        append("any");
        append("any");
        Run run = append("revision:0");
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("expected revision 0, found revision 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "latest",
                "revision",
                "revision:",
                "revision:-1",
                "revision:x",
                "at-most:1.5",
                "ANY",
                "revision:9999999999999999999"
            })
    void anUnknownConditionNamesTheAllowedOnes(String condition) {
        Run run = append(condition);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("any, no-stream, exists, revision:N or at-most:N");
        assertThat(events("s")).isEmpty();
    }

    @Test
    void theConditionHasNoDefault() {
        Run run = Run.weir(store, "stream", "append", "s", "--data", "x");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--expected");
        Run fromEnvironment = Run.weir(
                (address, timeout) -> store,
                Map.of("WEIR_EXPECTED", "any"),
                "",
                "stream",
                "append",
                "s",
                "--data",
                "x");
        assertThat(fromEnvironment.exitCode()).isEqualTo(2);
    }

    @Test
    void exactlyOnePayloadIsGiven() {
        assertThat(Run.weir(store, "stream", "append", "s", "--expected", "any").err())
                .contains("there is no payload");
        Run two = Run.weir(store, "stream", "append", "s", "-", "--expected", "any", "--data", "x");
        assertThat(two.exitCode()).isEqualTo(2);
        assertThat(two.err()).contains("two places");
        Run both = Run.weir(store, "stream", "append", "s", "--expected", "any", "--data", "x", "--file", "y");
        assertThat(both.exitCode()).isEqualTo(2);
        Run word = Run.weir(store, "stream", "append", "s", "word", "--expected", "any");
        assertThat(word.exitCode()).isEqualTo(2);
        assertThat(word.err()).contains("\"word\"");
        assertThat(events("s")).isEmpty();
    }

    @Test
    void aFileIsAPayload(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("payload"), new byte[] {0, (byte) 0xff, 1});
        Run run = Run.weir(store, "stream", "append", "s", "--expected", "any", "--file", file.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(events("s").get(0).payload()).containsExactly(0, 0xff, 1);
        assertThat(events("s").get(0).contentType()).isEqualTo("application/octet-stream");
        Run missing = Run.weir(store, "stream", "append", "s", "--expected", "any", "--file", file + ".not");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).contains("cannot be read");
    }

    @Test
    void linesOfStandardInputAreEventsInTheirOrder() {
        String lines = IntStream.range(0, 10_000).mapToObj(String::valueOf).collect(Collectors.joining("\n"));
        Run run = Run.withInput(store, lines, "stream", "append", "s", "-", "--expected", "no-stream");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("\"count\":10000,\"firstRevision\":0,\"lastRevision\":9999");
        assertThat(events("s").stream().map(RecordedEvent::text).collect(Collectors.joining("\n")))
                .isEqualTo(lines);
        assertThat(store.largestBatch.get()).isEqualTo(256);
    }

    @ParameterizedTest
    @ValueSource(strings = {"any", "exists", "revision:0", "at-most:0", "at-most:5"})
    void theConditionIsAboutTheFirstOfManyEvents(String condition) {
        append("no-stream");
        String lines = "x\n".repeat(1_000);
        Run run = Run.withInput(store, lines, "stream", "append", "s", "-", "--expected", condition);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(events("s")).hasSize(1_001);
    }

    @Test
    void lineEndsAndEmptyLinesAreNoEvents() {
        Run run = Run.withInput(store, "a\r\n\n\r\nb\n\n", "stream", "append", "s", "-", "--expected", "any");
        assertThat(run.out()).contains("\"count\":2");
        assertThat(events("s")).extracting(RecordedEvent::text).containsExactly("a", "b");
        Run nothing = Run.withInput(store, "", "stream", "append", "t", "-", "--expected", "any");
        assertThat(nothing.exitCode()).isZero();
        assertThat(nothing.out()).contains("\"count\":0");
    }

    @Test
    void whatReadPrintsCanBeAppended() {
        Run.weir(
                store,
                "stream",
                "append",
                "s",
                "--expected",
                "any",
                "--type",
                "A",
                "--property",
                "k=v",
                "--tag",
                "t",
                "--data",
                "{\"n\":1.10}");
        Run.weir(store, "stream", "append", "s", "--expected", "any", "--data", "plain\u001b text");
        String printed = Run.weir(store, "stream", "read", "s").out();
        Run run = Run.withInput(store, printed, "stream", "append", "copy", "--expected", "no-stream", "--ndjson");
        assertThat(run.exitCode()).isZero();
        for (int i = 0; i < 2; i++) {
            RecordedEvent original = events("s").get(i);
            RecordedEvent copy = events("copy").get(i);
            assertThat(copy.payload()).isEqualTo(original.payload());
            assertThat(copy.id()).isEqualTo(original.id());
            assertThat(copy.type()).isEqualTo(original.type());
            assertThat(copy.contentType()).isEqualTo(original.contentType());
            assertThat(copy.properties()).isEqualTo(original.properties());
            assertThat(copy.tags()).isEqualTo(original.tags());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "[1]",
                "{\"id\":\"x\"}",
                "{\"dataBase64\":\"***\"}",
                "{\"dataBase64\":null}",
                "{} {}",
                "{\"payload\":1}",
                "{\"data\":1,\"data\":2}",
                "{\"properties\":{\"k\":1}}"
            })
    void aLineThatIsNoEventIsNamedAndWhatCameBeforeIsCounted(String line) {
        Run run =
                Run.withInput(store, "{\"data\":1}\n" + line, "stream", "append", "s", "--expected", "any", "--ndjson");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("line 2").contains("1 events before it were appended");
        assertThat(events("s")).hasSize(1);
    }

    @Test
    void failuresOfTheStoreHaveTheirExitCodes() {
        store.failure = new EventStoreException.Unavailable("nobody answered; tried 127.0.0.1:7400", null);
        Run unavailable = append("any");
        assertThat(unavailable.exitCode()).isEqualTo(3);
        assertThat(unavailable.err())
                .contains("WEIR-1001")
                .contains("tried 127.0.0.1:7400")
                .contains("weir cluster status");
        store.failure = new EventStoreException.OutcomeUnknown(new RequestId(1, 2, 3, 0, 0), "no answer in time", null);
        Run unknown = append("any");
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.err()).contains("may have been executed");
        store.failure = new EventStoreException.TooLarge("2 MiB");
        assertThat(append("any").exitCode()).isEqualTo(2);
        store.failure = new EventStoreException.StoreCorrupted("page 7", null);
        assertThat(append("any").exitCode()).isEqualTo(1);
    }

    @Test
    void aStackTraceIsShownOnlyWhenItIsAskedFor() {
        store.failure = new EventStoreException.Unavailable("nobody", null);
        assertThat(append("any").err()).doesNotContain("\tat ");
        Run run = Run.weir(store, "stream", "append", "s", "--expected", "any", "--data", "x", "--debug");
        assertThat(run.err()).contains("\tat ");
    }

    private Run append(String condition) {
        return Run.weir(store, "stream", "append", "s", "--expected", condition, "--data", "x");
    }

    private List<RecordedEvent> events(String stream) {
        List<RecordedEvent> events = new java.util.ArrayList<>();
        store.read(ReadRequest.stream(stream)).forEach(events::add);
        return events;
    }
}
