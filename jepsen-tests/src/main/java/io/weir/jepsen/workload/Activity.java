package io.weir.jepsen.workload;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.Workload;

/** What the clients of a run do. Safe for several threads; each calls with a performer of its own. */
public interface Activity {
    /** By what the history is to be judged. */
    Workload workload();

    /** The same with what only this knows of the run. */
    default Header describe(Header header) {
        return header;
    }

    /** Does one operation that chance chooses. */
    void perform(Performer performer);

    /** Reads all that must be there on every node, when the last fault is over. */
    void readAll(Performer performer);
}
