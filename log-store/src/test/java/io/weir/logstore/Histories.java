package io.weir.logstore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random batches from a seed. The same seed does the same to any store and answers the same, if the stores agree: a batch
 * returns what it saw on its way.
 */
public final class Histories {
    public static final long MAX_SEQUENCE = 12;
    public static final List<SessionId> SESSIONS =
            List.of(new SessionId(0, 0), new SessionId(0, 1), new SessionId(0, -1), new SessionId(-1, 5));

    private static final List<StreamKey> STREAMS = streams();
    private static final int[] EVENT_BYTES = {0, 1, 7, 100, 1_900, 2_100, 4_096, 20_000};

    private Histories() {}

    /** Names that are prefixes of one another, in slots at both ends. */
    private static List<StreamKey> streams() {
        List<StreamKey> streams = new ArrayList<>();
        for (int slot : new int[] {0, 1, 255, 256, StreamKey.SLOTS - 1}) {
            for (String name : List.of("a", "aa", "b", "ü", "n".repeat(StreamKey.MAX_NAME_BYTES))) {
                streams.add(new StreamKey(slot, name.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return streams;
    }

    /** Does 1 to 12 random things and writes down the answers; the caller commits or not. */
    public static List<String> batch(WriteBatch batch, long seed) {
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        int steps = 1 + random.nextInt(12);
        for (int i = 0; i < steps; i++) {
            step(batch, random, seen);
        }
        return seen;
    }

    private static void step(WriteBatch batch, Random random, List<String> seen) {
        SessionId session = pick(SESSIONS, random);
        long sequence = random.nextInt((int) MAX_SEQUENCE + 1);
        Expiry expiry = new Expiry(random.nextInt(20), session);
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> append(batch, random);
            case 4 -> batch.putSession(session, new SessionRow(sequence, random.nextLong(), random.nextInt()));
            case 5 -> batch.removeSession(session);
            case 6 -> batch.putAnswer(session, sequence, bytes(random, 1 + random.nextInt(5_000)));
            case 7 ->
                seen.add("removed "
                        + batch.removeAnswers(session, sequence, random.nextInt(14) - 1L, random.nextInt(6)));
            case 8 -> batch.addExpiry(expiry);
            case 9 -> batch.removeExpiry(expiry);
            case 10 -> seen.add("first " + batch.firstExpiry());
            case 11, 12 -> change(batch, random);
            case 13 -> seen.add(transactions(batch));
            default ->
                seen.add(batch.head(pick(STREAMS, random)) + " " + batch.session(session) + " "
                        + batch.lastAnswer(session) + " " + Arrays.hashCode(batch.answer(session, sequence)) + " "
                        + batch.state());
        }
    }

    /** Of a few transactions and what they hold. */
    private static void change(WriteBatch batch, Random random) {
        TransactionKey id = new TransactionKey(random.nextInt(3), pick(SESSIONS, random), random.nextInt(2), 1);
        StreamKey stream = pick(STREAMS, random);
        switch (random.nextInt(6)) {
            case 0 -> batch.putTransaction(id, bytes(random, 1 + random.nextInt(100)));
            case 1 -> batch.removeTransaction(id);
            case 2 -> batch.putStaged(id, bytes(random, 1 + random.nextInt(9_000)));
            case 3 -> batch.removeStaged(id);
            case 4 -> batch.removeLock(stream, id);
            default -> batch.putLock(new Lock(stream, id, random.nextBoolean()));
        }
    }

    /** All that is kept of transactions. */
    static String transactions(StateView state) {
        List<String> lines = new ArrayList<>();
        TransactionKey id = state.nextTransaction(null);
        while (id != null) {
            lines.add(id + " " + Arrays.hashCode(state.transaction(id)) + " " + Arrays.hashCode(state.staged(id)));
            id = state.nextTransaction(id);
        }
        state.visitLocks(lock -> lines.add(lock.toString()) && lines.size() < 40);
        for (StreamKey stream : STREAMS) {
            state.visitLocks(stream, lock -> lines.add(lock.toString()));
        }
        return lines + " " + state.hasLocks() + " " + state.hasTransactions();
    }

    /** An entry with a part or some, mostly for two streams: their runs soon fill blocks. */
    private static void append(WriteBatch batch, Random random) {
        List<StoreFixtures.Part> parts = new ArrayList<>();
        int count = random.nextInt(3) == 0 ? 1 + random.nextInt(9) : 1;
        for (int i = 0; i < count; i++) {
            StreamKey stream = random.nextInt(4) == 0 ? pick(STREAMS, random) : STREAMS.get(random.nextInt(2));
            parts.add(new StoreFixtures.Part(stream, events(random)));
        }
        StoreFixtures.entry(batch, random.nextInt(1_000), parts);
    }

    /** One, some of any size, or more small ones than a row takes. */
    private static List<ByteBuffer> events(Random random) {
        int kind = random.nextInt(12);
        int count = kind == 0 ? 70 : kind < 3 ? 1 + random.nextInt(12) : 1;
        int sizes = kind == 0 ? 3 : EVENT_BYTES.length;
        List<ByteBuffer> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(ByteBuffer.wrap(bytes(random, EVENT_BYTES[random.nextInt(sizes)])));
        }
        return events;
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(26));
        }
        return bytes;
    }

    private static <T> T pick(List<T> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    /** Random partial reads, by position and by stream. */
    public static List<String> reads(ReadView view, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long from = random.nextInt(60) - 1L;
            int limit = lines.size() + 1 + random.nextInt(20);
            StreamKey key = pick(STREAMS, random);
            if (random.nextBoolean()) {
                view.readPartition(from, random.nextBoolean(), StoreFixtures.into(lines, limit));
            } else {
                view.readStream(key, from / 4, random.nextBoolean(), StoreFixtures.into(lines, limit));
            }
            int streams = 1 + random.nextInt(3);
            List<String> listed = new ArrayList<>();
            view.listStreams(key, (found, head) -> listed.add(found + " " + head) && listed.size() < streams);
            lines.addAll(listed);
        }
        return lines;
    }
}
