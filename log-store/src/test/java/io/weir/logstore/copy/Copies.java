package io.weir.logstore.copy;

import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Short hands for tests: stores to copy, and the chunks of their copies. */
public final class Copies {
    private Copies() {}

    /** A store with some random batches in it. */
    public static LogStore history(long seed) {
        Random random = new Random(seed);
        LogStore store = new MemoryLogStore(StoreFixtures.IDENTITY);
        int batches = random.nextInt(40);
        for (int i = 0; i < batches; i++) {
            try (WriteBatch batch = store.beginWrite()) {
                Histories.batch(batch, random.nextLong());
                batch.commit();
            }
        }
        return store;
    }

    /** All chunks of a copy of what the store holds now. */
    public static List<byte[]> chunks(LogStore store) {
        List<byte[]> chunks = new ArrayList<>();
        try (ReadView view = store.openRead()) {
            CopyWriter.write(store.identity(), view, chunks::add);
        }
        return chunks;
    }

    public static void accept(StoreReceiver receiver, List<byte[]> chunks) {
        for (byte[] chunk : chunks) {
            receiver.accept(ByteBuffer.wrap(chunk));
        }
    }
}
