package io.weir.jepsen.checker;

import io.weir.jepsen.history.Transfer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The transfers between some accounts of which nobody knows whether they happened, and the question whether some choice of them explains a
 * difference. A search with a memory: transfers alike count together, what the rest can still give bounds it, and it
 * gives up after {@value #MAX_STATES} states.
 */
final class DoubtfulTransfers {
    private static final int MAX_STATES = 200_000;

    /** As deep does the search go at most. */
    private static final int MAX_GROUPS = 1_000;

    /** Whether there is such a choice. */
    enum Answer {
        /** There is. */
        YES,
        /** There is none. */
        NO,
        /** There were too many to try. */
        UNKNOWN
    }

    /** Some that are alike, between two accounts. */
    private record Group(int from, int to, long amount, int count) {}

    private final List<Group> groups = new ArrayList<>();
    private final long[][] mayStillCome;
    private final long[][] mayStillGo;
    private final Set<List<Long>> failed = new HashSet<>();
    private int count;
    private int steps;

    DoubtfulTransfers(Calls calls, DenseIndex accounts) {
        List<Transfer> doubtful = new ArrayList<>();
        for (int call = 0; call < calls.count(); call++) {
            if (calls.isInDoubt(call)
                    && calls.operation(call) instanceof Transfer transfer
                    && accounts.find(transfer.from()) >= 0
                    && accounts.find(transfer.to()) >= 0) {
                doubtful.add(transfer);
            }
        }
        count = doubtful.size();
        doubtful.sort(Comparator.comparingLong(Transfer::amount)
                .reversed()
                .thenComparing(Transfer::from)
                .thenComparing(Transfer::to));
        int first = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || !doubtful.get(i).equals(doubtful.get(first))) {
                Transfer like = doubtful.get(first);
                groups.add(new Group(accounts.find(like.from()), accounts.find(like.to()), like.amount(), i - first));
                first = i;
            }
        }
        int known = groups.size() > MAX_GROUPS ? 0 : groups.size();
        mayStillCome = new long[known + 1][accounts.size()];
        mayStillGo = new long[known + 1][accounts.size()];
        for (int i = known - 1; i >= 0; i--) {
            Group group = groups.get(i);
            mayStillCome[i] = mayStillCome[i + 1].clone();
            mayStillGo[i] = mayStillGo[i + 1].clone();
            mayStillCome[i][group.to()] += group.amount() * group.count();
            mayStillGo[i][group.from()] += group.amount() * group.count();
        }
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** Whether some of them together change the accounts by this. */
    Answer explain(long[] difference) {
        if (groups.size() > MAX_GROUPS) {
            return Answer.UNKNOWN;
        }
        failed.clear();
        steps = 0;
        boolean isFound = search(0, difference.clone());
        return isFound ? Answer.YES : steps > MAX_STATES ? Answer.UNKNOWN : Answer.NO;
    }

    /** As deep as there are groups: amounts times pairs of accounts, not transfers. */
    private boolean search(int next, long[] left) {
        for (int account = 0; account < left.length; account++) {
            if (left[account] > mayStillCome[next][account] || -left[account] > mayStillGo[next][account]) {
                return false;
            }
        }
        if (next == groups.size()) {
            return true;
        }
        List<Long> key = new ArrayList<>(left.length + 1);
        key.add((long) next);
        Arrays.stream(left).forEach(key::add);
        if (failed.contains(key) || ++steps > MAX_STATES) {
            return false;
        }
        Group group = groups.get(next);
        for (int taken = 0; taken <= group.count(); taken++) {
            if (search(next + 1, left)) {
                return true;
            }
            left[group.from()] += group.amount();
            left[group.to()] -= group.amount();
        }
        left[group.from()] -= group.amount() * (group.count() + 1L);
        left[group.to()] += group.amount() * (group.count() + 1L);
        failed.add(key);
        return false;
    }
}
