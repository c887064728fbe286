package io.weir.jepsen.workload;

import io.weir.jepsen.history.Workload;

/** What the clients of a run do. Safe for several threads. */
public interface Activity {
    /** By what the history is to be judged. */
    Workload workload();

    /** Does one operation that chance chooses. */
    void perform(Performer performer);

    /** Reads all that must be there, when the last fault is over. */
    void readAll(Performer performer);
}
