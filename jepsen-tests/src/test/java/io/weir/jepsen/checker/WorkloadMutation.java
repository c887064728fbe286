package io.weir.jepsen.checker;

import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Workload;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A way in which a store may break what it promises to a workload other than list-append, for which see {@link Mutation}. */
interface WorkloadMutation {
    /** Whose histories it changes. */
    Workload workload();

    /** One of these kinds at least must be found; if there are none, the verdict must be unknown. */
    Set<AnomalyKind> kinds();

    /** The history with this change; empty if it has nothing to be changed in this way. */
    Optional<HistoryFile> apply(HistoryFile good, Random random);
}
