package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Step;
import java.util.List;

/**
 * The transactions of a history, numbered in the order of their invocations. One that failed never happened; one in
 * doubt happened if somebody saw a part of it.
 */
final class Transactions extends Calls {
    /** @throws io.weir.jepsen.history.MalformedHistoryException if anything else was done */
    Transactions(History history) {
        super(history);
    }

    List<Step> steps(int transaction) {
        return line(transaction).steps();
    }
}
