package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import io.weir.logstore.Lock;
import io.weir.logstore.ReadView;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.GetTransaction;
import io.weir.protocol.ListTransactions;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionList;
import io.weir.protocol.TransactionRecord;
import io.weir.statemachine.StreamKeys;
import io.weir.statemachine.TransactionKeys;
import io.weir.statemachine.TransactionRecords;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
        TransactionRecord record = TransactionRecords.record(view, TransactionKeys.key(asked.getId()));
        if (record != null) {
            // Without what may be long: nobody decides anything by it.
            info.setRecord(record.toBuilder().clearFingerprint().clearVote().clearDecision());
        }
        return info.build();
    }

    static TransactionList list(ReadView view, ListTransactions asked) {
        int max = Math.min(Math.max(asked.getMaxTransactions(), 1), MAX_TRANSACTIONS);
        List<TransactionInfo> open =
                open(view, asked.hasAfter() ? TransactionKeys.key(asked.getAfter()) : null, max + 1);
        return TransactionList.newBuilder()
                .addAllTransactions(open.subList(0, Math.min(max, open.size())))
                .setAtEnd(open.size() <= max)
                .build();
    }

    /** Those that are not over here, after one or from the first, in the order of their keys. */
    public static List<TransactionInfo> open(ReadView view, @Nullable TransactionKey after, int max) {
        List<TransactionInfo> open = new ArrayList<>();
        TransactionKey key = view.nextStaged(after);
        while (key != null && open.size() < max) {
            open.add(info(
                    view,
                    GetTransaction.newBuilder().setId(TransactionKeys.id(key)).build()));
            key = view.nextStaged(key);
        }
        return open;
    }

    /** The first expiry that log time has not passed, of those of which anything is kept, or {@link Long#MAX_VALUE}. */
    static long firstExpiryMs(ReadView view) {
        long logTimeMs = view.state().logTimeMs();
        TransactionKey first = view.nextTransaction(TransactionKey.firstOf(logTimeMs));
        return first == null ? Long.MAX_VALUE : first.expiryMs();
    }

    /** Whether anything is kept here of a transaction: its Prepare was applied, or it is aborted. */
    static boolean isKnown(ReadView view, TransactionId id) {
        return TransactionRecords.record(view, TransactionKeys.key(id)) != null;
    }

    /** Whether a transaction waits here for its end. */
    static boolean isStaged(ReadView view, TransactionId id) {
        TransactionRecord record = TransactionRecords.record(view, TransactionKeys.key(id));
        return record != null && record.getState() == TransactionRecord.State.STAGED;
    }

    static boolean isLocked(ReadView view, ByteString stream) {
        boolean[] found = {false};
        view.visitLocks(key(stream), lock -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    /** The transactions that write in the range of a read, and wait for their end. */
    static Set<TransactionId> exclusiveHolders(ReadView view, QueryRequest read) {
        Set<TransactionId> holders = new LinkedHashSet<>();
        switch (read.getQueryCase()) {
            case READ_PAGE -> {
                if (read.getReadPage().hasStream()) {
                    view.visitLocks(key(read.getReadPage().getStream()), lock -> add(holders, lock));
                } else {
                    view.visitLocks(lock -> add(holders, lock));
                }
            }
            case GET_STREAM -> view.visitLocks(key(read.getGetStream().getStream()), lock -> add(holders, lock));
            case LIST_STREAMS -> {
                ByteString prefix = read.getListStreams().getPrefix();
                view.visitLocks(
                        lock -> !ByteString.copyFrom(lock.stream().name()).startsWith(prefix) || add(holders, lock));
            }
            case GET_TRANSACTION, LIST_TRANSACTIONS, QUERY_NOT_SET -> {}
        }
        return holders;
    }

    private static StreamKey key(ByteString stream) {
        return StreamKeys.key(PageReader.name(stream));
    }

    private static boolean add(Set<TransactionId> holders, Lock lock) {
        if (lock.exclusive()) {
            holders.add(TransactionKeys.id(lock.holder()));
        }
        return true;
    }
}
