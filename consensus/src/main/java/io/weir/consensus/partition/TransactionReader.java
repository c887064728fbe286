package io.weir.consensus.partition;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.ReadView;
import io.weir.logstore.StateView;
import io.weir.logstore.StoreException;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.GetTransaction;
import io.weir.protocol.ListTransactions;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionList;
import io.weir.protocol.TransactionRecord;
import io.weir.statemachine.TransactionKeys;
import org.jspecify.annotations.Nullable;

/** Tells what a partition knows of transactions over several partitions, from a snapshot. */
public final class TransactionReader {
    /** A list has no more than this, whatever is asked for. */
    static final int MAX_TRANSACTIONS = 1_000;

    private TransactionReader() {}

    static TransactionInfo info(ReadView view, GetTransaction asked) {
        TransactionInfo.Builder info = TransactionInfo.newBuilder()
                .setId(asked.getId())
                .setLogTimeMs(view.state().logTimeMs());
        TransactionRecord record = record(view, TransactionKeys.key(asked.getId()));
        if (record != null) {
            info.setRecord(record);
        }
        return info.build();
    }

    static TransactionList list(ReadView view, ListTransactions asked) {
        TransactionList.Builder list = TransactionList.newBuilder();
        int max = Math.min(Math.max(asked.getMaxTransactions(), 1), MAX_TRANSACTIONS);
        TransactionKey key = view.nextStaged(asked.hasAfter() ? TransactionKeys.key(asked.getAfter()) : null);
        while (key != null && list.getTransactionsCount() < max) {
            list.addTransactions(info(
                    view,
                    GetTransaction.newBuilder().setId(TransactionKeys.id(key)).build()));
            key = view.nextStaged(key);
        }
        return list.setAtEnd(key == null).build();
    }

    /**
     * What is kept of a transaction, or null.
     *
     * @throws StoreException.Corrupted if that is no record
     */
    public static @Nullable TransactionRecord record(StateView view, TransactionKey key) {
        byte[] kept = view.transaction(key);
        try {
            return kept == null ? null : TransactionRecord.parseFrom(kept);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException.Corrupted("what is kept of " + key + " is no record: " + e.getMessage());
        }
    }
}
