package io.weir.jepsen.checker;

import io.weir.jepsen.history.Balances;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Judges a bank: nothing is gained or lost by transfers, and what was acknowledged is there. Pure, deterministic, on the
 * caller's thread; O(lines x accounts), and a snapshot of the accounts for each read that is open.
 *
 * <p>The total is Jepsen's bank test. A read is of all accounts, or of all of some {@link Branches}. Beyond it, each balance lies
 * between what transfers give that were acknowledged before the read began and what those could add or take that had begun
 * before it was over. And of the reads after the last fault each must be what all acknowledged transfers and some choice of those
 * in doubt give: see {@link DoubtfulTransfers}. In which order reads see transfers that overlap is not judged.
 *
 * <p>What the accounts held at the beginning is told by the header, or by a read of them all that was over before the first
 * transfer; else the first read tells the total, and the rest is not looked at.
 */
public final class BankChecker {
    private final Calls calls;
    private final Header header;
    private final Findings findings;
    private final DenseIndex accounts = new DenseIndex();
    private final Branches branches;
    private final long[] opening;
    private final boolean knowsOpening;

    private BankChecker(History history, Header header) {
        this.calls = new Calls(history);
        this.header = header;
        this.findings = new Findings(calls);
        Map<Integer, Long> known = header.accounts();
        boolean isKnownBefore = !known.isEmpty();
        int firstTransfer = firstTransfer();
        for (int call = 0; call < calls.count() && known.isEmpty(); call++) {
            if (calls.isOk(call) && calls.operation(call) instanceof Balances balances) {
                known = new TreeMap<>(balances.seen());
                isKnownBefore = calls.place(call) < firstTransfer;
            }
        }
        known.keySet().forEach(accounts::add);
        opening = known.values().stream().mapToLong(Long::longValue).toArray();
        knowsOpening = isKnownBefore;
        branches = new Branches(calls, accounts);
    }

    /**
     * Judges the transfers and balances of a history.
     *
     * @param header tells the accounts at the beginning, and whether they may owe
     */
    public static Verdict check(History history, Header header) {
        BankChecker checker = new BankChecker(history, header);
        if (checker.opening.length == 0) {
            checker.findings.doubt("nobody read any balances");
        } else {
            if (!checker.knowsOpening) {
                checker.findings.doubt(
                        "neither a header nor a read before the first transfer tells what the accounts held");
            }
            checker.check();
        }
        return checker.findings.verdict();
    }

    /** The line that invoked it. */
    private int firstTransfer() {
        return IntStream.range(0, calls.count())
                .filter(call -> calls.operation(call) instanceof Transfer)
                .map(calls::invocation)
                .findFirst()
                .orElse(Calls.NEVER);
    }

    /** Line by line: what was acknowledged up to it, and what had begun. */
    private void check() {
        Flow acknowledged = new Flow(accounts.size());
        Flow begun = new Flow(accounts.size());
        Map<Integer, Flow> atInvocation = new TreeMap<>();
        List<Integer> finals = new ArrayList<>();
        for (int line = 0; line < calls.history().size(); line++) {
            int call = calls.at(line);
            boolean isInvocation = line == calls.invocation(call);
            if (calls.operation(call) instanceof Transfer transfer) {
                if (!calls.isFailed(call) && isInvocation) {
                    add(begun, call, transfer);
                } else if (calls.isOk(call)) {
                    add(acknowledged, call, transfer);
                }
            } else if (calls.isOk(call) && isInvocation) {
                atInvocation.put(call, acknowledged.copy());
            } else if (calls.isOk(call)) {
                Flow before = Objects.requireNonNull(atInvocation.remove(call));
                checkRead(call, before, begun);
                if (calls.operation(call).isFinal()) {
                    finals.add(call);
                }
            }
        }
        finals.forEach(call -> checkFinal(call, acknowledged));
    }

    private void add(Flow flow, int call, Transfer transfer) {
        int from = accounts.find(transfer.from());
        int to = accounts.find(transfer.to());
        if (from >= 0 && to >= 0) {
            flow.out[from] += transfer.amount();
            flow.in[to] += transfer.amount();
        } else {
            findings.add(
                    AnomalyKind.WRONG_TOTAL,
                    () -> "line " + calls.place(call) + " moves money between accounts of which one is not known",
                    call);
        }
    }

