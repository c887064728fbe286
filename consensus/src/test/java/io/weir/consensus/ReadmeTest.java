package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.Weir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's snippet, compiled and run: the page must show exactly the lines between the two marks below. */
final class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path SOURCE = Path.of("src/test/java/io/weir/consensus/ReadmeTest.java");

    @Test
    void theSnippetRuns(@TempDir Path directory) {
        // README begins
        try (EventStore store = Weir.open(directory)) { // embedded: one node, no configuration
            NewEvent placed = NewEvent.json("OrderPlaced", "{\"total\": 12}");
            store.append("order-7", Expected.noStream(), List.of(placed)).join().orThrow();

            // All or nothing, wherever the streams lie.
            NewEvent debit = NewEvent.json("Debited", "{\"amount\": 5}");
            NewEvent credit = NewEvent.json("Credited", "{\"amount\": 5}");
            TransactionResult result = store.commit(Transaction.builder()
                            .append("account-a", Expected.noStream(), debit)
                            .append("account-b", Expected.noStream(), credit)
                            .require("limits", Expected.atMost(17)) // a condition on a stream that is not written
                            .build())
                    .join();
            if (result instanceof TransactionResult.Rejected rejected) {
                System.err.println(rejected.violations()); // every failed condition, with what was found
            }

            // With reads: runs again if what it has read has changed before it could be committed.
            int transfers = store.transact(tx -> {
                int before = tx.read("account-a").size();
                if (before < 10) {
                    tx.append("account-a", debit);
                    tx.append("account-b", credit);
                }
                return before;
            });
            System.out.println(transfers + " transfers before this one");

            for (RecordedEvent event : store.read(ReadRequest.stream("order-7").limit(100))) {
                System.out.println(event.revision() + " " + event.type() + " " + event.text());
            }
        }
        // README ends
        try (EventStore store = Weir.open(directory)) {
            assertThat(store.read(ReadRequest.stream("account-a"))).hasSize(2);
            assertThat(store.read(ReadRequest.stream("account-b"))).hasSize(2);
            assertThat(store.read(ReadRequest.stream("order-7")))
                    .extracting(RecordedEvent::type)
                    .containsExactly("OrderPlaced");
        }
    }

    @Test
    void theReadmeShowsIt() throws IOException {
        String source = Files.readString(SOURCE);
        String snippet = source.substring(
                source.indexOf('\n', source.indexOf("// README begins")) + 1,
                source.lastIndexOf('\n', source.indexOf("// README ends", source.indexOf("// README begins"))));
        assertThat(Files.readString(README)).contains("```java\n" + snippet.stripIndent() + "\n```\n");
    }
}
