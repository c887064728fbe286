package io.weir.consensus.partition;

import io.weir.logstore.LogStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The cuts that are open in one partition on this node. Few, as each keeps pages of the store from being reused. Any thread.
 */
final class Cuts implements AutoCloseable {
    /** Two backups at once are one by mistake; the next one waits. */
    static final int MAX_OPEN = 2;

    private final int partition;
    private final LogStore store;
    private final RaftPort raft;
    private final CommandBatcher batcher;
    private final Executor readers;
    private final Executor answers;
    private final Set<Cut> open = new HashSet<>();
    private boolean isClosed;

    Cuts(int partition, LogStore store, RaftPort raft, CommandBatcher batcher, Executor readers, Executor answers) {
        this.partition = partition;
        this.store = store;
        this.raft = raft;
        this.batcher = batcher;
        this.readers = readers;
        this.answers = answers;
    }

    /** @throws io.weir.client.spi.NodeFailure {@code NOT_READY} if there are too many, or the partition is closing */
    synchronized Cut begin() {
        if (isClosed) {
            throw Failures.notReady("the partition is closing on this node");
        }
        if (open.size() >= MAX_OPEN) {
            throw Failures.notReady(MAX_OPEN + " cuts of partition " + partition + " are open on this node already");
        }
        Cut cut = new Cut(store, raft, batcher, readers, answers, this::ended);
        open.add(cut);
        return cut;
    }

    private synchronized void ended(Cut cut) {
        open.remove(cut);
    }

    /** Ends all; a view that is being sent is closed when its sender has noticed. Idempotent. */
    @Override
    public void close() {
        List<Cut> all;
        synchronized (this) {
            isClosed = true;
            all = new ArrayList<>(open);
        }
        all.forEach(Cut::close); // each comes back to be removed
    }
}
