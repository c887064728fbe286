package io.weir.logstore.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What a reader makes of the chunks of a copy, and of what is none. */
class CopyProperties {
    private static final List<List<byte[]>> SOUND = sound();

    private static List<List<byte[]>> sound() {
        List<List<byte[]>> copies = new ArrayList<>();
        for (long seed = 0; seed < 10; seed++) {
            try (LogStore store = Copies.history(seed)) {
                copies.add(Copies.chunks(store));
            }
        }
        return copies;
    }

    /** One of a few copies, the caller's to change. */
    private static List<byte[]> anyCopy(Random random) {
        List<byte[]> copy = new ArrayList<>();
        SOUND.get(random.nextInt(SOUND.size())).forEach(chunk -> copy.add(chunk.clone()));
        return copy;
    }

    /** Writes down what a reader finds. */
    private static final class Recorder implements CopyTarget {
        private final List<String> rows = new ArrayList<>();
        private final List<String> frame = new ArrayList<>();

        @Override
        public void begin(StoreIdentity identity, PartitionState state, DigestMark mark) {
            frame.add(identity + " " + state + " " + mark);
        }

        @Override
        public void row(Table table, DirectBuffer key, DirectBuffer value) {
            rows.add(StoreDump.row(table, key, value));
        }

        @Override
        public void end(TableDigests digests) {
            frame.add(digests.toString());
        }
    }

    /** A target that believes everything. */
    private static final class Silence implements CopyTarget {
        @Override
        public void begin(StoreIdentity identity, PartitionState state, DigestMark mark) {}

        @Override
        public void row(Table table, DirectBuffer key, DirectBuffer value) {}

        @Override
        public void end(TableDigests digests) {}
    }

    @Property(tries = 20)
    void aReaderFindsWhatAViewShows(@ForAll long seed) {
        try (LogStore store = Copies.history(seed)) {
            Recorder found = new Recorder();
            CopyReader reader = new CopyReader(found);
            boolean direct = new Random(seed).nextBoolean();
            long bytes = 0;
            for (byte[] chunk : Copies.chunks(store)) {
                assertThat(chunk.length).isLessThanOrEqualTo(ChunkLayout.MAX_CHUNK_BYTES);
                assertThat(reader.isComplete()).isFalse();
                reader.accept(direct ? direct(chunk) : ByteBuffer.wrap(chunk));
                bytes += chunk.length;
            }
            assertThat(reader.isComplete()).isTrue();
            assertThat(reader.bytes()).isEqualTo(bytes);
            assertThat(found.frame).startsWith(StoreFixtures.IDENTITY + " " + store.state() + " " + store.digestMark());
            try (ReadView view = store.openRead()) {
                assertThat(found.frame).hasSize(2).endsWith(view.tableDigests().toString());
                assertThat(found.rows).isEqualTo(StoreDump.rows(view));
            }
        }
    }

    private static ByteBuffer direct(byte[] chunk) {
        return ByteBuffer.allocateDirect(chunk.length + 7)
                .position(7)
                .put(chunk)
                .position(7);
    }

    /** One chunk is changed, lost, doubled, cut, or swapped: no such copy is ever complete. */
    @Property(tries = 300)
    void aDamagedCopyIsRefused(@ForAll long seed) {
        Random random = new Random(seed);
        List<byte[]> chunks = anyCopy(random);
        damage(chunks, random);
        CopyReader reader = new CopyReader(new Silence());
        assertThatThrownBy(() -> {
                    for (byte[] chunk : chunks) {
                        reader.accept(ByteBuffer.wrap(chunk));
                    }
                    if (!reader.isComplete()) {
                        throw new StoreException.Corrupted("no end");
                    }
                })
                .isInstanceOfAny(StoreException.Corrupted.class, StoreException.Incompatible.class);
        if (!reader.isComplete()) {
            assertThatThrownBy(() -> reader.accept(ByteBuffer.wrap(new byte[0])))
                    .isInstanceOf(StoreException.Corrupted.class);
        }
    }

    private static void damage(List<byte[]> chunks, Random random) {
        int at = random.nextInt(chunks.size());
        byte[] chunk = chunks.get(at);
        switch (random.nextInt(6)) {
            case 0 -> chunk[random.nextInt(chunk.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> chunks.remove(at);
            case 2 -> chunks.add(at, chunk);
            case 3 -> chunks.set(at, Arrays.copyOf(chunk, random.nextInt(chunk.length)));
            case 4 -> chunks.set(at, Arrays.copyOf(chunk, chunk.length + 1 + random.nextInt(9)));
            default -> chunks.subList(at, chunks.size()).clear();
        }
    }

    /** Bytes that are sealed as chunks, but were not written by a writer: refused by type, whatever they say. */
    @Property(tries = 1_000)
    void anySealedBytesAreReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        CopyReader reader = new CopyReader(new Silence());
        List<byte[]> sound = anyCopy(random);
        try {
            for (int sequence = 0; sequence < 4 && !reader.isComplete(); sequence++) {
                byte[] chunk = sequence == 0 && random.nextInt(4) > 0 ? sound.get(0) : mutated(sound, random);
                byte kind = chunk == sound.get(0) ? ChunkLayout.BEGIN : (byte) (1 + random.nextInt(4));
                ChunkLayout.seal(new UnsafeBuffer(chunk), kind, sequence);
                reader.accept(ByteBuffer.wrap(chunk));
            }
        } catch (StoreException.Corrupted | StoreException.Incompatible refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }

    private static byte[] mutated(List<byte[]> sound, Random random) {
        if (random.nextInt(4) == 0) {
            byte[] chunk = new byte[ChunkLayout.BODY_OFFSET + random.nextInt(40)];
            random.nextBytes(chunk);
            return chunk;
        }
        byte[] chunk = sound.get(random.nextInt(sound.size())).clone();
        int length = ChunkLayout.BODY_OFFSET + random.nextInt(chunk.length - ChunkLayout.BODY_OFFSET + 1);
        if (random.nextBoolean()) {
            chunk = Arrays.copyOf(chunk, length);
        }
        for (int i = random.nextInt(4); i > 0 && chunk.length > ChunkLayout.BODY_OFFSET; i--) {
            int range = Math.min(chunk.length, 60) - ChunkLayout.BODY_OFFSET;
            chunk[ChunkLayout.BODY_OFFSET + random.nextInt(range)] = (byte) random.nextInt();
        }
        return chunk;
    }
}
