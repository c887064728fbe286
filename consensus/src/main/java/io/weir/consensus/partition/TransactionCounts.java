package io.weir.consensus.partition;

import io.weir.logstore.ReadView;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.Decided;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionStatus;
import io.weir.statemachine.TransactionRecords;
import java.util.List;

/** Counts what was decided about transactions over several partitions since this replica was opened. One writer, any readers. */
final class TransactionCounts {
    /** The oldest is looked for among so many: they are in the order of their expiries, which is nearly that of their age. */
    private static final int LOOKED_AT = 100;

    private volatile TransactionStatus counts = TransactionStatus.getDefaultInstance();

    void decided(List<Decided> decisions) {
        if (decisions.isEmpty()) {
            return;
        }
        TransactionStatus.Builder sum = counts.toBuilder();
        decisions.forEach(decided -> count(sum, decided));
        counts = sum.build();
    }

    private static void count(TransactionStatus.Builder sum, Decided decided) {
        if (decided.hasCommitted()) {
            sum.setCommitted(sum.getCommitted() + 1);
            return;
        }
        switch (decided.getAborted().getReason()) {
            case REJECTED -> sum.setRejected(sum.getRejected() + 1);
            case CONTENTION -> sum.setContention(sum.getContention() + 1);
            case EXPIRED -> sum.setExpired(sum.getExpired() + 1);
            case RECOVERED -> sum.setRecovered(sum.getRecovered() + 1);
            case FENCED -> sum.setFenced(sum.getFenced() + 1);
            case UNSPECIFIED, UNRECOGNIZED -> {}
        }
    }

    /** What was counted; what is open is not known without a view. */
    TransactionStatus status() {
        return counts;
    }

    TransactionStatus status(ReadView view) {
        long open = view.stagedTransactions();
        return open == 0
                ? counts
                : counts.toBuilder().setOpen(open).setOldestMs(oldestMs(view)).build();
    }

    private static long oldestMs(ReadView view) {
        long oldest = 0;
        TransactionKey key = view.nextStaged(null);
        for (int i = 0; i < LOOKED_AT && key != null; i++) {
            TransactionRecord record = TransactionRecords.record(view, key);
            if (record != null && (oldest == 0 || record.getSinceMs() < oldest)) {
                oldest = record.getSinceMs();
            }
            key = view.nextStaged(key);
        }
        return oldest;
    }
}
