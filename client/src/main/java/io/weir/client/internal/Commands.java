package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.AppendResult;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Fence;
import io.weir.protocol.StreamName;
import io.weir.protocol.Transact;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one store writes, and asks about what it wrote: checks and encodes a request, chooses its partition, and gives it to that
 * partition's {@link Lane}, as long as the store does not hold too much. Safe for any thread; nothing blocks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Commands {
    private final HotStreams hotStreams = new HotStreams(System::nanoTime);
    private final Cluster cluster;
    private final Sessions sessions;
    private final Threads threads;
    private final ClientConfig config;
    private final List<Lane> lanes = new ArrayList<>();
    private final Set<DistributedCommit> distributed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger heldCommands = new AtomicInteger();
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile boolean isClosed;

    Commands(Cluster cluster, Threads threads, ClientConfig config) {
        this.cluster = cluster;
        this.threads = threads;
        this.config = config;
        this.sessions =
                new Sessions(cluster, threads, (int) config.sessionLife().toMinutes());
        for (int partition = 0; partition < cluster.partitions(); partition++) {
            lanes.add(new Lane(partition, cluster, sessions, threads, config, this::release));
        }
    }

    /** @throws EventStoreException if the request is refused before it is sent; so do the other methods */
    CompletableFuture<AppendResult> append(
            String stream, Expected expected, List<NewEvent> events, long timeoutMs, @Nullable RequestId again) {
        StreamName name = Encoder.name(stream);
        Encoder encoder = new Encoder();
        Append append = encoder.append(name, expected, events);
        int partition = cluster.partitionOf(name);
        Call<AppendResult> call = new Call<>(
                "the append to stream \"" + stream + '"',
                partition,
                Command.newBuilder().setAppend(append).build(),
                encoder.streams(),
                encoder.bytes(),
                timeoutMs,
                again == null ? Call.Kind.NEW : Call.Kind.AGAIN,
                outcome -> Decoder.appendResult(partition, outcome));
        requireSame(call.what, again, partition, false);
        return submitNew(call, again);
    }

    HotStreams hotStreams() {
        return hotStreams;
    }

    /** The partition of a stream, which is named as it is sent. */
    int partitionOf(ByteString stream) {
        return cluster.partitionOf(StreamName.of(stream));
    }

    CompletableFuture<TransactionResult> commit(Transaction transaction, long timeoutMs, @Nullable RequestId again) {
        Encoder encoder = new Encoder();
        Encoder.Encoded content = encoder.transaction(transaction, cluster::partitionOf);
        int home = content.home();
        String what = "the transaction on stream \"" + encoder.streams().get(0).toStringUtf8() + "\" and "
                + (encoder.streams().size() - 1) + " more";
        requireSame(what, again, home, content.isDistributed());
        if (content.isDistributed()) {
            DistributedTransact transact = DistributedTransact.newBuilder()
                    .addAllAppends(content.appends())
                    .addAllRequirements(content.requirements())
                    .build();
            DistributedCommit commit = new DistributedCommit(
                    this, sessions, threads, transaction, what, home, transact, encoder.bytes(), timeoutMs);
            return commit.start(again);
        }
        Transact.Builder transact =
                Transact.newBuilder().addAllAppends(content.appends()).addAllRequirements(content.requirements());
        Call<TransactionResult> call = new Call<>(
                what,
                home,
                Command.newBuilder().setTransact(transact).build(),
                encoder.streams(),
                encoder.bytes(),
                timeoutMs,
                again == null ? Call.Kind.NEW : Call.Kind.AGAIN,
                outcome -> Decoder.transactionResult(home, transaction, outcome));
        return submitNew(call, again);
    }

    /** Another partition would not know that it was executed before. */
    private static void requireSame(String what, @Nullable RequestId again, int partition, boolean isDistributed) {
        if (again != null && (again.partition() != partition || again.isDistributed() != isDistributed)) {
            throw new EventStoreException.RequestIdReused(
                    what + " goes to partition " + partition
                            + (isDistributed ? " and others" : "") + ", the request " + again
                            + " was sent to partition "
                            + again.partition() + (again.isDistributed() ? " and others" : "")
                            + ": it was another one; give CallOptions.again the id and the content of one and the same request");
        }
    }

    CompletableFuture<RequestStatus> status(RequestId id, long timeoutMs) {
        if (id.partition() >= lanes.size()) {
            throw new EventStoreException.InvalidRequest("partition " + id.partition() + " of request id " + id
                    + " does not exist; the partitions are 0 to " + (lanes.size() - 1));
        }
        Command.Builder question = id.isDistributed()
                ? Command.newBuilder().setDistributed(DistributedTransact.getDefaultInstance())
                : Command.newBuilder().setFence(Fence.getDefaultInstance());
        Call<RequestStatus> call = new Call<>(
                "the question for the status of request " + id,
                id.partition(),
                question.build(),
                List.of(),
                0,
                timeoutMs,
                Call.Kind.QUESTION,
                outcome -> Decoder.status(id, outcome));
        call.ticket = Sessions.foreign(id);
        call.expiryMs = id.expiryMs();
        hold(call);
        lanes.get(call.partition).submit(call);
        return call.future;
    }

    private <T> CompletableFuture<T> submitNew(Call<T> call, @Nullable RequestId again) {
        hold(call);
        submit(call, again);
        return call.future;
    }

    /** Sends a call that is held already. */
    void submit(Call<?> call, @Nullable RequestId again) {
        if (again != null) {
            call.ticket = sessions.again(again);
        }
        lanes.get(call.partition).submit(call);
    }

    /** @throws EventStoreException.Throttled if the store holds too much already */
    void hold(Call<?> call) {
        int commands = heldCommands.incrementAndGet();
        long bytes = heldBytes.addAndGet(call.bytes);
        if (commands > config.maxQueued() || bytes > config.maxQueuedBytes()) {
            release(call);
            throw new EventStoreException.Throttled(call.what + " was not sent: the store holds " + (commands - 1)
                    + " commands of " + (bytes - call.bytes) + " bytes that are not answered yet; the limits are "
                    + config.maxQueued() + " and " + config.maxQueuedBytes()
                    + "; await some of their futures, then send it again");
        }
    }

    /** As {@link #hold}, for a further attempt at what was held before: to refuse that now would be too late. */
    void holdAgain(Call<?> call) {
        heldCommands.incrementAndGet();
        heldBytes.addAndGet(call.bytes);
    }

    private void release(Call<?> call) {
        heldCommands.decrementAndGet();
        heldBytes.addAndGet(-call.bytes);
    }

    /** Has {@code commit} ended at {@link #close}, if that comes before {@link #ended}; at once, if it came. */
    void begun(DistributedCommit commit) {
        distributed.add(commit);
        if (isClosed) {
            commit.close();
        }
    }

    void ended(DistributedCommit commit) {
        distributed.remove(commit);
    }

    /** Ends all calls with {@link EventStoreException.Closed}; completes when that is done. */
    CompletableFuture<Void> close() {
        isClosed = true;
        CompletableFuture<Void> ended =
                CompletableFuture.allOf(lanes.stream().map(Lane::close).toArray(CompletableFuture[]::new));
        distributed.forEach(DistributedCommit::close);
        sessions.close();
        return ended;
    }
}
