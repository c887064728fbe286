package io.weir.logstore.copy;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class CopyWriterTest {
    /**
     * The bytes of version 3. A difference means that nodes of two versions cannot copy from each other, and that backups out
     * there can no longer be read: raise the version instead of changing the file.
     */
    @Test
    void chunksHaveTheBytesOfVersion3() throws IOException {
        try (LogStore store = new MemoryLogStore(IDENTITY)) {
            append(store, key(1, "a"), 1_700_000_000_000L, "first", "second");
            try (WriteBatch batch = store.beginWrite()) {
                batch.putSession(new SessionId(1, -1), new SessionRow(2, 3, 4));
                batch.commit();
            }
            List<String> lines = Copies.chunks(store).stream()
                    .map(chunk -> HexFormat.of().formatHex(chunk))
                    .toList();
            assertThat(lines).containsExactlyElementsOf(golden());
        }
    }

    private static List<String> golden() throws IOException {
        try (InputStream in = CopyWriterTest.class.getResourceAsStream("version-3.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void valuesLongerThanAChunkAreSpread() {
        try (LogStore store = new MemoryLogStore(IDENTITY);
                LogStore copy = new MemoryLogStore(IDENTITY)) {
            SessionId session = new SessionId(1, 2);
            byte[] answer = new byte[LogStore.MAX_ANSWER_BYTES];
            answer[answer.length - 1] = 7;
            try (WriteBatch batch = store.beginWrite()) {
                append(batch, key(1, "a"), 1, List.of(ByteBuffer.allocate(LogStore.MAX_EVENT_BYTES)));
                batch.putAnswer(session, 3, answer);
                batch.putAnswer(session, 4, new byte[] {1});
                batch.commit();
            }
            List<byte[]> chunks = Copies.chunks(store);
            assertThat(chunks).hasSizeGreaterThan(36);
            try (StoreReceiver receiver = copy.receive()) {
                Copies.accept(receiver, chunks);
                assertThat(receiver.finish()).isEqualTo(store.state());
                copy.install(receiver);
            }
            try (ReadView view = copy.openRead()) {
                assertThat(view.answer(session, 3)).isEqualTo(answer);
                assertThat(view.answer(session, 4)).containsExactly(1);
            }
        }
    }

    @Test
    void aSinkThatHasEnoughEndsTheCopy() {
        try (LogStore store = new MemoryLogStore(IDENTITY)) {
            append(store, key(1, "a"), 1, "x".repeat(1 << 20), "y".repeat(1 << 20));
            List<byte[]> taken = new ArrayList<>();
            try (ReadView view = store.openRead()) {
                boolean whole = CopyWriter.write(IDENTITY, view, chunk -> taken.add(chunk) && taken.size() < 3);
                assertThat(whole).isFalse();
            }
            assertThat(taken).hasSize(3);
        }
    }

    @Test
    void anotherVersionIsNamed() {
        try (LogStore store = new MemoryLogStore(IDENTITY)) {
            byte[] chunk = Copies.chunks(store).get(0);
            chunk[4] = 9;
            UnsafeBuffer crcless = new UnsafeBuffer(chunk);
            crcless.putInt(16, ChunkLayout.crc(crcless), java.nio.ByteOrder.BIG_ENDIAN);
            StoreReceiver receiver = store.receive();
            assertThatThrownBy(() -> receiver.accept(ByteBuffer.wrap(chunk)))
                    .isInstanceOf(StoreException.Incompatible.class)
                    .hasMessageContaining("version 9");
        }
    }

    @Test
    void aCopyOfAnotherPartitionIsRefused() {
        try (LogStore store = new MemoryLogStore(IDENTITY);
                LogStore other = new MemoryLogStore(new StoreIdentity(IDENTITY.clusterId(), 99))) {
            StoreReceiver receiver = store.receive();
            assertThatThrownBy(() -> Copies.accept(receiver, Copies.chunks(other)))
                    .isInstanceOf(StoreException.Incompatible.class);
        }
    }
}
