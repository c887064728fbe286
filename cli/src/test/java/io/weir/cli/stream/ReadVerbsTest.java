package io.weir.cli.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code weir stream read}, {@code tail}, {@code list} and {@code info}, in all formats. */
class ReadVerbsTest {
    private final FakeStore store = new FakeStore();

    @BeforeEach
    void fill() {
        append("order-7", 1, "Placed", "application/json", "{\"total\":12}");
        append("order-7", 2, "Paid", "text/plain", "in cash\nand \u001b[31mred");
        append("order-8", 3, "Placed", "application/octet-stream", "\u00ff");
    }

    @Test
    void aTableAlignsItsColumnsAndObeysNothingInThem() {
        Run run = Run.weir(store, "stream", "read", "order-7", "-o", "table");
        assertThat(run.out()).isEqualTo("""
                        REVISION  RECORDED AT           TYPE    DATA
                               0  2026-01-02T03:04:05Z  Placed  {"total":12}
                               1  2026-01-02T03:04:05Z  Paid    in cash.and .[31mred
                        """);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void jsonIsOneDocument() {
        Run run = Run.weir(store, "stream", "read", "order-7", "--limit", "1", "-o", "json");
        assertThat(run.out()).isEqualTo("""
                        [
                        {
                          "stream" : "order-7",
                          "revision" : 0,
                          "partition" : 0,
                          "position" : 0,
                          "recordedAt" : "2026-01-02T03:04:05Z",
                          "id" : "00000000-0000-0000-0000-000000000001",
                          "type" : "Placed",
                          "contentType" : "application/json",
                          "properties" : {
                            "k" : "v"
                          },
                          "tags" : [ "t" ],
                          "data" : {
                            "total" : 12
                          }
                        }
                        ]
                        """);
        assertThat(Run.weir(store, "stream", "read", "nothing", "-o", "json").out())
                .isEqualTo("[]\n");
    }

    @Test
    void withoutATerminalTheDefaultIsALineEach() {
        Run run = Run.weir(store, "stream", "read", "order-7");
        assertThat(run.out().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"stream\":\"order-7\",\"revision\":"));
    }

    @Test
    void onATerminalTheDefaultIsATableInColour() {
        Run run = Run.weir((address, timeout) -> store, Map.of(), "", true, "stream", "read", "order-7");
        assertThat(run.out()).contains("REVISION").contains("\u001b[1m");
        assertThat(run.err()).isEqualTo("2 events\n");
    }

    @Test
    void whatToReadCanBeNarrowed() {
        assertThat(Run.weir(store, "stream", "read", "order-7", "--from", "1").out())
                .contains("Paid")
                .doesNotContain("Placed");
        String backwards = Run.weir(store, "stream", "read", "order-7", "--backwards", "--limit", "1")
                .out();
        assertThat(backwards.lines()).singleElement().asString().contains("\"revision\":1");
        String partition = Run.weir(store, "stream", "read", "--partition", "0", "--level", "stale")
                .out();
        assertThat(partition.lines()).hasSize(3);
        assertThat(partition).contains("order-8");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertUsage("stream", "read");
        assertUsage("stream", "read", "order-7", "--partition", "0");
        assertUsage("stream", "read", "order-7", "--from", "-1");
        assertUsage("stream", "read", "order-7", "--limit", "-1");
        assertUsage("stream", "read", "order-7", "--limit", "many");
        assertUsage("stream", "read", "order-7", "--level", "fresh");
        assertUsage("stream", "read", "order-7", "-o", "xml");
        assertUsage("stream", "tail", "order-7", "--from", "middle");
        assertUsage("stream", "tail");
        assertUsage("stream", "reed", "order-7");
        assertUsage("stream", "read", "order-7", "--frm", "1");
    }

    @Test
    void aMisspeltOptionNamesTheNearest() {
        assertThat(Run.weir(store, "stream", "read", "order-7", "--limt", "1").err())
                .contains("--limit");
    }

    @Test
    void tailEndsAtItsLimit() {
        Run run = Run.weir(store, "stream", "tail", "order-7", "--from", "start", "--limit", "2");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(2);
        assertThat(Run.weir(store, "stream", "tail", "--partition", "0", "--from", "2", "--limit", "1")
                        .out())
                .contains("order-8");
        assertThat(store.isClosed).isTrue();
    }

    @Test
    void tailGoesOnBeyondWhatItAskedForAtFirst() {
        for (int i = 0; i < 2_000; i++) {
            append("long", i, "T", "text/plain", "x");
        }
        Run run = Run.weir(store, "stream", "tail", "long", "--from", "0", "--limit", "2000");
        assertThat(run.out().lines()).hasSize(2_000);
        assertThat(run.out().lines().toList().get(1_999)).contains("\"revision\":1999");
    }

    @Test
    void aSubscriptionThatCannotSucceedSaysSo() {
        Run run = Run.weir(store, "stream", "tail", "--partition", "9");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("WEIR-2002");
    }

    @Test
    void streamsAreListedByPrefix() {
        Run run = Run.weir(store, "stream", "list", "order-", "-o", "table");
        assertThat(run.out()).isEqualTo("""
                        STREAM   LAST REVISION  PARTITION  LAST RECORDED AT
                        order-7              1          0  2026-01-02T03:04:05Z
                        order-8              0          0  2026-01-02T03:04:05Z
                        """);
        assertThat(Run.weir(store, "stream", "list", "none").out()).isEmpty();
    }

    @Test
    void infoTellsAnAbsentStreamByItsExitCode() {
        Run run = Run.weir(store, "stream", "info", "order-7", "-o", "table");
        assertThat(run.out()).isEqualTo("""
                        stream          order-7
                        lastRevision    1
                        slot            7
                        partition       0
                        lastPosition    1
                        lastRecordedAt  2026-01-02T03:04:05Z
                        """);
        Run absent = Run.weir(store, "stream", "info", "nothing");
        assertThat(absent.exitCode()).isEqualTo(1);
        assertThat(absent.out()).isEmpty();
        assertThat(absent.err()).contains("does not exist").contains("weir stream list");
    }

    private void assertUsage(String... args) {
        Run run = Run.weir(store, args);
        assertThat(run.exitCode()).as(String.join(" ", args)).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines().count()).as(run.err()).isBetween(1L, 3L);
    }

    private void append(String stream, int id, String type, String contentType, String text) {
        byte[] payload = text.getBytes(text.equals("\u00ff") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        NewEvent event = new NewEvent(new UUID(0, id), type, contentType, Map.of("k", "v"), List.of("t"), payload);
        store.append(stream, Expected.any(), List.of(event)).join().orThrow();
    }
}
