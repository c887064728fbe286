package io.weir.consensus.partition;

/**
 * When a partition makes its store durable: as soon as one of these limits is reached by what was applied since the last
 * checkpoint began. Whatever lies between a checkpoint and a crash is replayed from Raft's log, so each of them bounds the
 * time that a restart takes; the log is kept for as long.
 *
 * @param bytes of Raft entries, or by which the store's file has grown: replay reads the former, and the pages of the last
 *     checkpoint are not used again before the next one, so the file grows by the latter
 * @param entries of Raft: small ones cost more than their bytes, also in Ratis' index, which holds every kept entry on the heap
 * @param ageMs of the oldest applied entry, in milliseconds: a partition with little load is checkpointed as well
 */
public record CheckpointPolicy(long bytes, long entries, long ageMs) {
    /**
     * 256 MiB are written in the background while the next 256 MiB come, and replayed in seconds; 50 000 entries are 7 MB of
     * index; after a minute a checkpoint costs next to nothing beside what the minute has written.
     */
    public static final CheckpointPolicy DEFAULT = new CheckpointPolicy(256L << 20, 50_000, 60_000);

    public CheckpointPolicy {
        if (bytes < 1 || entries < 1 || ageMs < 1) {
            throw new IllegalArgumentException(
                    "checkpoints after " + bytes + " bytes, " + entries + " entries, " + ageMs + " ms: all from 1");
        }
    }
}
