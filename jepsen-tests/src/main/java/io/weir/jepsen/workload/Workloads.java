package io.weir.jepsen.workload;

import java.util.List;
import java.util.Optional;

/** All that clients can do in a run. */
public final class Workloads {
    private Workloads() {}

    /** In the order in which they are listed. */
    public static final List<NamedActivity> ALL = List.of(
            new NamedActivity(
                    "list-append",
                    "transactions append to streams and read them, most over several partitions: strict serializability",
                    ListAppends::new),
            new NamedActivity(
                    "conditional",
                    "three to five clients append to a stream under all conditions: linearizability of each stream",
                    ConditionalAppends::new),
            new NamedActivity(
                    "bank",
                    "transfers between accounts, and reads of all of them: no money comes or goes",
                    (random, mix) -> new Bank(mix)),
            new NamedActivity(
                    "unique",
                    "values are added once: attempted, acknowledged and kept are compared on every node",
                    (random, mix) -> new UniqueAdds(random, mix, new UniqueAdds.Shares(0, 20, 0, 0))),
            new NamedActivity(
                    "retry",
                    "requests are sent again by other clients, at once and later: each takes effect once",
                    (random, mix) -> new UniqueAdds(random, mix, new UniqueAdds.Shares(40, 20, 0, 0))),
            new NamedActivity(
                    "log",
                    "subscribers follow partitions and streams: nothing skipped, redelivered or reordered",
                    (random, mix) -> new Log(random, mix, new UniqueAdds.Shares(5, 10, 0, 0))),
            new NamedActivity(
                    "levels",
                    "nodes are read at all levels: linearizable, at a token, stale",
                    (random, mix) -> new UniqueAdds(random, mix, new UniqueAdds.Shares(5, 20, 25, 15))));

    /** The one of this name. */
    public static Optional<NamedActivity> named(String name) {
        return ALL.stream().filter(activity -> activity.name().equals(name)).findFirst();
    }
}
