package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.PartitionState;
import io.weir.logstore.RowEvent;
import io.weir.logstore.Run;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import java.util.List;

/** Receives the rows of a copy as values, for a store that keeps objects, not bytes. The counterpart of {@link io.weir.logstore.support.RowEncoder}. */
public interface RowSink {
    void begin(StoreIdentity identity, PartitionState state, DigestMark mark);

    /** A row of events; their bytes are the receiver's. */
    void events(long firstPosition, List<RowEvent> events);

    /** A run, of a full block or of a stream's last one. */
    void run(int slot, long streamId, Run run);

    void stream(StreamKey stream, long streamId);

    void name(long streamId, StreamKey stream);

    void session(SessionId id, SessionRow row);

    void answer(SessionId id, long sequence, byte[] answer);

    void expiry(Expiry expiry);

    void transaction(TransactionKey id, byte[] kept);

    void staged(TransactionKey id, byte[] staged);

    void lock(Lock lock);
}
