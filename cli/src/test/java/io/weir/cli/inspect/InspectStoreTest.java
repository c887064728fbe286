package io.weir.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.cli.shell.Json;
import io.weir.logstore.Checkpoint;
import io.weir.logstore.Digest;
import io.weir.logstore.Lock;
import io.weir.logstore.PartitionState;
import io.weir.logstore.SessionId;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.lmdb.EnvDirectory;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.protocol.Append;
import io.weir.protocol.Prepare;
import io.weir.protocol.TransactionRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir inspect store} and {@code checkpoint} on real stores: open, closed and damaged. */
class InspectStoreTest {
    private static final StoreIdentity IDENTITY = new StoreIdentity("c1", 2);
    private static final int EVENTS = 30;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private LmdbLogStore filled() {
        LmdbLogStore store = LmdbLogStore.open(directory, IDENTITY, Settings.defaults());
        StreamKey stream = new StreamKey(1, "order-7".getBytes(StandardCharsets.UTF_8));
        try (WriteBatch batch = store.beginWrite()) {
            batch.createStream(stream, 0);
            for (int i = 0; i < EVENTS; i += 2) {
                batch.append(stream, i, i, 77, List.of(event(i), event(i + 1)));
                batch.setState(new PartitionState(3, 5, i + 2, 1, 77, new Digest(1, 2)));
            }
            batch.commit();
        }
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
        return store;
    }

    private static ByteBuffer event(int number) {
        return ByteBuffer.wrap(("event-" + number).getBytes(StandardCharsets.UTF_8));
    }

    private Run inspect(String... options) {
        List<String> words = new ArrayList<>(List.of("inspect"));
        words.addAll(List.of(options));
        words.add(directory.toString());
        return Run.weir(new FakeStore(), words.toArray(new String[0]));
    }

    private static JsonNode json(Run run) {
        assertThat(run.err()).isEmpty();
        return Objects.requireNonNull(Json.parseOrNull(run.out().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void showsTheCheckpointAndTheTablesOfAStoreThatIsOpen() {
        try (LmdbLogStore store = filled()) {
            JsonNode shown = json(inspect("store"));
            assertThat(shown.get("index").asLong()).isEqualTo(store.checkpoint().appliedIndex());
            assertThat(shown.get("cluster").asText()).isEqualTo("c1");
            assertThat(shown.get("partition").asInt()).isEqualTo(2);
            assertThat(shown.get("tables").get(1).get("table").asText()).isEqualTo("events");
            assertThat(shown.get("tables").get(1).get("rows").asLong()).isEqualTo(EVENTS / 2);
            assertThat(json(inspect("checkpoint")).get("nextPosition").asLong()).isEqualTo(EVENTS);
        }
    }

    @Test
    void listsRowsFromAKey() {
        filled().close();
        JsonNode rows = json(inspect("store", "--table", "events", "--from", "0000000000000004", "--limit", "3"))
                .get("rows");
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).get("firstPosition").asLong()).isEqualTo(4);
        assertThat(rows.get(0).get("stampMs").asLong()).isEqualTo(77);
        JsonNode event = rows.get(2).get("events").get(1);
        assertThat(event.get("position").asLong()).isEqualTo(9);
        assertThat(event.get("revision").asLong()).isEqualTo(9);
        assertThat(event.get("event").asText()).isEqualTo("6576656e742d39");
        assertThat(json(inspect("store", "--table", "sessions")).get("rows")).isEmpty();
        assertThat(json(inspect("store", "--table", "streams"))
                        .get("rows")
                        .get(0)
                        .get("key")
                        .asText())
                .isEqualTo("0001" + "6f726465722d37");
    }

    @Test
    void aFullCheckFindsWhatIsDamaged() throws IOException {
        filled().close();
        JsonNode sound = json(inspect("store", "--full"));
        assertThat(sound.get("verification").get("complete").asBoolean()).isTrue();
        Path file = Objects.requireNonNull(EnvDirectory.current(directory)).dataFile();
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("event-9");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {'E'}), at);
        }
        Run run = inspect("store", "--full");
        assertThat(run.exitCode()).isEqualTo(1);
        JsonNode damage = json(run).get("verification").get("damage");
        assertThat(damage.get("page").asLong()).isEqualTo(at / 4_096);
        assertThat(damage.get("key").asText()).isEqualTo("0000000000000008");
        assertThat(damage.get("what").asText()).contains("event 1");
        Run rows = inspect("store", "--table", "events");
        assertThat(rows.exitCode()).isEqualTo(1);
        assertThat(rows.err()).contains("key 0000000000000008").contains("checksum");
    }

    @Test
    void showsTransactionsWithWhatTheyHold() {
        TransactionKey id = new TransactionKey(99, new SessionId(0xabcdL << 48, 7), 5, 1);
        try (LmdbLogStore store = filled()) {
            try (WriteBatch batch = store.beginWrite()) {
                batch.putTransaction(
                        id,
                        TransactionRecord.newBuilder()
                                .setState(TransactionRecord.State.STAGED)
                                .addParticipants(1)
                                .addParticipants(2)
                                .setSinceMs(77)
                                .build()
                                .toByteArray());
                batch.putStaged(
                        id,
                        Prepare.newBuilder()
                                .addAppends(Append.newBuilder()
                                        .setStream(ByteString.copyFromUtf8("order-7"))
                                        .addEvents(ByteString.EMPTY))
                                .build()
                                .toByteArray());
                batch.putLock(new Lock(new StreamKey(1, "order-7".getBytes(StandardCharsets.UTF_8)), id, true));
                batch.setState(new PartitionState(3, 6, EVENTS, 1, 78, new Digest(1, 2)));
                batch.commit();
            }
            try (Checkpoint checkpoint = store.beginCheckpoint()) {
                checkpoint.complete();
            }
        }
        String name = "abcd0000000000000000000000000007-5@1+99.c7c1f095";
        JsonNode shown = json(inspect("tx"));
        JsonNode record = shown.get("transactions").get(0);
        assertThat(record.get("id").asText()).isEqualTo(name);
        assertThat(record.get("state").asText()).isEqualTo("STAGED");
        assertThat(record.get("participants")).hasSize(2);
        assertThat(shown.get("staged")
                        .get(0)
                        .get("appends")
                        .get(0)
                        .get("stream")
                        .asText())
                .isEqualTo("order-7");
        assertThat(shown.get("locks").get(0).get("holder").asText()).isEqualTo(name);
        assertThat(shown.get("locks").get(0).get("mode").asText()).isEqualTo("exclusive");
        assertThat(json(inspect("store", "--table", "locks")).get("rows")).hasSize(1);
        assertThat(inspect("tx", "--limit", "0").exitCode()).isEqualTo(2);
    }

    @Test
    void saysSoWhenThereIsNothingToShow() throws IOException {
        assertThat(inspect("store").exitCode()).isEqualTo(1);
        assertThat(inspect("checkpoint").err()).contains("there is no store in " + directory);
        filled().close();
        Path checkpoint =
                Objects.requireNonNull(EnvDirectory.current(directory)).checkpointFile();
        Files.write(checkpoint, new byte[100]);
        Run run = inspect("checkpoint");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("checkpoint: ");
    }

    @Test
    void wrongOptionsAreUsage() {
        assertThat(inspect("store", "--from", "00").exitCode()).isEqualTo(2);
        assertThat(inspect("store", "--table", "events", "--from", "xy").exitCode())
                .isEqualTo(2);
        assertThat(inspect("store", "--table", "nothing").exitCode()).isEqualTo(2);
        assertThat(inspect("store", "--partition", "1").exitCode()).isEqualTo(2);
    }
}
