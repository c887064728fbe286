package io.weir.logstore.lmdb;

/**
 * How an LMDB store uses the machine. Nothing here changes what is stored or answered.
 *
 * @param initialMapBytes address space to begin with; the file stays as small as its contents. The map is at least one and
 *     a half times the file, and grows by itself
 * @param minGrowthBytes the least by which the map grows; else it doubles. More than the largest batch, so that a batch
 *     that met a full map succeeds when it is tried again
 * @param readers views that may be open at a time, 1 to 1 024
 * @param cachedHeads ends of streams that the writer remembers, rounded down to a power of two, at least one; 40 bytes each
 *     at once, and the stream's name when it is remembered
 * @param drainMs how long growth waits for open views before the batch is refused, in milliseconds
 */
public record Settings(long initialMapBytes, long minGrowthBytes, int readers, int cachedHeads, long drainMs) {
    private static final long GIB = 1L << 30;

    public Settings {
        if (initialMapBytes < 1 || minGrowthBytes < 1 || drainMs < 0 || cachedHeads < 0) {
            throw new IllegalArgumentException("a size or a time is negative or zero");
        }
        if (readers < 1 || readers > 1_024) {
            throw new IllegalArgumentException("readers: " + readers + "; there must be 1 to 1024");
        }
    }

    /** A map of 64 GiB that grows by at least 1 GiB, 126 readers, 16 384 heads, 10 s. */
    public static Settings defaults() {
        return new Settings(64 * GIB, GIB, 126, 16_384, 10_000);
    }
}
