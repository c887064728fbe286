package io.weir.jepsen.history;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads all accounts of a bank, or of some of its branches, in one transaction: {@code :f :read} with a map, as Jepsen has it.
 *
 * @param isFinal whether it reads after the last fault what must be there
 * @param byAccount the balance of each account, in the order of the accounts; null as it is invoked
 */
public record Balances(boolean isFinal, @Nullable Map<Integer, Long> byAccount) implements Operation {
    public Balances {
        byAccount = byAccount == null ? null : Collections.unmodifiableMap(new TreeMap<>(byAccount));
    }

    /** As it is invoked, while the run goes on. */
    public Balances() {
        this(false, null);
    }

    /** The same with what it saw. */
    public Balances saw(Map<Integer, Long> seen) {
        return new Balances(isFinal, seen);
    }

    /**
     * What it saw.
     *
     * @throws IllegalStateException if it has no answer
     */
    public Map<Integer, Long> seen() {
        if (byAccount == null) {
            throw new IllegalStateException("a read without an answer");
        }
        return byAccount;
    }

    /** As {@link StreamRead}: what is read tells them apart. */
    @Override
    public String name() {
        return "read";
    }

    @Override
    public Operation asked() {
        return new Balances(isFinal, null);
    }

    @Override
    public boolean isAnswered() {
        return byAccount != null;
    }
}
