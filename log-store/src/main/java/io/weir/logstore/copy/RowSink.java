package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.PartitionState;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamKey;

/** Receives the rows of a copy as values, for a store that keeps objects, not bytes. The counterpart of {@link io.weir.logstore.support.RowEncoder}. */
public interface RowSink {
    void begin(StoreIdentity identity, PartitionState state, DigestMark mark);

    void event(long position, long streamId, long revision, long stampMs, byte[] event);

    void run(int slot, long streamId, long firstRevision, long firstPosition, int count);

    void stream(StreamKey stream, long streamId);

    void name(long streamId, StreamKey stream);

    void session(SessionId id, SessionRow row);

    void answer(SessionId id, long sequence, byte[] answer);

    void expiry(Expiry expiry);
}
