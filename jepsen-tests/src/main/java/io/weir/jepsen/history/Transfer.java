package io.weir.jepsen.history;

/**
 * Moves an amount between two accounts in one transaction: {@code :f :transfer}, as Jepsen has it.
 *
 * @param from the account that gives
 * @param to the account that gets
 * @param amount how much, more than 0
 */
public record Transfer(int from, int to, long amount) implements Operation {
    public Transfer {
        if (amount <= 0 || from == to) {
            throw new MalformedHistoryException("a transfer of " + amount + " from " + from + " to " + to);
        }
    }

    @Override
    public String name() {
        return "transfer";
    }

    @Override
    public Operation asked() {
        return this;
    }

    @Override
    public boolean isAnswered() {
        return true;
    }
}
