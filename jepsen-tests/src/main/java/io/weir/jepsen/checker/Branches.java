package io.weir.jepsen.checker;

import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.Transfer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The branches of a bank: accounts between which money moves, or that somebody has read together. What one of them holds stays the
 * same, whatever others do.
 */
final class Branches {
    private final DenseIndex accounts;
    private final List<DenseIndex> byAccount = new ArrayList<>();

    /** Union-find over all transfers that may have happened; failed ones count, since one that took effect is to be found. */
    Branches(Calls calls, DenseIndex accounts) {
        this.accounts = accounts;
        int[] parent = new int[accounts.size()];
        for (int account = 0; account < parent.length; account++) {
            parent[account] = account;
        }
        for (int call = 0; call < calls.count(); call++) {
            if (calls.operation(call) instanceof Transfer transfer) {
                join(parent, List.of(transfer.from(), transfer.to()));
            } else if (calls.isOk(call) && calls.operation(call) instanceof Balances read) {
                join(parent, read.seen().keySet());
            }
        }
        Map<Integer, DenseIndex> byRoot = new LinkedHashMap<>();
        for (int account = 0; account < parent.length; account++) {
            DenseIndex branch = byRoot.computeIfAbsent(root(parent, account), root -> new DenseIndex());
            branch.add(accounts.key(account));
            byAccount.add(branch);
        }
    }

    private void join(int[] parent, Collection<Integer> names) {
        int[] known = names.stream()
                .mapToInt(accounts::find)
                .filter(account -> account >= 0)
                .toArray();
        for (int i = 1; i < known.length; i++) {
            parent[root(parent, known[i])] = root(parent, known[0]);
        }
    }

    private static int root(int[] parent, int account) {
        int root = account;
        while (parent[root] != root) {
            parent[root] = parent[parent[root]];
            root = parent[root];
        }
        return root;
    }

    /** Those to which accounts belong, each as the names of all its accounts; an account that nobody knows belongs to none. */
    Set<DenseIndex> of(Set<Integer> names) {
        Set<DenseIndex> branches = new LinkedHashSet<>();
        for (int name : names) {
            int account = accounts.find(name);
            if (account >= 0) {
                branches.add(byAccount.get(account));
            }
        }
        return branches;
    }
}
