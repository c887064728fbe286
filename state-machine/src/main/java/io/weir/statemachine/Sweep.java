package io.weir.statemachine;

import io.weir.logstore.Expiry;
import io.weir.logstore.SessionId;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Limits;
import io.weir.statemachine.TransactionTable.Swept;

/**
 * Removes what log time has made superfluous, at the end of an entry, in a number of steps bounded by the entry's proposals:
 * sessions whose time has passed, with their answers, and what was kept of transactions until their expiry.
 *
 * <p>A transaction is looked at once: in the entry that is the first past its expiry. If too many are, a note among those of the
 * sessions says from where to go on. Transactions that are still open then are never met again, however many there are; a
 * walk that began with the oldest would get stuck in them.
 */
final class Sweep {
    /** Steps in an entry without proposals; a step looks at a note or a transaction, or removes an answer. */
    static final int STEPS = 64;

    /** Further steps for each proposal: more than one can add, so that the sweep catches up under any load. */
    static final int STEPS_PER_PROPOSAL = 4;

    /**
     * In a note in the place of a session: transactions from this due time on are still to be looked at. No session has this id:
     * none has a life of 0.
     */
    static final SessionId TRANSACTIONS = new SessionId(0, 0);

    private final WriteBatch batch;
    private final SessionTable sessions;
    private final TransactionTable transactions;
    private final long logTimeMs;
    private long left;

    Sweep(WriteBatch batch, SessionTable sessions, TransactionTable transactions, long logTimeMs, int proposals) {
        this.batch = batch;
        this.sessions = sessions;
        this.transactions = transactions;
        this.logTimeMs = logTimeMs;
        this.left = STEPS + (long) STEPS_PER_PROPOSAL * proposals;
    }

    /** @param previousMs log time before the entry */
    void run(long previousMs) {
        if (logTimeMs > previousMs && batch.hasTransactions()) {
            // What had an expiry before this was past it before this entry.
            transactions(previousMs);
        }
        while (left > 0) {
            Expiry note = batch.firstExpiry();
            if (note == null || note.dueMs() >= logTimeMs) {
                return;
            }
            left--;
            if (note.session().equals(TRANSACTIONS)) {
                batch.removeExpiry(note);
                transactions(note.dueMs());
            } else {
                left -= sessions.visit(note, (int) Math.min(left + 1, Limits.MAX_ANSWERS_PER_SESSION));
            }
        }
    }

    private void transactions(long fromMs) {
        Swept swept = transactions.sweep(fromMs, left);
        left -= swept.looked();
        if (swept.nextMs() != Swept.NOTHING_LEFT) {
            batch.addExpiry(new Expiry(swept.nextMs(), TRANSACTIONS));
        }
    }
}
