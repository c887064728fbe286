package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of one partition, at its leader, in a cut through all partitions: {@link #prove}, {@link #hold}, {@link #open}, {@link
 * #release}, in this order, each asked of a partition when all have answered the one before. Then the view is lent to who sends
 * it. What hangs on the futures must not wait.
 *
 * <p>Any thread. {@link #close} ends hold and view at any time; a view that is lent, when it is given back.
 */
public final class Cut implements AutoCloseable {
    /** How long a hold lasts by itself, in milliseconds: much shorter than what is staged is left in peace. */
    public static final long HOLD_MS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(Cut.class);

    private enum State {
        BEGUN,
        HOLDING,
        HELD,
        OPENED,
        RELEASING,
        RELEASED
    }

    /** A view while it is being read; to be closed by who reads. */
    public final class Loan implements AutoCloseable {
        private final ReadView lent;

        private Loan(ReadView lent) {
            this.lent = lent;
        }

        public StoreIdentity identity() {
            return store.identity();
        }

        public ReadView view() {
            return lent;
        }

        @Override
        public void close() {
            giveBack();
        }
    }

    private final LogStore store;
    private final RaftPort raft;
    private final CommandBatcher batcher;
    private final Executor readers;
    private final Executor answers;
    private final Consumer<Cut> ended;

    // Guarded by this.
    private State state = State.BEGUN;
    private CommitHolds.@Nullable Hold hold;
    private long term;
    private long heldNanos;
    private @Nullable ReadView view;
    private boolean isLent;
    private boolean isClosed;

    /**
     * Nothing is held yet.
     *
     * @param readers opens the view
     * @param answers completes what is returned; Raft's own threads must not
     * @param ended is told once, when it is closed
     */
    Cut(
            LogStore store,
            RaftPort raft,
            CommandBatcher batcher,
            Executor readers,
            Executor answers,
            Consumer<Cut> ended) {
        this.store = store;
        this.raft = raft;
        this.batcher = batcher;
        this.readers = readers;
        this.answers = answers;
        this.ended = ended;
    }

    /** Proves that this node leads and has a majority; before it is sure of that for all partitions, nobody should hold any. */
    public CompletableFuture<Void> prove() {
        return raft.barrier().thenAcceptAsync(index -> {}, answers);
    }

    /**
     * Keeps back what {@link CommitHolds} does, for {@value #HOLD_MS} ms at most.
     *
     * @return completes when everything that this node has proposed before is applied, or never will be; or fails with a {@link
     *     NodeFailure}
     */
    public CompletableFuture<Void> hold() {
        synchronized (this) {
            move(State.BEGUN, State.HOLDING);
            heldNanos = System.nanoTime();
            hold = batcher.hold(heldNanos + TimeUnit.MILLISECONDS.toNanos(HOLD_MS));
            RaftView now = raft.view(); // after the hold began: what this term appends from here on is held
            if (!now.leads()) {
                throw Failures.notLeader(now.leader());
            }
            term = now.term();
        }
        return batcher.fence().thenRun(() -> move(State.HOLDING, State.HELD));
    }

    /**
     * Opens the view; to be asked for when the leaders of all partitions hold.
     *
     * @return completes when it is open; or fails with a {@link NodeFailure}, or that of the store
     */
    public CompletableFuture<Void> open() {
        move(State.HELD, State.OPENED);
        try {
            return CompletableFuture.runAsync(this::openView, readers); // it may wait, which who asks must not
        } catch (RejectedExecutionException e) {
            throw Failures.notReady("too many reads are queued, or the node is closing");
        }
    }

    private void openView() {
        ReadView opened = store.openRead();
        synchronized (this) {
            if (!isClosed) {
                view = opened;
                return;
            }
        }
        opened.close();
        throw gone();
    }

    /**
     * Ends the hold, when the views of all partitions are open.
     *
     * @return completes if this node has led and held without a gap since {@link #hold}; else fails with a {@link NodeFailure}
     */
    public CompletableFuture<Void> release() {
        move(State.OPENED, State.RELEASING);
        return raft.barrier().thenAcceptAsync(index -> requireNoGap(), answers);
    }

    /** A majority has just confirmed this leader, so nobody else led since its term was noted; unless it is another term. */
    private synchronized void requireNoGap() {
        RaftView now = raft.view();
        boolean hasLed = now.leads() && now.term() == term;
        boolean hasHeld = hold != null && batcher.endHold(hold);
        hold = null;
        if (!hasLed) {
            throw Failures.notReady("the lead has changed while the cut was opened");
        }
        if (!hasHeld) {
            throw Failures.notReady("the cut was not open within " + HOLD_MS + " ms");
        }
        state = State.RELEASED;
        long heldMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heldNanos);
        LOG.info("{}: a cut is open; decisions were held up for {} ms", store.identity(), heldMs);
    }

    private synchronized void move(State from, State to) {
        if (isClosed) {
            throw gone();
        }
        if (state != from) {
            throw Failures.invalid("a cut that is " + state + " is not to become " + to);
        }
        state = to;
    }

    private static NodeFailure gone() {
        return Failures.notReady("the cut has gone: its call has ended, or the replica closes, or is being repaired");
    }

    /**
     * The view, for one at a time.
     *
     * @throws NodeFailure if there is none
     */
    public synchronized Loan lend() {
        ReadView lent = view;
        if (isClosed || lent == null || state != State.RELEASED) {
            throw gone();
        }
        if (isLent) {
            throw Failures.notReady("this cut is being sent already");
        }
        isLent = true;
        return new Loan(lent);
    }

    private synchronized void giveBack() {
        isLent = false;
        if (isClosed) {
            closeView();
        }
    }

    /**
     * Ends the cut if somebody waits for the end of its view and nobody is reading it, who would find out by himself. To be called
     * often, on a thread that never opens a view: it would wait for this one.
     *
     * @return whether the cut has ended, for this reason or another
     */
    public boolean giveWay() {
        boolean isInTheWay;
        synchronized (this) {
            ReadView idle = view;
            isInTheWay = idle != null && !isLent && idle.isInTheWay();
        }
        if (isInTheWay) {
            close();
        }
        return hasEnded();
    }

    private synchronized boolean hasEnded() {
        return isClosed;
    }

    /** Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            if (hold != null) {
                batcher.endHold(hold);
                hold = null;
            }
            if (!isLent) {
                closeView();
            }
        }
        ended.accept(this);
    }

    private void closeView() {
        ReadView closing = view;
        view = null;
        if (closing != null) {
            closing.close();
        }
    }
}
