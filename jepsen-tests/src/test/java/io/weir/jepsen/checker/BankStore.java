package io.weir.jepsen.checker;

import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Transfer;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A bank in which nobody may owe. */
final class BankStore implements SerialStore {
    private static final int ACCOUNTS = 5;
    private static final long OPENING = 10;

    private final long seed;
    private final TreeMap<Integer, Long> accounts = new TreeMap<>();

    BankStore(long seed) {
        this.seed = seed;
        for (int account = 0; account < ACCOUNTS; account++) {
            accounts.put(account, OPENING);
        }
    }

    @Override
    public Operation next(int client, Random random) {
        if (random.nextInt(3) == 0) {
            return new Balances();
        }
        int from = random.nextInt(ACCOUNTS);
        return new Transfer(from, (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS, 1 + random.nextInt(5));
    }

    @Override
    public Answer apply(Operation operation, String node) {
        if (operation instanceof Balances balances) {
            return Answer.ok(balances.saw(accounts));
        }
        Transfer transfer = (Transfer) operation;
        if (accounts.getOrDefault(transfer.from(), 0L) < transfer.amount()) {
            return new Answer(LineType.FAIL, transfer);
        }
        accounts.merge(transfer.from(), -transfer.amount(), Long::sum);
        accounts.merge(transfer.to(), transfer.amount(), Long::sum);
        return Answer.ok(transfer);
    }

    @Override
    public List<Operation> finals() {
        return List.of(new Balances(true, null));
    }

    @Override
    public Header header() {
        Map<Integer, Long> opening = new TreeMap<>();
        accounts.keySet().forEach(account -> opening.put(account, OPENING));
        return new Header(Workload.BANK, seed, "test").withNodes(NODES).withAccounts(opening, false);
    }
}
