package io.weir.jepsen;

import static java.util.Objects.requireNonNull;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Accounts whose sum never changes. An account is a stream, an event of it a movement of money. Who transfers reads two accounts
 * and commits two movements under the condition that both are as they were read. Who audits reads all accounts and commits a
 * transaction without events, under the condition that all are as they were read: if that is committed, what was read was
 * true at one moment.
 */
final class Bank {
    /** What every account has in the beginning. */
    static final long OPENING = 100;

    private final EventStore store;
    private final List<String> accounts;

    final LongAdder committed = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder contended = new LongAdder();
    final LongAdder unknown = new LongAdder();
    final LongAdder unavailable = new LongAdder();
    final LongAdder audits = new LongAdder();

    /** An account as it was read. */
    record Balance(long amount, long revision) {
        Expected expected() {
            return revision < 0 ? Expected.noStream() : Expected.revision(revision);
        }
    }

    Bank(EventStore store, List<String> accounts) {
        this.store = store;
        this.accounts = List.copyOf(accounts);
    }

    /** Gives every account its money, in one transaction. */
    void open() {
        Transaction.Builder opening = Transaction.builder();
        accounts.forEach(account -> opening.append(account, Expected.noStream(), movement(OPENING)));
        store.commit(opening.build()).join().orThrow();
    }

    private static NewEvent movement(long amount) {
        return NewEvent.of("Moved", "text/plain", Long.toString(amount).getBytes(StandardCharsets.UTF_8));
    }

    /** Moves some money from one account to another, if it has it; true if that is sure to have happened. */
    boolean transfer(Random random) {
        int from = random.nextInt(accounts.size());
        int to = (from + 1 + random.nextInt(accounts.size() - 1)) % accounts.size();
        Balance payer = tried(() -> balance(accounts.get(from)));
        Balance payee = payer == null ? null : tried(() -> balance(accounts.get(to)));
        if (payer == null || payee == null || payer.amount() == 0) {
            return false;
        }
        long amount = 1L + random.nextInt((int) Math.min(payer.amount(), 5));
        TransactionResult result = tried(() -> store.commit(Transaction.builder()
                        .append(accounts.get(from), payer.expected(), movement(-amount))
                        .append(accounts.get(to), payee.expected(), movement(amount))
                        .build())
                .join());
        return count(result);
    }

    private boolean count(@Nullable TransactionResult result) {
        if (result instanceof TransactionResult.Committed) {
            committed.increment();
            return true;
        } else if (result instanceof TransactionResult.Rejected) {
            rejected.increment();
        } else if (result instanceof TransactionResult.Aborted) {
            contended.increment();
        }
        return false;
    }

    /**
     * Reads all accounts.
     *
     * @return what they hold, each; null if they changed meanwhile, or the cluster did not answer
     */
    @Nullable
    Map<String, Balance> audit() {
        Map<String, Balance> balances = new TreeMap<>();
        Transaction.Builder seen = Transaction.builder();
        for (String account : accounts) {
            Balance balance = tried(() -> balance(account));
            if (balance == null) {
                return null;
            }
            balances.put(account, balance);
            seen.require(account, balance.expected());
        }
        TransactionResult result = tried(() -> store.commit(seen.build()).join());
        if (!(result instanceof TransactionResult.Committed)) {
            return null;
        }
        audits.increment();
        return balances;
    }

    /** What an account holds, by a linearizable read. */
    private Balance balance(String account) {
        long amount = 0;
        long revision = -1;
        for (RecordedEvent event : store.read(ReadRequest.stream(account))) {
            amount += Long.parseLong(new String(event.payload(), StandardCharsets.UTF_8));
            revision = event.revision();
        }
        return new Balance(amount, revision);
    }

    /** What the store gave, or null if it was of no use to ask; a failure that is none of these goes through. */
    private <T> @Nullable T tried(java.util.function.Supplier<T> call) {
        try {
            return call.get();
        } catch (CompletionException e) {
            countFailure(requireNonNull(e.getCause()));
        } catch (EventStoreException e) {
            countFailure(e);
        }
        return null;
    }

    private void countFailure(Throwable failure) {
        if (failure instanceof EventStoreException.OutcomeUnknown) {
            unknown.increment();
        } else if (failure instanceof EventStoreException.Unavailable
                || failure instanceof EventStoreException.Throttled) {
            unavailable.increment();
        } else {
            throw new AssertionError("the bank's store failed in a way that no fault excuses", failure);
        }
    }

    List<String> accounts() {
        return new ArrayList<>(accounts);
    }
}
