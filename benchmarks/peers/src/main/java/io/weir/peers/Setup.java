package io.weir.peers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How peers are set up: alike, as far as they have such a thing.
 *
 * @param weirJar the built product, which is what is measured of Weir
 * @param partitions of a topic, a cluster or the like
 * @param heapMib of each process that is a JVM, in MiB
 * @param eventBytes payload of an event
 * @param streams over how many names the events are spread
 * @param txStreams the same, for transactions
 * @param inFlight how many appends are under way at most
 */
record Setup(Path weirJar, int partitions, int heapMib, int eventBytes, int streams, int txStreams, int inFlight) {
    /** How many replicas each peer has that has any. */
    static final int REPLICAS = 3;

    /** How long peers may take to start, and clients wait for an answer: a crowded machine shows in figures then, not in failures. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Bytes that do not compress, should anything on the way try to. */
    byte[] payload() {
        return random(eventBytes);
    }

    static byte[] random(int bytes) {
        byte[] payload = new byte[bytes];
        new Random(1).nextBytes(payload);
        return payload;
    }

    List<String> streamNames() {
        return IntStream.range(0, streams).mapToObj(n -> "stream-" + n).toList();
    }
}
