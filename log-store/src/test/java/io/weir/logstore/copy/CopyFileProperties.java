package io.weir.logstore.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.memory.MemoryLogStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Copies in files, and copies that become the store of another cluster. */
class CopyFileProperties {
    private static final StoreIdentity OTHER = new StoreIdentity("another-cluster", 5);

    @Test
    void theSameRowsBehindAnotherHeadAreAStoreOfAnotherCluster() {
        try (LogStore store = Copies.history(7);
                LogStore other = new MemoryLogStore(OTHER)) {
            List<byte[]> chunks = new ArrayList<>(Copies.chunks(store));
            CopyHead head = CopyHead.parse(ByteBuffer.wrap(chunks.get(0)));
            assertThat(head).isEqualTo(new CopyHead(StoreFixtures.IDENTITY, store.state(), store.digestMark()));
            assertThat(head.toChunk()).isEqualTo(chunks.get(0));

            PartitionState was = head.state();
            PartitionState state =
                    new PartitionState(1, 0, was.nextPosition(), was.nextStreamId(), was.logTimeMs(), new Digest(3, 4));
            chunks.set(0, new CopyHead(OTHER, state, DigestMark.NONE).toChunk());
            try (StoreReceiver receiver = other.receive()) {
                Copies.accept(receiver, chunks);
                assertThat(receiver.finish()).isEqualTo(state);
                other.install(receiver);
            }
            try (ReadView before = store.openRead();
                    ReadView after = other.openRead()) {
                assertThat(StoreDump.rows(after)).isEqualTo(StoreDump.rows(before));
                assertThat(after.tableDigests()).isEqualTo(before.tableDigests());
            }
        }
    }

    @Test
    void onlyAFirstChunkIsAHead() {
        try (LogStore store = Copies.history(7)) {
            byte[] second = Copies.chunks(store).get(1);
            assertThatThrownBy(() -> CopyHead.parse(ByteBuffer.wrap(second)))
                    .isInstanceOf(StoreException.Corrupted.class);
        }
    }

    /** What is not damaged comes as it was written; damage is named, or left to the reader of the chunks. */
    @Property(tries = 50)
    void aFileIsTakenApartOrRefused(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> chunks;
        try (LogStore store = Copies.history(seed & 7)) {
            chunks = Copies.chunks(store);
        }
        byte[] file = file(chunks);
        assertThat(read(file)).hasSameSizeAs(chunks);
        assertThat(file(read(file))).isEqualTo(file);

        byte[] shorter = Arrays.copyOf(file, random.nextInt(file.length));
        List<byte[]> found = new ArrayList<>();
        try {
            found = read(shorter);
            assertThat(shorter.length).isIn(ends(chunks)); // cut between two chunks
        } catch (StoreException.Corrupted e) {
            assertThat(e).hasMessageContaining("ends");
        }
        assertThat(found.size()).isLessThanOrEqualTo(chunks.size());

        byte[] nonsense = new byte[1 + random.nextInt(100)];
        random.nextBytes(nonsense);
        assertThatThrownBy(() -> read(nonsense)).isInstanceOf(StoreException.Corrupted.class);
    }

    private static byte[] file(List<byte[]> chunks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        chunks.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static List<Integer> ends(List<byte[]> chunks) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        chunks.forEach(chunk -> ends.add(ends.get(ends.size() - 1) + chunk.length));
        return ends;
    }

    private static List<byte[]> read(byte[] file) {
        ChunkInput input = new ChunkInput(new ByteArrayInputStream(file));
        List<byte[]> chunks = new ArrayList<>();
        try {
            for (byte[] chunk = input.next(); chunk != null; chunk = input.next()) {
                chunks.add(chunk);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return chunks;
    }
}
