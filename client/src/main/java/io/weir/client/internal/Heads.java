package io.weir.client.internal;

import io.weir.client.Expected;
import io.weir.client.StreamState;
import io.weir.protocol.GetStream;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.StreamInfo;
import io.weir.protocol.StreamName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

/**
 * Asks where streams end, linearizably. A head is the revision of a stream's last event, or {@link #NO_STREAM}; it never falls,
 * since streams only grow. Safe for any thread.
 */
final class Heads {
    static final long NO_STREAM = -1;

    /** A node serves 1 024 calls of a connection at a time, and others have calls on it, too. */
    static final int MOST_AT_ONCE = 256;

    private final Queries queries;
    private final Cluster cluster;

    Heads(Queries queries, Cluster cluster) {
        this.queries = queries;
        this.cluster = cluster;
    }

    /**
     * Asks for all of these, at once up to {@link #MOST_AT_ONCE}; blocks, whether the thread is interrupted or not, since that is
     * bounded. Each head is that of some moment between the call and its end, and not all are of the same.
     *
     * @param timeoutMs what is left of the time; asked again where there are more streams than are asked for at once
     * @throws io.weir.client.EventStoreException if any cannot be had
     */
    Map<String, Long> ask(Collection<String> streams, LongSupplier timeoutMs) {
        List<String> all = List.copyOf(streams);
        Map<String, Long> heads = new LinkedHashMap<>();
        for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
            long leftMs = timeoutMs.getAsLong();
            Map<String, CompletableFuture<Long>> asked = new LinkedHashMap<>();
            for (String stream : all.subList(from, Math.min(all.size(), from + MOST_AT_ONCE))) {
                asked.put(stream, ask(Encoder.name(stream), leftMs));
            }
            asked.forEach((stream, head) -> heads.put(stream, join(head)));
        }
        return heads;
    }

    private CompletableFuture<Long> ask(StreamName name, long timeoutMs) {
        return info("the head of stream \"" + name + '"', name, timeoutMs)
                .thenApply(answer -> head(answer.getStream()));
    }

    /** Asks for all that there is to be said of a stream, its events apart. */
    CompletableFuture<QueryResponse> info(String what, StreamName name, long timeoutMs) {
        QueryRequest request = QueryRequest.newBuilder()
                .setPartition(cluster.partitionOf(name))
                .setLevel(Pages.level(io.weir.client.ReadLevel.linearizable(), 0))
                .setGetStream(GetStream.newBuilder().setStream(name.utf8()))
                .build();
        return queries.ask(what, request, timeoutMs);
    }

    private static long head(StreamInfo info) {
        return info.getState().getExists() ? info.getState().getRevision() : NO_STREAM;
    }

    private static long join(CompletableFuture<Long> head) {
        try {
            return head.join();
        } catch (CompletionException e) {
            throw Pages.unwrapped(e);
        }
    }

    /** A head, as it is told to users. */
    static StreamState state(long head) {
        return head == NO_STREAM ? StreamState.Absent.INSTANCE : new StreamState.At(head);
    }

    /** Whether a condition holds of a stream with this head: as partitions decide it. */
    static boolean meets(long head, Expected expected) {
        if (expected instanceof Expected.Revision revision) {
            return head == revision.n();
        } else if (expected instanceof Expected.AtMost atMost) {
            return head <= atMost.n(); // so is that of no stream
        } else if (expected instanceof Expected.NoStream) {
            return head == NO_STREAM;
        } else if (expected instanceof Expected.Exists) {
            return head != NO_STREAM;
        }
        return true;
    }
}
