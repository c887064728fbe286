package io.weir.jepsen.workload;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.Transfer;
import io.weir.jepsen.history.Workload;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Transfers between the accounts of a branch, and reads of all accounts of one in one transaction. An account is a stream whose last event holds the
 * balance, so that an update that gets lost creates or destroys money. Half of the transfers are made by {@code transact}, and
 * half by a {@code commit} that expects the revisions at which the balances were read.
 */
public final class Bank implements Activity {
    private static final long OPENING = 20;
    private static final int MOST_MOVED = 5;
    private static final int READ_PERCENT = 15;

    private final int accounts;
    private final int branches;

    /** The last revision that somebody has read of each account: reads begin there. */
    private final Map<Integer, Long> known = new ConcurrentHashMap<>();

    /** What clients do is chosen by each client's own chance. */
    public Bank(Mix mix) {
        accounts = mix.accounts();
        branches = Math.max(1, mix.liveStreams() / accounts);
    }

    /** A balance and where it was read. */
    private record Account(String stream, Expected state, long balance) {}

    @Override
    public Workload workload() {
        return Workload.BANK;
    }

    @Override
    public Header describe(Header header) {
        Map<Integer, Long> opening = new HashMap<>();
        for (int account = 0; account < branches * accounts; account++) {
            opening.put(account, OPENING);
        }
        return header.withAccounts(opening, false);
    }

    @Override
    public void perform(Performer performer) {
        int first = accounts * performer.random().nextInt(branches);
        if (performer.chance(READ_PERCENT)) {
            Balances read = new Balances();
            performer.perform(
                    read, () -> read.saw(performer.store().transact(tx -> balances(tx, first), performer.options())));
            return;
        }
        int from = performer.random().nextInt(accounts);
        int to = (from + 1 + performer.random().nextInt(accounts - 1)) % accounts;
        Transfer transfer =
                new Transfer(first + from, first + to, 1 + performer.random().nextInt(MOST_MOVED));
        boolean isInteractive = performer.random().nextBoolean();
        performer.perform(transfer, () -> {
            if (isInteractive) {
                performer.store().<Void>transact(tx -> transact(tx, transfer), performer.options());
            } else {
                commit(performer, transfer);
            }
            return transfer;
        });
    }

    private Map<Integer, Long> balances(OpenTransaction tx, int first) {
        Map<Integer, Long> balances = new TreeMap<>();
        for (int account = first; account < first + accounts; account++) {
            balances.put(account, read(tx, account).balance());
        }
        return balances;
    }

    private @Nullable Void transact(OpenTransaction tx, Transfer transfer) {
        Account from = read(tx, transfer.from());
        Account to = read(tx, transfer.to());
        requireMoney(from, transfer);
        tx.append(from.stream(), balance(from.balance() - transfer.amount()));
        tx.append(to.stream(), balance(to.balance() + transfer.amount()));
        return null;
    }

    private Account read(OpenTransaction tx, int account) {
        List<RecordedEvent> read = tx.read(name(account), known.getOrDefault(account, 0L));
        if (read.isEmpty()) {
            return new Account(name(account), Expected.noStream(), OPENING);
        }
        RecordedEvent last = read.get(read.size() - 1);
        known.merge(account, last.revision(), Math::max);
        return new Account(name(account), Expected.revision(last.revision()), balance(last));
    }

    private static void commit(Performer performer, Transfer transfer) {
        EventStore store = performer.store();
        Account from = read(performer, transfer.from());
        Account to = read(performer, transfer.to());
        requireMoney(from, transfer);
        Transaction transaction = Transaction.builder()
                .append(from.stream(), from.state(), balance(from.balance() - transfer.amount()))
                .append(to.stream(), to.state(), balance(to.balance() + transfer.amount()))
                .build();
        Performer.await(store.commit(transaction, performer.options())).orThrow();
    }

    private static Account read(Performer performer, int account) {
        String stream = name(account);
        ReadRequest request = ReadRequest.stream(stream).backwards().limit(1).within(performer.timeout());
        Iterator<RecordedEvent> last = performer.store().read(request).iterator();
        if (!last.hasNext()) {
            return new Account(stream, Expected.noStream(), OPENING);
        }
        RecordedEvent event = last.next();
        return new Account(stream, Expected.revision(event.revision()), balance(event));
    }

    private static void requireMoney(Account from, Transfer transfer) {
        if (from.balance() < transfer.amount()) {
            throw new Declined(null, from.stream() + " holds " + from.balance());
        }
    }

    private static String name(int account) {
        return "account-" + account;
    }

    private static NewEvent balance(long balance) {
        return NewEvent.json("balance", Long.toString(balance));
    }

    private static long balance(RecordedEvent event) {
        return Long.parseLong(event.text());
    }

    @Override
    public void readAll(Performer performer) {
        LastReads last = new LastReads(performer);
        for (String node : performer.replicas().nodes()) {
            for (int branch = 0; branch < branches; branch++) {
                int first = branch * accounts;
                Balances read = new Balances(true, null);
                performer.perform(read, node, () -> read.saw(balances(first, last.read(node, ends(performer, first)))));
            }
        }
    }

    /** From where each account of a branch is to be read: its last event. */
    private Map<String, Long> ends(Performer performer, int first) {
        return performer
                .store()
                .transact(
                        tx -> {
                            Map<String, Long> ends = new LinkedHashMap<>();
                            for (int account = first; account < first + accounts; account++) {
                                StreamState state = tx.state(name(account));
                                ends.put(name(account), state instanceof StreamState.At at ? at.revision() : 0L);
                            }
                            return ends;
                        },
                        performer.options());
    }

    private static Map<Integer, Long> balances(int first, List<List<String>> ends) {
        Map<Integer, Long> balances = new TreeMap<>();
        for (int account = 0; account < ends.size(); account++) {
            List<String> payloads = ends.get(account);
            balances.put(
                    first + account, payloads.isEmpty() ? OPENING : Long.parseLong(payloads.get(payloads.size() - 1)));
        }
        return balances;
    }
}