    private void checkRead(int call, Flow before, Flow begun) {
        Map<Integer, Long> read = ((Balances) calls.operation(call)).seen();
        long total = read.values().stream().mapToLong(Long::longValue).sum();
        Set<DenseIndex> readBranches = branches.of(read.keySet());
        long expected = 0;
        int expectedSize = 0;
        for (DenseIndex branch : readBranches) {
            expectedSize += branch.size();
            for (int i = 0; i < branch.size(); i++) {
                expected += opening[accounts.find(branch.key(i))];
            }
        }
        boolean hasAll = !read.isEmpty()
                && read.size() == expectedSize
                && read.keySet().stream().allMatch(account -> accounts.find(account) >= 0);
        if (total != expected || !hasAll) {
            String wanted = expected + " in " + expectedSize;
            findings.add(
                    AnomalyKind.WRONG_TOTAL,
                    () -> "line " + calls.place(call) + " read " + read + ", together " + total + " in " + read.size()
                            + " accounts; it should be " + wanted,
                    call);
        }
        read.forEach((account, balance) -> {
            if (balance < 0 && !header.mayOwe()) {
                findings.add(
                        AnomalyKind.NEGATIVE_BALANCE,
                        () -> "line " + calls.place(call) + " read " + balance + " in account " + account,
                        call);
            }
        });
        if (hasAll && knowsOpening) {
            read.forEach((account, balance) -> checkBounds(call, account, balance, before, begun));
        }
    }

    private void checkBounds(int call, int name, long balance, Flow before, Flow begun) {
        int account = accounts.find(name);
        long known = opening[account] + before.in[account] - before.out[account];
        long least = known - (begun.out[account] - before.out[account]);
        long most = known + begun.in[account] - before.in[account];
        if (balance < least || balance > most) {
            findings.add(
                    AnomalyKind.IMPOSSIBLE_BALANCE,
                    () -> "line " + calls.place(call) + " read " + balance + " in account " + name
                            + "; what was acknowledged before line " + calls.invocation(call) + " gives " + known
                            + ", and with what had begun it can be from " + least + " to " + most,
                    call);
        }
    }

    private void checkFinal(int call, Flow acknowledged) {
        Map<Integer, Long> read = ((Balances) calls.operation(call)).seen();
        if (knowsOpening) {
            branches.of(read.keySet()).forEach(branch -> checkFinal(call, read, branch, acknowledged));
        }
    }

    private void checkFinal(int call, Map<Integer, Long> read, DenseIndex branch, Flow acknowledged) {
        long[] missing = new long[branch.size()];
        Map<Integer, Long> seen = new TreeMap<>();
        for (int i = 0; i < missing.length; i++) {
            int name = (int) branch.key(i);
            Long balance = read.get(name);
            if (balance == null) {
                return; // told already: other accounts than at the beginning
            }
            int account = accounts.find(name);
            missing[i] = balance - opening[account] - acknowledged.in[account] + acknowledged.out[account];
            seen.put(name, balance);
        }
        DoubtfulTransfers doubtful = new DoubtfulTransfers(calls, branch);
        switch (doubtful.explain(missing)) {
            case YES -> {}
            case UNKNOWN ->
                findings.doubt(
                        "whether some of " + doubtful.count() + " transfers in doubt explain the balances of line "
                                + calls.place(call) + " was not found out");
            case NO ->
                findings.add(
                        AnomalyKind.LOST_TRANSFER,
                        () -> "line " + calls.place(call) + " read " + seen + " at the end"
                                + on(calls.line(call).node())
                                + "; against what all acknowledged transfers give that is "
                                + difference(branch, missing) + ", which no choice of the " + doubtful.count()
                                + " transfers in doubt explains",
                        call);
        }
    }

    private static String on(@Nullable String node) {
        return node == null ? "" : " on node " + node;
    }

    private static String difference(DenseIndex branch, long[] missing) {
        Map<Integer, Long> difference = new TreeMap<>();
        for (int account = 0; account < missing.length; account++) {
            if (missing[account] != 0) {
                difference.put((int) branch.key(account), missing[account]);
            }
        }
        return difference.toString();
    }

    /** What went into and out of each account. */
    private static final class Flow {
        private final long[] in;
        private final long[] out;

        Flow(int accounts) {
            this(new long[accounts], new long[accounts]);
        }

        private Flow(long[] in, long[] out) {
            this.in = in;
            this.out = out;
        }

        Flow copy() {
            return new Flow(in.clone(), out.clone());
        }
    }
}
