package io.weir.statemachine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.StateView;
import io.weir.logstore.StoreException;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.TransactionRecord;
import org.jspecify.annotations.Nullable;

/** What a partition keeps of transactions over several partitions, as the store has it. */
public final class TransactionRecords {
    private TransactionRecords() {}

    /**
     * What is kept of a transaction, or null.
     *
     * @throws StoreException.Corrupted if that is no record
     */
    public static @Nullable TransactionRecord record(StateView view, TransactionKey key) {
        byte[] kept = view.transaction(key);
        return kept == null ? null : parse(key, kept);
    }

    /**
     * The record in what is kept of a transaction.
     *
     * @throws StoreException.Corrupted if there is none
     */
    public static TransactionRecord parse(TransactionKey key, byte[] kept) {
        try {
            return TransactionRecord.parseFrom(kept);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException.Corrupted("what is kept of " + key + " is no record: " + e.getMessage());
        }
    }
}
