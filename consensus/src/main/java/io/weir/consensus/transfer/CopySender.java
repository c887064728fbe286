package io.weir.consensus.transfer;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.PurgeHold;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.copy.ChunkSink;
import io.weir.logstore.copy.CopyWriter;
import io.weir.protocol.Error;
import io.weir.protocol.PullRequest;
import io.weir.protocol.PullResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One copy on its way out: a view of the store, written chunk by chunk as the connection takes them. {@link #run} belongs to a
 * thread of its own, which waits whenever the receiver is slow, the rate is used up, or the copy is not far enough; gRPC's
 * threads only wake it.
 */
final class CopySender implements ChunkSink {
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A replica that is further behind is no help: others may be asked. */
    private static final long APPLY_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long APPLY_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Logger LOG = LoggerFactory.getLogger(CopySender.class);

    private final Replicas replicas;
    private final Function<PullRequest, Cut.Loan> cuts;
    private final PullRequest request;
    private final ServerCallStreamObserver<PullResponse> responses;
    private final TransferLimits limits;
    private final Pacer pacer;
    private final long startNanos = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private boolean cancelled;

    // The sending thread's own.
    private long sentBytes;
    private long reportedNanos = startNanos;

    /** @param cuts lends the view that a request names */
    CopySender(
            Replicas replicas,
            Function<PullRequest, Cut.Loan> cuts,
            PullRequest request,
            ServerCallStreamObserver<PullResponse> responses,
            TransferLimits limits,
            Pacer pacer) {
        this.replicas = replicas;
        this.cuts = cuts;
        this.request = request;
        this.responses = responses;
        this.limits = limits;
        this.pacer = pacer;
    }

    /** To be called while the call begins: gRPC takes handlers only then. */
    void begin() {
        responses.setOnReadyHandler(this::wake);
        responses.setOnCancelHandler(this::cancel);
    }

    /** Ends the copy soon; the receiver, if it is still there, is told that the node is closing. */
    void cancel() {
        lock.lock();
        try {
            cancelled = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Sends all of it, or an error. */
    void run() {
        try {
            send();
            responses.onCompleted();
            LOG.info("{}: sent whole, {} bytes in {} ms", name(), sentBytes, elapsedMs());
        } catch (NodeFailure e) {
            refuse(e.error());
        } catch (StoreException.Closed e) {
            refuse(Failures.notReady(String.valueOf(e.getMessage())).error());
        } catch (RuntimeException e) {
            LOG.error("{}: cannot be sent", name(), e);
            refuse(Failures.notReady("the copy failed on the node that sent it: " + e)
                    .error());
        }
    }

    private void refuse(Error error) {
        LOG.info("{}: ended after {} bytes: {}", name(), sentBytes, error.getMessage());
        if (responses.isCancelled()) {
            return;
        }
        responses.onNext(PullResponse.newBuilder().setError(error).build());
        responses.onCompleted();
    }

    private void send() {
        if (request.getCut() != 0) { // nobody goes on in the log from a backup: it may be purged
            try (Cut.Loan cut = cuts.apply(request)) {
                write(cut.identity(), cut.view());
            }
        } else {
            sendNow();
        }
    }

    @SuppressWarnings("try") // the hold is not asked for anything, it only has to last
    private void sendNow() {
        Replicas.Replica replica = replicas.replica(request.getPartition());
        // Before the view: what the log has when the view begins must still be there when the copy has arrived.
        try (PurgeHold hold =
                replica.holdPurging(limits.longest().plus(limits.silence()).toMillis())) {
            awaitApplied(replica);
            LogStore store = replica.store();
            try (ReadView view = store.openRead()) {
                write(store.identity(), view);
            }
        }
    }

    private void write(StoreIdentity identity, ReadView view) {
        LOG.info("{}: begins, at {}", name(), view.state());
        CopyWriter.write(identity, view, this);
    }

    private void awaitApplied(Replicas.Replica replica) {
        long least = request.getLeastIndex();
        LogStore store = replica.store();
        while (store.state().appliedIndex() < least) {
            if (System.nanoTime() - startNanos > APPLY_WAIT_NANOS || !pause(APPLY_POLL_NANOS)) {
                throw Failures.notReady(
                        "applied up to " + store.state().appliedIndex() + " on this node, not to " + least);
            }
        }
    }

    @Override
    public boolean chunk(byte[] chunk) {
        awaitTurn(chunk.length);
        awaitRoom();
        responses.onNext(PullResponse.newBuilder()
                .setChunk(UnsafeByteOperations.unsafeWrap(chunk))
                .build());
        sentBytes += chunk.length;
        report();
        return true;
    }

    private void awaitTurn(int bytes) {
        long untilNanos = System.nanoTime() + pacer.take(bytes);
        for (long left = untilNanos - System.nanoTime(); left > 0; left = untilNanos - System.nanoTime()) {
            if (!pause(left)) {
                throw gone();
            }
        }
    }

    private void awaitRoom() {
        long silenceNanos = limits.silence().toNanos();
        long untilNanos = System.nanoTime() + silenceNanos;
        lock.lock();
        try {
            while (!responses.isReady() && !cancelled && untilNanos - System.nanoTime() > 0) {
                waitFor(untilNanos - System.nanoTime());
            }
            if (cancelled) {
                throw gone();
            }
            if (!responses.isReady()) {
                throw Failures.deadline("the receiver has taken nothing for " + limits.silence());
            }
        } finally {
            lock.unlock();
        }
        if (System.nanoTime() - startNanos > limits.longest().toNanos()) {
            throw Failures.deadline("the copy has taken longer than " + limits.longest());
        }
    }

    /** Waits for a time; false if the copy is not wanted any more. */
    private boolean pause(long nanos) {
        lock.lock();
        try {
            long untilNanos = System.nanoTime() + nanos;
            while (!cancelled && untilNanos - System.nanoTime() > 0) {
                waitFor(untilNanos - System.nanoTime());
            }
            return !cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** May return early: who calls looks again. */
    @SuppressWarnings("WaitNotInLoop")
    private void waitFor(long nanos) {
        try {
            long unused = news.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancelled = true;
        }
    }

    private static NodeFailure gone() {
        return Failures.notReady("the receiver has gone, or the node is closing");
    }

    private void report() {
        long now = System.nanoTime();
        if (now - reportedNanos > PROGRESS_NANOS) {
            reportedNanos = now;
            LOG.info("{}: {} MiB sent", name(), sentBytes >> 20);
        }
    }

    private String name() {
        String to = request.getNodeId().isEmpty() ? "a backup" : request.getNodeId();
        return "copy of partition " + request.getPartition() + " for " + to;
    }

    private long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }
}
