package io.weir.logstore.lmdb;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;

/** A checkpoint of a store: what {@link Checkpoints} does, and what its failure means for the store. */
final class LmdbCheckpoint implements Checkpoint {
    private final LmdbLogStore store;
    private final Checkpoints checkpoints;
    private final Checkpoints.Capture capture;
    private boolean complete;

    LmdbCheckpoint(LmdbLogStore store, Checkpoints checkpoints, PartitionState state) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.capture = checkpoints.begin(state);
    }

    @Override
    public PartitionState state() {
        return capture.state();
    }

    @Override
    public void complete() {
        if (complete) {
            throw new IllegalStateException("the checkpoint is complete");
        }
        try {
            store.checkNotFailed();
            checkpoints.complete(capture);
            complete = true;
        } catch (StoreException.Closed e) {
            if (!store.isReplaced(checkpoints)) {
                throw e;
            }
            complete = true; // what has taken the place of all that was to be durable, is
        } catch (RuntimeException e) {
            throw store.writeFailed(e);
        }
    }

    @Override
    public void close() {
        checkpoints.giveUp(capture);
    }
}
